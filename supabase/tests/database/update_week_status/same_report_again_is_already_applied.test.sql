-- The same report again is already applied, and changes nothing.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

set local role service_role;
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', '{"rows": 1}', 'exec-1');
  end $$;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);
set local amc_history.clock = '2025-03-03T13:00:00Z';

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', '{"rows": 1}', 'exec-1'),
  row('already_applied', null, 'running', 'exec-1')::tracking_report, 'the same report');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', null, null),
  row('already_applied', null, 'running', 'exec-1')::tracking_report, 'the status alone');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', 'null', null),
  row('already_applied', null, 'running', 'exec-1')::tracking_report, 'with a JSON null');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'the row did not change, not even updated_at');
select is((select count(*) from tracking_events where week_id = pg_temp.week(1)), 1::bigint, 'one event records it');
select is((select count(*) from week_attempts where week_id = pg_temp.week(1)), 1::bigint, 'one attempt stands for it');

select * from finish();
rollback;
