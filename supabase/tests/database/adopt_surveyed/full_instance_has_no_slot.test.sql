-- A week whose execution was found at AMC takes no slot of an instance that is full; it waits for the next survey.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
do $$
begin
  update amc_instances set max_parallel = 1 where id = 'amcpgtap1';
  perform claim_due_weeks(10);
end;
$$;

select is(adopt_surveyed(pg_temp.week(2), 'exec-old', null),
  row('no_slot', null, 'pending', null)::tracking_report, 'without a slot it waits for the next survey');
select is((select count(*) from workflow_executions where id = 'exec-old'), 0::bigint, 'nothing is stored');

select * from finish();
rollback;
