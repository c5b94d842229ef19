-- While an attempt is in progress, a report without its execution id cannot end the week.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', null),
  row('rejected', 'attempt_in_progress', 'running', 'exec-1')::tracking_report, 'completed without an id is rejected');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', '{"rows": 1}', null),
  row('rejected', 'attempt_in_progress', 'running', 'exec-1')::tracking_report, 'failed without an id is rejected');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'cancelled', '{"rows": 1}', null),
  row('rejected', 'attempt_in_progress', 'running', 'exec-1')::tracking_report, 'cancelled without an id is rejected');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'nothing changed');
select is((select state from week_attempts where id = pg_temp.attempt(1)), 'created', 'the attempt continues');
do $$ begin perform claim_due_weeks(1); end $$;
select is(update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', null, null),
  row('rejected', 'attempt_in_progress', 'running', null)::tracking_report, 'also before AMC gave an id');

select * from finish();
rollback;
