begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
-- The create of week 1 got no answer, and its attempt was abandoned an hour later.
select pg_temp.prove_matcher();
select pg_temp.lose_create(1);
set local amc_history.clock = '2025-03-03T13:00:00Z';
do $$ begin perform settle_attempt(pg_temp.attempt(1), amc_history.clock_now()); end $$;

select results_eq('select a.* from claim_listing(5, 1), jsonb_to_recordset(attempts) as a(attempt_id uuid, state text)',
  $$ values (pg_temp.attempt(1), 'abandoned') $$, 'the list is to tell of it still');
set local amc_history.clock = '2025-03-05T12:59:59Z';
select is((select count(*) from claim_listing(5, 1), jsonb_array_elements(attempts)), 1::bigint, 'for 48 hours');
set local amc_history.clock = '2025-03-05T13:00:01Z';
select is((select count(*) from claim_listing(5, 1), jsonb_array_elements(attempts)), 0::bigint, 'and then no more');

select * from finish();
rollback;
