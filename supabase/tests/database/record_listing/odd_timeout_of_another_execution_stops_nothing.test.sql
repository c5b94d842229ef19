-- AMC's list shows executions of others too. One whose timeout is no whole number hides the status of none of ours.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
select pg_temp.lose_create(2);

select is(pg_temp.list('[
    {"id": "others-1", "status": "SUCCEEDED", "timeout_seconds": 3600.5},
    {"id": "others-2", "status": "RUNNING", "timeout_seconds": 99999999999},
    {"id": "exec-1", "status": "SUCCEEDED"}]'), 'recorded', 'the listing is recorded');
select is((select status from workflow_executions where id = 'exec-1'), 'SUCCEEDED',
  'and with it the status of our execution');
select is((select running_elsewhere from amc_instances where id = 'amcpgtap1'), 1,
  'an execution of another timeout is not the one that is looked for');

select * from finish();
rollback;
