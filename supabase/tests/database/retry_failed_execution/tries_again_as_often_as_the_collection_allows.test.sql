-- A failed execution is tried again as often as its collection allows.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$ begin update workflow_executions set status = 'FAILED', status_reason = 'why' where id = 'exec-1'; end $$;

select is(retry_failed_execution(pg_temp.attempt(1)),
  row('rejected', 'no_retry_left', 'running', 'exec-1')::tracking_report,
  'by default nothing is tried again by itself');
do $$ begin update report_data_collections set failed_retries = 1 where id = pg_temp.collection(); end $$;
select is(retry_failed_execution(pg_temp.attempt(1)),
  row('applied', null, 'running', 'exec-1')::tracking_report, 'once, if the collection allows it');
select ok(due_at between amc_history.clock_now() + interval '60 seconds'
  and amc_history.clock_now() + interval '360 seconds'
  and error_count = 1 and error_code = 'amc_failed' and error_message = 'why',
  'the week waits one to six minutes, with an error')
  from report_data_weeks where id = pg_temp.week(1);
select is(retry_failed_execution(pg_temp.attempt(1)),
  row('stale', 'attempt_ended', 'running', 'exec-1')::tracking_report, 'its attempt has ended');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:06:00Z', true);
  perform claim_due_weeks(10);
  perform record_execution(pg_temp.attempt(1), 'exec-1b', '{"status": "FAILED"}');
end;
$$;
select is(retry_failed_execution(pg_temp.attempt(1)),
  row('rejected', 'no_retry_left', 'running', 'exec-1b')::tracking_report, 'not twice');
select is(retry_failed_execution(gen_random_uuid()),
  row('not_found', 'no_such_attempt', null, null)::tracking_report, 'an unknown attempt is not found');

select * from finish();
rollback;
