-- A call claims at most as many weeks as it asks for, ten by default.
begin;
\ir ../../_shared/collection.psql
select plan(3);

select pg_temp.start_collection(weeks => 8);
set local role service_role;

select is((select count(*) from claim_due_weeks(3)), 3::bigint, 'three are asked for and taken');
select is((select count(*) from claim_due_weeks(0)), 0::bigint, 'none are asked for');
select is((select count(*) from claim_due_weeks()), 5::bigint, 'the rest come with the default of ten');

select * from finish();
rollback;
