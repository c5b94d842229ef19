-- A restatement that fails leaves the week's result.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

create function pg_temp.shown() returns text language sql as
  $$ select concat_ws(' ', status, data, execution_id) from report_data_weeks where id = pg_temp.week(1) $$;
set local role service_role;
select pg_temp.complete_week(1, 'exec-1');
select pg_temp.make_due(1);
select pg_temp.run_week(1, 'exec-2');
do $$ begin update workflow_executions set status = 'REJECTED', status_reason = 'Too often.' where id = 'exec-2';
  end $$;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-2'),
  row('applied', 'result_kept', 'completed', 'exec-1')::tracking_report, 'the failure is applied, the result kept');
select is(pg_temp.shown(), 'completed {"rows": 1} exec-1', 'the week shows what it showed');
select results_eq('select state, outcome from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('ended', 'rejected') $$,
  'the attempt has ended as rejected');
select is((select finished_at from report_data_weeks where id = pg_temp.week(1)), amc_history.clock_now(),
  'finished_at stays');
select is((select count(*) from tracking_events where week_id = pg_temp.week(1) and event = 'restatement_failed'),
  1::bigint,
  'an event records it');
select is((select due_at from report_data_weeks where id = pg_temp.week(1)), null, 'it is not tried again by itself');

select * from finish();
rollback;
