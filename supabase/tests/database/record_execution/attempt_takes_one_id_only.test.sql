-- An attempt takes one execution id; a second one is rejected, and raises an alert.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(record_execution(pg_temp.attempt(1), 'exec-2'),
  row('rejected', 'attempt_has_another_execution', 'running', 'exec-1')::tracking_report, 'a second id is rejected');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'the week did not change');
select is((select count(*) from workflow_executions where id = 'exec-2'), 0::bigint, 'it is not stored');
select is((select count(*) from tracking_events where event = 'execution_refused' and execution_id = 'exec-2'),
  1::bigint,
  'an event keeps it');
select results_eq('select code from tracking_alerts where week_id = pg_temp.week(1)', array['execution_refused'],
  'an alert is open');

select * from finish();
rollback;
