-- Recording the same id again changes nothing.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(record_execution(pg_temp.attempt(1), 'exec-1'),
  row('already_recorded', null, 'running', 'exec-1')::tracking_report, 'the same id again is no change');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'nothing changed');
select is((select count(*) from tracking_events where week_id = pg_temp.week(1) and event = 'execution_recorded'),
  1::bigint,
  'one event records it');

select * from finish();
rollback;
