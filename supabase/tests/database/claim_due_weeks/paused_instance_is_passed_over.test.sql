-- No week of a paused instance is claimed until the pause has passed.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
do $$ begin perform pause_instance('amcpgtap1', 'throttled', 60); end $$;

select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'nothing is taken while the instance is paused');
set local amc_history.clock = '2025-03-03T12:00:59Z';
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'not a second too early');
set local amc_history.clock = '2025-03-03T12:01:00Z';
select is((select count(*) from claim_due_weeks(10)), 3::bigint, 'the pause ends by itself');

select * from finish();
rollback;
