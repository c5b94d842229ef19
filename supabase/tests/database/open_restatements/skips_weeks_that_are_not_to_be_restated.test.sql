-- A restatement policy skips weeks that are old, not completed, or of a paused or cancelled collection.
begin;
\ir ../../_shared/results.psql
select plan(7);

create function pg_temp.due() returns text language sql as $$
  select string_agg(to_char(week_start_date, 'MM-DD'), ' ' order by week_start_date) from report_data_weeks
  where collection_id = pg_temp.collection() and status = 'completed' and due_at is not null $$;
select pg_temp.collect(n, 'exec-' || n) from generate_series(1, 3) n;

update report_data_collections set restate_weeks = 12;
set local amc_history.clock = '2025-03-11T12:00:00Z';
savepoint before;
update report_data_collections set paused_at = amc_history.clock_now();
select is(amc_history.open_restatements(), 0, 'a paused collection');
rollback to before;
update report_data_collections set cancelled_at = amc_history.clock_now();
select is(amc_history.open_restatements(), 0, 'a cancelled one');
rollback to before;
update report_data_weeks set status = 'skipped' where id = pg_temp.week(2);
select is(amc_history.open_restatements(), 2, 'a week that is not completed');
rollback to before;
-- 20 January to 26 January.
set local amc_history.clock = '2025-04-26T12:00:00Z';
select is(amc_history.open_restatements(), 1, 'a week that ended 90 days ago');
rollback to before;
set local amc_history.clock = '2025-04-27T12:00:00Z';
select is(amc_history.open_restatements(), 0, 'the last of them a day later');
rollback to before;
select is(amc_history.open_restatements(2), 2, 'no more than a run may open');
select is(amc_history.open_restatements(2), 1, 'the rest are for the next run');

select * from finish();
rollback;
