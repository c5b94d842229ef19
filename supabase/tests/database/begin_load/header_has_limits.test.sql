-- A header has at most 1000 columns, whose names have at most 1000 characters; more is refused before it makes a table.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

do $$ begin perform pg_temp.run_week(1, 'exec-1', 'SUCCEEDED'); end $$;
create function pg_temp.begin(header text[]) returns text language sql as $$
  select pg_temp.refusal(format('select amc_history.begin_load(pg_temp.attempt(1), 1, %L)', header)) $$;

select is(pg_temp.begin(array['a', repeat('b', 1001)]), 'AH002 column_name_too_long', 'a name of 1001 characters');
select is(pg_temp.begin(array[repeat('é', 100000)]), 'AH002 column_name_too_long', 'one of 100,000 of two bytes');
select is(pg_temp.begin(array(select 'c' || i from generate_series(1, 1001) i)), 'AH002 too_many_columns',
  '1001 columns');
select is((select count(*) from amc_history.result_tables), 0::bigint, 'no table is there');
select is(pg_temp.begin(array['a', repeat('é', 1000)]), null, '1000 characters are taken');
select is(pg_temp.begin(array(select 'c' || i from generate_series(1, 1000) i)), null, '1000 columns are taken');

select * from finish();
rollback;
