-- A waiting week adopts the execution that AMC already has for its window, in place of a create.
begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

set local role service_role;

select is(adopt_surveyed(pg_temp.week(1), 'exec-old', '{"status": "SUCCEEDED", "timeout_seconds": 30000}'),
  row('adopted', null, 'running', 'exec-old')::tracking_report, 'the week adopts it');
select results_eq('select kind, state, execution_id, slot,
  fingerprint from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('collected', 'created', 'exec-old', 1, 30000) $$, 'as an attempt without a create');
select results_eq($$ select week_id, status, adopted from workflow_executions where id = 'exec-old' $$,
  $$ values (pg_temp.week(1), 'SUCCEEDED', true) $$,
  'its execution is known as adopted');
select is((select count(*) from claim_due_weeks(10)), 2::bigint, 'the week is not created again');
select is((select execution_id from claim_loads()), 'exec-old', 'its result is loaded');
select is(adopt_surveyed(pg_temp.week(1), 'exec-old', null),
  row('already_recorded', null, 'running', 'exec-old')::tracking_report, 'the same again changes nothing');
select is(adopt_surveyed(pg_temp.week(1), 'exec-older', null),
  row('not_needed', null, 'running', 'exec-old')::tracking_report, 'a week that has an execution adopts no other');
select is(adopt_surveyed(gen_random_uuid(), 'exec-x', null),
  row('not_found', 'no_such_week', null, null)::tracking_report, 'an unknown week is not found');
select is((select count(*) from workflow_executions where id in ('exec-older', 'exec-x')), 0::bigint,
  'neither is stored');

select * from finish();
rollback;
