-- A load that its worker releases is continued by the next worker at once.
begin;
\ir ../../_shared/segments.psql
select plan(4);

select pg_temp.copy_segment('a', 'b');
select pg_temp.commit_segment(2, 0, 0, 0, 60);

select is((select count(*) from claim_loads(5, 60)), 0::bigint, 'nobody claims it during its lease');
do $$ begin perform amc_history.release_load(pg_temp.attempt(1), 2); end $$;
select is(amc_history.count_actionable() > 0, true, 'once released, it is actionable');
select is((select fence from claim_loads(5, 60)), 3, 'the next worker claims it');
select throws_ok('select amc_history.release_load(pg_temp.attempt(1), 2)', 'AH001', null,
  'the earlier worker has lost it');

select * from finish();
rollback;
