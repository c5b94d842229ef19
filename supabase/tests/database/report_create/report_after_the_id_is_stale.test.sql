-- A report for an attempt whose execution is known is stale.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(report_create(pg_temp.attempt(1), 'refused', 400, 'no'),
  row('stale', 'execution_is_known', 'running', 'exec-1')::tracking_report,
  'an attempt whose execution is known takes no verdict');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'the week did not change');
select is((select state from week_attempts where id = pg_temp.attempt(1)), 'created', 'the attempt continues');

select * from finish();
rollback;
