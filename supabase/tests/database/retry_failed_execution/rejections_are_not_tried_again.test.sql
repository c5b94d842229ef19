-- An execution that AMC rejected is not tried again.
begin;
\ir ../../_shared/three_weeks.psql
select plan(1);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$
begin
  update report_data_collections set failed_retries = 5 where id = pg_temp.collection();
  update workflow_executions set status = 'REJECTED' where id = 'exec-1';
end;
$$;

select is(retry_failed_execution(pg_temp.attempt(1)),
  row('rejected', 'no_retry_left', 'running', 'exec-1')::tracking_report, 'AMC would reject it again');

select * from finish();
rollback;
