-- Executions that run elsewhere at AMC take slots of the instance.
begin;
\ir ../../_shared/collection.psql
select plan(3);

select pg_temp.start_collection(weeks => 8);
set local role service_role;
do $$ begin update amc_instances set running_elsewhere = 8 where id = 'amcpgtap1'; end $$;

select is((select count(*) from claim_due_weeks(10)), 2::bigint, 'two of ten slots are left');
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'and then none');
do $$ begin update amc_instances set running_elsewhere = 20 where id = 'amcpgtap1'; end $$;
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'more than there are slots is none');

select * from finish();
rollback;
