-- An abandoned attempt is looked for in AMC's list for 48 hours more.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.abandon_create(1);

select results_eq('select a.* from claim_listing(5, 1), jsonb_to_recordset(attempts) as a(attempt_id uuid, state text)',
  $$ values (pg_temp.attempt(1), 'abandoned') $$, 'it is still looked for');
set local amc_history.clock = '2025-03-05T12:59:59Z';
select is((select count(*) from claim_listing(5, 1), jsonb_array_elements(attempts)), 1::bigint, 'for 48 hours');
set local amc_history.clock = '2025-03-05T13:00:01Z';
select is((select count(*) from claim_listing(5, 1), jsonb_array_elements(attempts)), 0::bigint, 'and then no more');

select * from finish();
rollback;
