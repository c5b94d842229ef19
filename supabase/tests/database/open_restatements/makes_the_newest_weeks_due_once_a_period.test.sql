begin;
\ir ../../_shared/results.psql
select plan(10);

create function pg_temp.at(moment text) returns void language sql as $$
  select set_config('amc_history.clock', moment, true) $$;
create function pg_temp.due() returns text language sql as $$
  select string_agg(to_char(week_start_date, 'MM-DD'), ' ' order by week_start_date) from report_data_weeks
  where collection_id = pg_temp.collection() and status = 'completed' and due_at is not null $$;
-- All three weeks are collected, on 3 March.
do $$
begin
  for n in 1 .. 3 loop
    perform pg_temp.load(n, 'exec-' || n, array['campaign'], '[["a"]]');
    perform pg_temp.show(n, 'exec-' || n);
  end loop;
end;
$$;

do $$ begin perform pg_temp.at('2025-03-20T12:00:00Z'); end $$;
select is(amc_history.open_restatements(), 0, 'without a policy nothing is restated');
update report_data_collections set restate_weeks = 2, restate_every_days = 10;
do $$ begin perform pg_temp.at('2025-03-13T11:59:59Z'); end $$;
select is(amc_history.open_restatements(), 0, 'nor before a period has passed since the week was tried');
do $$ begin perform pg_temp.at('2025-03-13T12:00:00Z'); end $$;
select is(amc_history.open_restatements(), 2, 'then the newest are');
select is(pg_temp.due(), '01-13 01-20', 'those two, which stay completed');
select is(amc_history.open_restatements(), 0, 'while they are due, again is no change');
select results_eq($$ select execution_id, detail ->> 'by' from tracking_events where event = 'week_to_be_restated' order by 1 $$,
  $$ values ('exec-2', 'policy'), ('exec-3', 'policy') $$, 'each leaves an event');
select pg_temp.load(2, 'exec-4', array['campaign'], '[["b"]]');
select is((select kind from week_attempts where id = pg_temp.attempt(2)), 'restated', 'they are tried as restatements');
select is(amc_history.open_restatements(), 0, 'while one is under way, again is no change');
do $$
begin
  perform pg_temp.show(2, 'exec-4');
  perform pg_temp.load(3, 'exec-5', array['campaign'], '[["b"]]');
  perform update_week_status(pg_temp.collection(), pg_temp.week(3), 'failed', null, 'exec-5');
  perform pg_temp.at('2025-03-23T11:00:00Z');
end;
$$;
select is(amc_history.open_restatements(), 0, 'once in a period, whether it was collected or failed');
do $$ begin perform pg_temp.at('2025-03-23T13:00:00Z'); end $$;
select is(amc_history.open_restatements(), 2, 'and again in the next');

select * from finish();
rollback;
