-- A report with the execution id of another week is applied without it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'running', null, 'exec-2'); end $$;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-2'),
  row('applied_untracked', 'execution_of_another_week', 'completed', null)::tracking_report,
  'status and data are recorded');
select results_eq('select status, data, execution_id from report_data_weeks where collection_id = pg_temp.collection()
    order by week_start_date limit 2',
  $$ values ('completed', '{"rows": 1}'::jsonb, null), ('running', null, 'exec-2') $$,
  'the other week keeps its execution');
select is((select week_id from workflow_executions where id = 'exec-2'), pg_temp.week(2),
  'the execution stays the other week''s');
select results_eq('select code, times from tracking_alerts where week_id = pg_temp.week(1)',
  $$ values ('execution_untracked', 1) $$, 'an alert is open');
select is((select detail ->> 'untracked' from tracking_events where week_id = pg_temp.week(1)),
  'execution_of_another_week',
  'an event says why');

select * from finish();
rollback;
