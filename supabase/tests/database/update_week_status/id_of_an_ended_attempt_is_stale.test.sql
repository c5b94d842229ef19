-- A report with the execution id of an attempt that has ended is stale.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
-- AMC fails exec-1; the week is tried again and runs as exec-1b.
do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-1');
  update report_data_weeks set status = 'running', due_at = amc_history.clock_now() where id = pg_temp.week(1);
  perform pg_temp.run_week(1, 'exec-1b');
end;
$$;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1'),
  row('stale', 'attempt_ended', 'running', 'exec-1b')::tracking_report,
  'completed for an attempt that has ended is stale');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', '{"rows": 1}', 'exec-1'),
  row('stale', 'attempt_ended', 'running', 'exec-1b')::tracking_report,
  'failed for an attempt that has ended is stale');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', '{"rows": 1}', 'exec-1'),
  row('stale', 'attempt_ended', 'running', 'exec-1b')::tracking_report,
  'running for an attempt that has ended is stale');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'nothing changed');
select is((select count(*) from tracking_events where week_id = pg_temp.week(1) and event = 'stale_report'
  and execution_id = 'exec-1'), 3::bigint, 'an event records each');
select is((select state from week_attempts where id = pg_temp.attempt(1)), 'created',
  'the attempt under way continues');

select * from finish();
rollback;
