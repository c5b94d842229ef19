-- Each attempt gets a fingerprint of its own, within the range that AMC allows for a timeout.
begin;
\ir ../../_shared/collection.psql
select plan(4);

select pg_temp.start_collection(weeks => 8);
set local role service_role;
create temporary table claimed on commit drop as select * from claim_due_weeks(8);

select is((select count(*) from claimed where fingerprint between 21600 and 86400), 8::bigint,
  'each is from 21600 to 86400 s');
select cmp_ok((select count(distinct fingerprint) from claimed), '>', 4::bigint, 'they differ');
reset role;
select throws_ok(format('update week_attempts set fingerprint = %s where week_id = pg_temp.week(1)', f), '23514',
  'new row for relation "week_attempts" violates check constraint "fingerprint_is_in_range"', f || ' s is refused')
from unnest(array[21599, 86401]) f;

select * from finish();
rollback;
