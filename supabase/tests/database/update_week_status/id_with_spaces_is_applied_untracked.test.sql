-- A report with an execution id that has spaces is applied without it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

set local role service_role;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec 1'),
  row('applied_untracked', 'malformed_execution_id', 'completed', null)::tracking_report,
  'an id with a space does not stop the report');
select results_eq('select status, data, execution_id, finished_at from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('completed', '{"rows": 1}'::jsonb, null::text, amc_history.clock_now()) $$,
  'status and data are in, the id is not');
select is((select count(*) from workflow_executions where week_id = pg_temp.week(1)), 0::bigint,
  'no execution was made');
select is((select count(*) from week_attempts where week_id = pg_temp.week(1)), 0::bigint, 'nor an attempt');
select results_eq('select event, execution_id, detail ->> ''untracked'' from tracking_events
  where week_id = pg_temp.week(1)',
  $$ values ('week_completed', 'exec 1', 'malformed_execution_id') $$, 'an event says why, and keeps the id');
select results_eq('select code, instance_id, times, resolved_at, detail ->> ''execution_id'' from tracking_alerts
    where week_id = pg_temp.week(1)',
  $$ values ('execution_untracked', 'amcpgtap1', 1, null::timestamptz, 'exec 1') $$, 'an alert is open');

select * from finish();
rollback;
