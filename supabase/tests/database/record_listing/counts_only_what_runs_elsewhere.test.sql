-- A listing counts the executions that run elsewhere: not ours, nor those that have ended.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
-- Week 1 runs as exec-1, the outcome of week 2 is unknown.
do $$
begin
  perform claim_due_weeks(2);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform report_create(pg_temp.attempt(2), 'unknown');
  perform pg_temp.list(jsonb_build_array('{"id": "exec-1", "status": "RUNNING"}'::jsonb,
  '{"id": "x1", "status": "RUNNING", "timeout_seconds": 100}'::jsonb,
    '{"id": "x2", "status": "PENDING"}'::jsonb, '{"id": "x3", "status": "SUCCEEDED"}'::jsonb,
    '{"id": "x4", "status": "CANCELLED"}'::jsonb,
    jsonb_build_object('id', 'x5', 'status', 'RUNNING', 'timeout_seconds', fingerprint))::text)
  from week_attempts where id = pg_temp.attempt(2);
end;
$$;

select is((select running_elsewhere from amc_instances where id = 'amcpgtap1'), 2,
  'not ours, not what has ended, and not what bears the fingerprint of an unknown attempt');
do $$ begin perform pg_temp.list('[{"id": "d1", "status": "RUNNING", "timeout_seconds": 900},
  {"id": "d2", "status": "PENDING", "timeout_seconds": 21599},
  {"id": "x6", "status": "RUNNING", "timeout_seconds": 899},
  {"id": "x7", "status": "RUNNING", "timeout_seconds": 21600}]'); end $$;
select is((select running_elsewhere from amc_instances where id = 'amcpgtap1'), 2, 'dry runs take no slot');
do $$ begin perform pg_temp.list('[]'); end $$;
select is((select running_elsewhere from amc_instances where id = 'amcpgtap1'), 0, 'it is counted anew each time');

select * from finish();
rollback;
