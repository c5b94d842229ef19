-- One worker at a time lists an instance; after its lease another may, under a higher fence.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');

select is((select fence from claim_listing(5, 30)), 1::bigint, 'the first worker takes the instance');
select is((select count(*) from claim_listing(5, 30)), 0::bigint, 'a second one does not');
set local amc_history.clock = '2025-03-03T12:00:29Z';
select is((select count(*) from claim_listing(5, 30)), 0::bigint, 'as long as the lease runs');
set local amc_history.clock = '2025-03-03T12:00:30Z';
select is((select fence from claim_listing(5, 30)), 2::bigint, 'then it does, with a higher fence');

select * from finish();
rollback;
