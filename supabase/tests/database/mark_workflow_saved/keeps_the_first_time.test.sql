-- A workflow keeps the time at which it was first saved at AMC.
begin;
\ir ../../_shared/workflow.psql
select plan(1);

set local role service_role;
do $$
begin
  perform mark_workflow_saved('amcpgtap1', pg_temp.workflow());
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
  perform mark_workflow_saved('amcpgtap1', pg_temp.workflow());
end;
$$;

select is((select saved_at from amc_workflows where instance_id = 'amcpgtap1'), '2025-03-03T12:00:00Z',
  'a workflow is saved once');

select * from finish();
rollback;
