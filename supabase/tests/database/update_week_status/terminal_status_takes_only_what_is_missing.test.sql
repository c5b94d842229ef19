-- A week that has ended takes data and an execution id only where it has none.
begin;
\ir ../../_shared/three_weeks.psql
select plan(8);

set local role service_role;
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed'); end $$;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', null),
  row('applied', null, 'completed', null)::tracking_report, 'data that were missing are filled in');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 2}', null),
  row('rejected', 'illegal_transition', 'completed', null)::tracking_report, 'data that are there are not replaced');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 2}', 'exec-1'),
  row('rejected', 'illegal_transition', 'completed', null)::tracking_report, 'not even with an id that was missing');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', null, 'exec-1'),
  row('applied', null, 'completed', 'exec-1')::tracking_report, 'an id that was missing is filled in');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', null, 'exec-2'),
  row('rejected', 'illegal_transition', 'completed', 'exec-1')::tracking_report, 'an id that is there is not replaced');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1'),
  row('already_applied', null, 'completed', 'exec-1')::tracking_report, 'repeating what is stored changes nothing');
select results_eq('select data, execution_id from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('{"rows": 1}'::jsonb, 'exec-1') $$, 'the row has what came first');
select is((select count(*) from workflow_executions where id = 'exec-2'), 0::bigint,
  'the second execution is not stored');

select * from finish();
rollback;
