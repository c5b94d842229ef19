-- Executions are compared only if both belong to one week of the caller's and their results are kept.
begin;
\ir ../../_shared/results.psql
select plan(8);

do $$
begin
  perform pg_temp.collect(1, 'exec-1');
  perform pg_temp.collect(2, 'exec-2');
  perform update_week_status(pg_temp.collection(), pg_temp.week(3), 'completed', '{}', 'exec-3');
end;
$$;

select pg_temp.sign_in('owner');

select is(pg_temp.refusal($$ select compare_executions('exec-1', 'exec-2') $$), '22023 executions_of_different_weeks',
  'two weeks');
select throws_like($$ select compare_executions('exec-1', 'exec-2') $$,
  '%of week 2025-01-06 of%of week 2025-01-13 of%', 'which are named');
select is(pg_temp.refusal($$ select compare_executions('exec-1', 'exec-9') $$), 'PT404 execution_not_found',
  'an unknown one');
select is(pg_temp.refusal($$ select compare_executions('exec-3', 'exec-1') $$), 'PT404 result_not_kept',
  'one without a result');
select is(pg_temp.refusal(format('select compare_executions(''exec-1'', ''exec-1'', %s)', n)),
  '22023 rows_out_of_range', n || ' rows')
from unnest(array['-1', '1001', 'null']) n;
select pg_temp.sign_in('other');
select is(pg_temp.refusal($$ select compare_executions('exec-1', 'exec-1') $$), 'PT404 execution_not_found',
  'another''s');

select * from finish();
rollback;
