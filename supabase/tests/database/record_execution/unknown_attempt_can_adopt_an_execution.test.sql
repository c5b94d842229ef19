-- An attempt of unknown outcome adopts the execution that AMC's list shows for it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.claim_week(1);
do $$ begin perform report_create(pg_temp.attempt(1), 'unknown'); end $$;

select is(record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "RUNNING"}', true),
  row('recorded', null, 'running', 'exec-1')::tracking_report, 'the id from AMC''s list is recorded');
select results_eq($$ select status, adopted from workflow_executions where id = 'exec-1' $$,
  $$ values ('RUNNING', true) $$,
  'its row says that it was adopted');
select is((select state from week_attempts where id = pg_temp.attempt(1)), 'created', 'the attempt continues');
select is((select count(*) from tracking_events where event = 'execution_adopted' and execution_id = 'exec-1'),
  1::bigint,
  'an event records it');

select * from finish();
rollback;
