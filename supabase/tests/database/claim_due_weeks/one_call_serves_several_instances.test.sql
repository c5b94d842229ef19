-- One call claims weeks of several instances, up to the number asked for.
begin;
\ir ../../_shared/three_weeks.psql
select plan(1);

select pg_temp.start_collection(weeks => 3, instance => 'amcpgtap2', region => 'EU');
set local role service_role;

select results_eq('select instance_id, region, count(*) from claim_due_weeks(5) group by 1, 2 order by 1',
  $$ values ('amcpgtap1', 'NA', 3::bigint), ('amcpgtap2', 'EU', 2::bigint) $$,
  'what the first leaves goes to the second');

select * from finish();
rollback;
