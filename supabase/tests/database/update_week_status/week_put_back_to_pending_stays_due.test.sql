-- A week that is reported as pending stays due.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'pending', '{"note": 1}', null),
  row('applied', null, 'pending', null)::tracking_report, 'pending again, with data');
select isnt((select due_at from report_data_weeks where id = pg_temp.week(1)), null, 'the week is still due');

select * from finish();
rollback;
