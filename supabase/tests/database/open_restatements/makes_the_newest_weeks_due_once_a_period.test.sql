-- A restatement policy makes the newest completed weeks due once a period.
begin;
\ir ../../_shared/results.psql
select plan(10);

create function pg_temp.due() returns text language sql as $$
  select string_agg(to_char(week_start_date, 'MM-DD'), ' ' order by week_start_date) from report_data_weeks
  where collection_id = pg_temp.collection() and status = 'completed' and due_at is not null $$;
select pg_temp.collect(n, 'exec-' || n) from generate_series(1, 3) n;

set local amc_history.clock = '2025-03-20T12:00:00Z';
select is(amc_history.open_restatements(), 0, 'without a policy nothing is restated');
update report_data_collections set restate_weeks = 2, restate_every_days = 10;
set local amc_history.clock = '2025-03-13T11:59:59Z';
select is(amc_history.open_restatements(), 0, 'nor before a period has passed since the week was tried');
set local amc_history.clock = '2025-03-13T12:00:00Z';
select is(amc_history.open_restatements(), 2, 'then the newest are');
select is(pg_temp.due(), '01-13 01-20', 'those two, which stay completed');
select is(amc_history.open_restatements(), 0, 'while they are due, again is no change');
select results_eq($$ select execution_id, detail ->> 'by' from tracking_events
    where event = 'week_to_be_restated' order by 1 $$,
  $$ values ('exec-2', 'policy'), ('exec-3', 'policy') $$, 'each leaves an event');
select pg_temp.load(2, 'exec-4', array['campaign'], '[["b"]]');
select is((select kind from week_attempts where id = pg_temp.attempt(2)), 'restated', 'they are tried as restatements');
select is(amc_history.open_restatements(), 0, 'while one is under way, again is no change');
do $$
begin
  perform pg_temp.show(2, 'exec-4');
  perform pg_temp.load(3, 'exec-5', array['campaign'], '[["b"]]');
  perform update_week_status(pg_temp.collection(), pg_temp.week(3), 'failed', null, 'exec-5');
  perform set_config('amc_history.clock', '2025-03-23T11:00:00Z', true);
end;
$$;
select is(amc_history.open_restatements(), 0, 'once in a period, whether it was collected or failed');
set local amc_history.clock = '2025-03-23T13:00:00Z';
select is(amc_history.open_restatements(), 2, 'and again in the next');

select * from finish();
rollback;
