-- A failed week says so if AMC gave no reason.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$ begin update workflow_executions set status = 'FAILED' where id = 'exec-1'; end $$;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-1'),
  row('applied', null, 'failed', 'exec-1')::tracking_report, 'the failure is applied');
select results_eq('select error_code, error_message from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('amc_failed', 'AMC gave no reason. Its status is FAILED.') $$, 'the message says that AMC gave no reason');

select * from finish();
rollback;
