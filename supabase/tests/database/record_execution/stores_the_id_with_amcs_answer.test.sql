-- The execution id is stored with AMC's answer, and the week names it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

set local role service_role;
select pg_temp.claim_week(1);

select is(record_execution(pg_temp.attempt(1), 'exec-1',
  '{"status": "PENDING", "request_id": "req-1", "workflow_id": "w",
    "time_window_start": "2025-01-06T00:00:00", "time_zone": "UTC", "timeout_seconds": 40000,
    "created_at": "2025-03-03T12:00:01Z", "updated_at": "2025-03-03T12:00:02Z", "output_columns": [{"name": "a"}]}'),
  row('recorded', null, 'running', 'exec-1')::tracking_report, 'the id is recorded');
select is((select execution_id from report_data_weeks where id = pg_temp.week(1)), 'exec-1', 'the week names it');
select results_eq($$ select week_id, status, request_id, workflow_id, time_window_start, time_zone, timeout_seconds,
    amc_created_at, amc_updated_at, output_columns, adopted from workflow_executions where id = 'exec-1' $$,
  $$ values (pg_temp.week(1), 'PENDING', 'req-1', 'w', '2025-01-06T00:00:00', 'UTC', 40000,
    '2025-03-03T12:00:01Z'::timestamptz, '2025-03-03T12:00:02Z'::timestamptz, '[{"name": "a"}]'::jsonb, false) $$,
  'the execution has AMC''s answer');
select results_eq('select state, execution_id, leased_until from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('created', 'exec-1', null::timestamptz) $$, 'the attempt is created and no longer leased');
select results_eq($$ select attempt_id, execution_id, detail ->> 'request_id' from tracking_events
    where week_id = pg_temp.week(1) and event = 'execution_recorded' $$,
  $$ values (pg_temp.attempt(1), 'exec-1', 'req-1') $$, 'an event records it, with AMC''s request id');
select is((select matcher_proved_at from amc_instances where id = 'amcpgtap1'), null, 'nothing is proved by it');

select * from finish();
rollback;
