-- Retrying a failed week makes it due again.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

select pg_temp.run_week(1, 'exec-1');
do $$
begin
  update workflow_executions set status = 'FAILED', status_reason = 'why' where id = 'exec-1';
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{}');
  update report_data_weeks set error_count = 3 where id = pg_temp.week(1);
end;
$$;
select pg_temp.sign_in('owner');

select is(retry_week(pg_temp.week(1)), row('applied', null, 1)::control_report, 'it is applied');
select is(pg_temp.weeks(), array['pending due', 'completed', 'pending due'], 'the week is due');
select results_eq('select execution_id, error_code, error_message, error_count,
  finished_at from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('exec-1', null::text, null::text, 0, null::timestamptz) $$,
  'its last execution stays known, its errors are forgotten');
select is(retry_week(pg_temp.week(1)), row('already_applied', null, 0)::control_report,
  'a second call changes nothing');
select is(retry_week(pg_temp.week(2)), row('rejected', 'week_is_completed', 0)::control_report,
  'a completed week is restated instead');
reset role;
select is((select array_agg(week_id) from claim_due_weeks(1)), array[pg_temp.week(1)], 'it is claimed');
select is(record_execution(pg_temp.attempt(1), 'exec-1b'),
  row('recorded', null, 'running', 'exec-1b')::tracking_report, 'and runs as another execution');

select * from finish();
rollback;
