-- A cancel that AMC refuses is asked for again after pauses that grow, while others are asked for at once; it is done
-- with as soon as the execution has ended.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;
select claim_due_weeks(2);
select record_execution(pg_temp.attempt(n), 'exec-' || n) from generate_series(1, 2) n;
update workflow_executions set cancel_requested_at = amc_history.clock_now();

select record_stoppage('cancel', 'exec-1', 'refused', 'amc', 'Bad request', 'amcpgtap1');
select set_eq('select execution_id from claim_cancellations()', array['exec-2'], 'the others are asked for');
select set_config('amc_history.clock', '2025-03-03T12:02:00Z', true);
select set_eq('select execution_id from claim_cancellations()', array['exec-1', 'exec-2'], 'after its pause it is too');
select record_stoppage('cancel', 'exec-1', 'refused', 'amc', 'Bad request', 'amcpgtap1');
select set_config('amc_history.clock', '2025-03-03T12:03:00Z', true);
select set_eq('select execution_id from claim_cancellations()', array['exec-2'], 'the next pause is longer');
select record_observation('exec-1', '{"id": "exec-1", "status": "RUNNING"}');
select is((select count(*) from stoppages where ended_at is null), 1::bigint, 'while it runs it is held up');
select record_observation('exec-1', '{"id": "exec-1", "status": "Succeeded"}');
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'once it has ended nothing is');

select * from finish();
rollback;
