-- An instance without anything to look for is not listed.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;

select is((select count(*) from claim_listing()), 0::bigint, 'without attempts there is no listing');
do $$
begin
  perform pg_temp.run_week(1, 'exec-1');
  update workflow_executions set status = 'SUCCEEDED' where id = 'exec-1';
end;
$$;
select is((select count(*) from claim_listing()), 0::bigint, 'nor for an execution that has ended');
do $$ begin update amc_instances set running_elsewhere = 3 where id = 'amcpgtap1'; end $$;
select is((select jsonb_array_length(attempts) from claim_listing()), 0,
  'but for what runs elsewhere while weeks are due');

select * from finish();
rollback;
