-- A week that this project collects is completed only with a complete load.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1'),
  row('rejected', 'load_incomplete', 'running', 'exec-1')::tracking_report, 'without a load it is rejected');
insert into result_loads (execution_id, fence, table_name, header) values ('exec-1', 1, 'not_made', '{a}');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1'),
  row('rejected', 'load_incomplete', 'running', 'exec-1')::tracking_report, 'with an incomplete one too');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'nothing changed');
select pg_temp.complete_load('exec-1');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1'),
  row('applied', null, 'completed', 'exec-1')::tracking_report, 'with a complete one it is applied');

select * from finish();
rollback;
