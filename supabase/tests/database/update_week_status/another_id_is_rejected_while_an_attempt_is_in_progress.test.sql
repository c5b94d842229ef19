-- While an attempt is in progress, a report with another execution id is rejected.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-other'),
  row('rejected', 'attempt_in_progress', 'running', 'exec-1')::tracking_report,
  'an id that is not the live attempt''s is rejected');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'nothing changed');
select is((select count(*) from workflow_executions where id = 'exec-other'), 0::bigint, 'it is not stored');
do $$ begin perform claim_due_weeks(1); end $$;
select is(update_week_status(pg_temp.collection(), pg_temp.week(2), 'running', null, 'exec-other'),
  row('rejected', 'attempt_in_progress', 'running', null)::tracking_report,
  'also before AMC gave an id: the attempt alone takes one');
select is((select array_agg(state order by number) from week_attempts where week_id = pg_temp.week(2)),
  array['intended'],
  'the attempt is as it was');

select * from finish();
rollback;
