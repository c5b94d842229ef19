-- An attempt of unknown outcome holds its slot however long it lasts.
begin;
\ir ../../_shared/collection.psql
select plan(2);

select pg_temp.start_collection(weeks => 12, first_day => '2024-12-09');
set local role service_role;
do $$
begin
  perform claim_due_weeks(50);
  perform report_create(id, 'unknown') from week_attempts where instance_id = 'amcpgtap1';
end;
$$;

select is((select count(*) from claim_due_weeks(50)), 0::bigint, 'ten unknown outcomes leave no slot');
set local amc_history.clock = '2025-03-04T12:00:00Z';
select is((select count(*) from claim_due_weeks(50)), 0::bigint, 'not by waiting either');

select * from finish();
rollback;
