-- Only an attempt of unknown outcome is settled.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.prove_matcher();
select pg_temp.lose_create(1);
do $$
begin
  perform claim_due_weeks(2);
  perform record_execution(pg_temp.attempt(2), 'exec-2');
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
end;
$$;

select is(settle_attempt(pg_temp.attempt(2), '2025-03-03T13:00:00Z'),
  row('stale', 'attempt_is_created', 'running', 'exec-2')::tracking_report, 'one whose execution is known');
select is(settle_attempt(pg_temp.attempt(3), '2025-03-03T13:00:00Z'),
  row('stale', 'attempt_is_intended', 'running', null)::tracking_report, 'one that may be on its way');
do $$ begin perform settle_attempt(pg_temp.attempt(1), '2025-03-03T13:00:00Z'); end $$;
select is(settle_attempt(pg_temp.attempt(1), '2025-03-03T13:00:00Z'),
  row('stale', 'attempt_is_ended', 'running', null)::tracking_report, 'one that has ended');
select is(settle_attempt(gen_random_uuid(), '2025-03-03T13:00:00Z'),
  row('not_found', 'no_such_attempt', null, null)::tracking_report, 'one that is not there is not found');

select * from finish();
rollback;
