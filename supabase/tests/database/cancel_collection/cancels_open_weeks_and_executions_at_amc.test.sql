-- Cancelling a collection cancels its open weeks, and their executions at AMC.
begin;
\ir ../../_shared/three_weeks.psql
select plan(16);

-- Week 1 runs as exec-1, the create of week 2 got no answer.
do $$
begin
  perform claim_due_weeks(2);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform report_create(pg_temp.attempt(2), 'unknown');
end;
$$;
select pg_temp.sign_in('owner');

select is(cancel_collection(pg_temp.collection()), row('applied', null, 3)::control_report,
  'three weeks are cancelled');
select is(pg_temp.weeks(), array['cancelled', 'cancelled', 'cancelled'], 'none is due');
select is(cancel_collection(pg_temp.collection()), row('already_applied', null, 0)::control_report,
  'a second call changes nothing');
select is(pause_collection(pg_temp.collection()), row('rejected', 'collection_is_cancelled', 0)::control_report,
  'it cannot be paused any more');
select is(resume_collection(pg_temp.collection()), row('rejected', 'collection_is_cancelled', 0)::control_report,
  'nor resumed');
select is(retry_week(pg_temp.week(3)), row('rejected', 'collection_is_cancelled', 0)::control_report,
  'nor retried');
reset role;
select is((select array_agg(state order by slot) from week_attempts where instance_id = 'amcpgtap1'),
  array['created', 'unknown'],
  'the attempts live until AMC is known to have ended them');
select is((select array_agg(execution_id) from claim_cancellations()), array['exec-1'],
  'the known execution is to be cancelled at AMC');
select is(record_execution(pg_temp.attempt(2), 'exec-2', null, true),
  row('recorded', null, 'cancelled', 'exec-2')::tracking_report, 'the other''s id is recorded once it is known');
select is((select array_agg(execution_id) from claim_cancellations()), array['exec-2'], 'and then to be cancelled too');
select is((select count(*) from claim_cancellations()), 0::bigint, 'each is requested once a minute');
set local amc_history.clock = '2025-03-03T12:01:00Z';
select is((select count(*) from claim_cancellations()), 2::bigint, 'until AMC shows that it ended');
do $$ begin perform record_observation('exec-1', '{"id": "exec-1", "status": "RUNNING"}'); end $$;
select is((select state from week_attempts where execution_id = 'exec-1'), 'created',
  'an answer that it still runs frees no slot');
do $$
begin
  perform record_observation('exec-1', '{"id": "exec-1", "status": "CANCELLED"}');
  perform record_observation('exec-2', '{"id": "exec-2", "status": "SUCCEEDED"}');
  perform set_config('amc_history.clock', '2025-03-03T12:02:00Z', true);
end;
$$;
select is((select array_agg(state || ' ' || outcome order by slot) from week_attempts where instance_id = 'amcpgtap1'),
  array['ended cancelled', 'ended cancelled'], 'then the attempts have ended');
select is((select count(*) from claim_cancellations()), 0::bigint, 'and nothing is left to cancel');
select is(pg_temp.weeks(), array['cancelled', 'cancelled', 'cancelled'], 'the weeks stay cancelled');

select * from finish();
rollback;
