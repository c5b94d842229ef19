-- A report that would make an illegal transition changes nothing.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

set local role service_role;
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', '{"rows": 1}'); end $$;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'pending', '{"rows": 2}', 'exec-1'),
  row('rejected', 'illegal_transition', 'failed', null)::tracking_report, 'pending after failed is rejected');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', '{"rows": 2}', 'exec-1'),
  row('rejected', 'illegal_transition', 'failed', null)::tracking_report, 'running after failed is rejected');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 2}', 'exec-1'),
  row('rejected', 'illegal_transition', 'failed', null)::tracking_report, 'completed after failed is rejected');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'skipped', '{"rows": 2}', 'exec-1'),
  row('rejected', 'illegal_transition', 'failed', null)::tracking_report, 'skipped after failed is rejected');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'cancelled', '{"rows": 2}', 'exec-1'),
  row('rejected', 'illegal_transition', 'failed', null)::tracking_report, 'cancelled after failed is rejected');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'nothing changed');
select is((select count(*) from workflow_executions where id = 'exec-1'), 0::bigint, 'the execution is not stored');

select * from finish();
rollback;
