-- A malformed execution id leaves the one that is stored.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', null, 'exec-1'); end $$;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec 1'),
  row('applied_untracked', 'malformed_execution_id', 'completed', 'exec-1')::tracking_report,
  'the report is applied and names the stored id');
select is((select execution_id from report_data_weeks where id = pg_temp.week(1)), 'exec-1', 'the row keeps it');

select * from finish();
rollback;
