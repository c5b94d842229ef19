-- While a week is open, reported data replace the stored data.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', '{"rows": 1}'); end $$;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', '{"rows": 2}', null),
  row('applied', null, 'running', null)::tracking_report, 'other data are a change');
select is((select data from report_data_weeks where id = pg_temp.week(1)), '{"rows": 2}'::jsonb, 'they are stored');

select * from finish();
rollback;
