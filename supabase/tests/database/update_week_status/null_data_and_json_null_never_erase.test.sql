-- Data that are null, in SQL or JSON, never erase stored data.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

set local role service_role;
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', '{"rows": 1}'); end $$;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', null, 'exec-1'),
  row('applied', null, 'running', 'exec-1')::tracking_report, 'null data counts as not given');
select is((select data from report_data_weeks where id = pg_temp.week(1)), '{"rows": 1}'::jsonb,
  'the stored data are there');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', 'null'::jsonb, null),
  row('applied', null, 'completed', 'exec-1')::tracking_report, 'so does a JSON null');
select is((select data from report_data_weeks where id = pg_temp.week(1)), '{"rows": 1}'::jsonb,
  'the stored data are there');
select is(update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', 'null'::jsonb, null),
  row('applied', null, 'completed', null)::tracking_report, 'a JSON null is not stored where there are no data');
select is((select data from report_data_weeks where id = pg_temp.week(2)), null, 'the column stays null');

select * from finish();
rollback;
