-- Each week has an execution id of its own.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{}', 'exec-1'),
  row('applied', null, 'completed', 'exec-1')::tracking_report, 'week 1 takes its own');
select is(update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{}', 'exec-2'),
  row('applied', null, 'completed', 'exec-2')::tracking_report, 'week 2 takes its own');
select is(update_week_status(pg_temp.collection(), pg_temp.week(3), 'completed', '{}', 'exec-3'),
  row('applied', null, 'completed', 'exec-3')::tracking_report, 'week 3 takes its own');
select results_eq('select execution_id from report_data_weeks where collection_id = pg_temp.collection()
  order by week_start_date',
  array['exec-1', 'exec-2', 'exec-3'], 'each week names its own execution');
select results_eq('select id, week_id from workflow_executions where id like ''exec-%'' order by id',
  $$ values ('exec-1', pg_temp.week(1)), ('exec-2', pg_temp.week(2)), ('exec-3', pg_temp.week(3)) $$,
  'each execution belongs to its week');

select * from finish();
rollback;
