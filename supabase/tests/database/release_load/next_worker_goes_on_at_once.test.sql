begin;
\ir ../../_shared/segments.psql
select plan(4);

select pg_temp.copy_segment('a', 'b');
select pg_temp.commit_segment(2, 0, 0, 0, 60);

select is((select count(*) from claim_loads(5, 60)), 0::bigint, 'under its lease nobody takes it');
do $$ begin perform amc_history.release_load(pg_temp.attempt(1), 2); end $$;
select is(amc_history.count_actionable() > 0, true, 'let go, it is to be gone on with');
select is((select fence from claim_loads(5, 60)), 3, 'by the next worker');
select throws_ok('select amc_history.release_load(pg_temp.attempt(1), 2)', 'AH001', null, 'and not by the earlier one any more');

select * from finish();
rollback;
