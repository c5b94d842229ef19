-- What an observation lacks does not erase what is known.
begin;
\ir ../../_shared/three_weeks.psql
select plan(1);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$
begin
  perform pg_temp.list('[{"id": "exec-1", "status": "RUNNING", "status_reason": "why",
    "created_at": "2025-03-03T11:59:00Z",
    "updated_at": "2025-03-03T12:00:00Z", "execution_seconds": 3}]');
  perform pg_temp.list('[{"id": "exec-1"}]');
end;
$$;

select results_eq($$ select status, status_reason, amc_created_at, amc_updated_at,
  execution_seconds from workflow_executions where id = 'exec-1' $$,
  $$ values ('RUNNING', 'why', '2025-03-03T11:59:00Z'::timestamptz, '2025-03-03T12:00:00Z'::timestamptz, 3::numeric) $$,
  'what was known stays known');

select * from finish();
rollback;
