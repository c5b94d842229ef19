-- A listing stores what AMC reports of our executions, and counts those of others.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$ begin perform claim_listing(); end $$;

select is(record_listing('amcpgtap1', 1,
  '[{"id": "exec-1", "status": "SUCCEEDED", "status_reason": "fine",
    "created_at": "2025-03-03T11:59:00Z", "updated_at": "2025-03-03T12:30:00Z", "expires_at": "2025-04-03T00:00:00Z",
    "execution_seconds": 12.5, "output_columns": [{"name": "a"}]}, {"id": "exec-else", "status": "RUNNING"}]', true),
  '{"outcome": "recorded", "known_execution_ids": ["exec-1"]}'::jsonb, 'it answers the executions that are ours');
select results_eq($$ select status, status_reason, amc_created_at, amc_updated_at, amc_expires_at, execution_seconds,
  output_columns
    from workflow_executions where id = 'exec-1' $$,
  $$ values ('SUCCEEDED', 'fine', '2025-03-03T11:59:00Z'::timestamptz, '2025-03-03T12:30:00Z'::timestamptz,
    '2025-04-03T00:00:00Z'::timestamptz, 12.5, '[{"name": "a"}]'::jsonb) $$, 'what AMC reported is stored');
select is((select count(*) from workflow_executions where id = 'exec-else'), 0::bigint,
  'an execution of somebody else is not');
select results_eq($$ select running_elsewhere, list_leased_until,
  list_due_at from amc_instances where id = 'amcpgtap1' $$,
  $$ values (1, null::timestamptz, '2025-03-03T12:00:30Z'::timestamptz) $$,
  'but counted; the next listing is due later');
select is((select status from report_data_weeks where id = pg_temp.week(1)), 'running',
  'the week''s status changes in a step of its own');

select * from finish();
rollback;
