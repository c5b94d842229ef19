-- Callers pass three, four or five named arguments.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;

select is(update_week_status(collection_id => pg_temp.collection(), week_id => pg_temp.week(1), status => 'running'),
  row('applied', null, 'running', null)::tracking_report, 'three arguments, as before executions were tracked');
select is(update_week_status(week_id => pg_temp.week(1), status => 'completed', collection_id => pg_temp.collection(),
    data => '{"rows": 3}'),
  row('applied', null, 'completed', null)::tracking_report, 'four with data, in any order');
select is(update_week_status(collection_id => pg_temp.collection(), week_id => pg_temp.week(2), status => 'running',
    execution_id => 'exec-2'),
  row('applied', null, 'running', 'exec-2')::tracking_report, 'four with an execution id');
select is(update_week_status(collection_id => pg_temp.collection(), week_id => pg_temp.week(3), status => 'completed',
    data => '{"rows": 4}', execution_id => 'exec-3'),
  row('applied', null, 'completed', 'exec-3')::tracking_report, 'five');
select results_eq('select status, data, execution_id from report_data_weeks where collection_id = pg_temp.collection()
    order by week_start_date',
  $$ values ('completed', '{"rows": 3}'::jsonb, null), ('running', null, 'exec-2'),
  ('completed', '{"rows": 4}', 'exec-3') $$,
  'all of it reached the rows');

select * from finish();
rollback;
