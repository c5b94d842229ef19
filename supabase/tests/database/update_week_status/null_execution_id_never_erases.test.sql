-- A report without an execution id never erases the stored one.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', null, 'exec-1'); end $$;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', null),
  row('applied', null, 'completed', 'exec-1')::tracking_report, 'a report without an id leaves the stored one');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed'),
  row('already_applied', null, 'completed', 'exec-1')::tracking_report, 'so does an older caller with three arguments');
select is((select execution_id from report_data_weeks where id = pg_temp.week(1)), 'exec-1', 'the row has it still');

select * from finish();
rollback;
