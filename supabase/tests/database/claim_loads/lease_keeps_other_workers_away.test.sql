-- One worker at a time loads a result; after its lease another may, under a higher fence.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');

select is((select fence from claim_loads(5, 60)), 2, 'the first worker takes it');
select is((select count(*) from claim_loads(5, 60)), 0::bigint, 'a second does not');
set local amc_history.clock = '2025-03-03T12:00:59Z';
select is((select count(*) from claim_loads(5, 60)), 0::bigint, 'while the lease runs');
set local amc_history.clock = '2025-03-03T12:01:00Z';
select is((select fence from claim_loads(5, 60)), 3, 'then it does, with a higher fence');

select * from finish();
rollback;
