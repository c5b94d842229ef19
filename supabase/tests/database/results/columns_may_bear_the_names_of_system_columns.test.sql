-- Columns may have the names of Postgres's system columns.
begin;
\ir ../../_shared/three_weeks.psql
select plan(1);

select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');

select lives_ok(format('select amc_history.begin_load(pg_temp.attempt(1), 1, %L)',
  array['campaign', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']),
  'such a header makes a table');

select * from finish();
rollback;
