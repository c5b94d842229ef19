-- A result of a cancelled collection is not loaded.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

-- Weeks 1 and 2 run. Their collection is cancelled, and AMC ends their executions before it is asked to.
do $$
begin
  perform claim_due_weeks(2);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform record_execution(pg_temp.attempt(2), 'exec-2');
  perform cancel_collection(pg_temp.collection());
  update workflow_executions set status = 'SUCCEEDED' where id = 'exec-1';
  update workflow_executions set status = 'FAILED' where id = 'exec-2';
end;
$$;
set local role service_role;

select is((select count(*) from claim_loads()), 0::bigint, 'the result of a cancelled week is not loaded');
select is((select count(*) from finished_attempts()), 0::bigint, 'nor is the failure of a cancelled week reported');
select is((select count(*) from claim_cancellations()), 0::bigint, 'nothing is left to cancel');
do $$ begin perform record_listing('amcpgtap1', 0, '[]', true); end $$;
select is((select array_agg(state || ' ' || outcome order by slot) from week_attempts where instance_id = 'amcpgtap1'),
  array['ended cancelled', 'ended cancelled'], 'the next listing ends the attempts');

select * from finish();
rollback;
