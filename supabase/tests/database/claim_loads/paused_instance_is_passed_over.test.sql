-- No result of a paused instance is loaded until its pause has passed.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
do $$ begin perform pause_instance('amcpgtap1', 'throttled', 60); end $$;

select is((select count(*) from claim_loads()), 0::bigint, 'a paused instance is left alone');
set local amc_history.clock = '2025-03-03T12:01:00Z';
select is((select count(*) from claim_loads()), 1::bigint, 'until its pause is over');

select * from finish();
rollback;
