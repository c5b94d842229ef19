-- A failed week has the reason that AMC gave for the failure of its execution.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$
begin
  update workflow_executions set status = 'FAILED', status_reason = 'Too few users in a row.' where id = 'exec-1';
end;
$$;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-1'),
  row('applied', null, 'failed', 'exec-1')::tracking_report, 'the failure is applied');
select results_eq('select status, error_code, error_message,
  execution_id from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('failed', 'amc_failed', 'Too few users in a row.', 'exec-1') $$, 'the week has AMC''s reason');
select results_eq('select state, outcome from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('ended', 'failed') $$,
  'the attempt has ended as failed');

select * from finish();
rollback;
