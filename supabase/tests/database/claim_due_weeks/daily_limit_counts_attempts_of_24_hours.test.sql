-- The daily limit counts the creates of the last 24 hours, whether they have ended or not.
begin;
\ir ../../_shared/collection.psql
select plan(5);

select pg_temp.start_collection(weeks => 8);
set local role service_role;
do $$ begin update amc_instances set daily_limit = 3 where id = 'amcpgtap1'; end $$;

select is((select count(*) from claim_due_weeks(10)), 3::bigint, 'three are taken of eight');
do $$ begin perform report_create(pg_temp.attempt(1), 'refused', 400, 'no'); end $$;
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'one that has ended counts all the same');
do $$ begin perform report_create(pg_temp.attempt(2), 'not_sent'); end $$;
select is((select count(*) from claim_due_weeks(10)), 1::bigint, 'one that never left does not');
set local amc_history.clock = '2025-03-04T11:59:59Z';
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'a second before 24 hours have passed, none');
set local amc_history.clock = '2025-03-04T12:00:00Z';
select is((select count(*) from claim_due_weeks(10)), 3::bigint, 'then three again');

select * from finish();
rollback;
