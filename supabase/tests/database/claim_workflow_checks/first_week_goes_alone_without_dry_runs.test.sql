-- Where AMC refuses or ignores dry runs, one week of a version goes alone until AMC has validated its query.
begin;
\ir ../../_shared/checks.psql
select plan(20);

set local role service_role;
do $$ begin perform report_workflow_check((select check_id from claim_workflow_checks()), 'unsupported',
  message => 'dryRun is not supported.'); end $$;
select is((select dry_runs from amc_instances), 'refused', 'that dry runs do not work is remembered');
select is((select event from tracking_events where event like 'dry_runs%'), 'dry_runs_refused', 'and told');
select is(pg_temp.claimed(), null, 'no week begins by that');
select is_empty('select * from claim_workflow_checks()', 'no dry run is asked for again');
select is(pg_temp.checks(), array['dry_run ended unsupported', 'first_week intended'], 'a week may go');
select is(pg_temp.claimed(), array['2025-01-06']::date[], 'it is the oldest');
select is(pg_temp.claimed(), null, 'and alone');
do $$ begin
  perform claim_workflow_checks();
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "PENDING"}');
  perform claim_workflow_checks();
end $$;
select is(pg_temp.claimed(), null, 'also while AMC queues it');
savepoint validated;
do $$ begin perform pg_temp.list('[{"id": "exec-1", "status": "running"}]'); end $$;
select is(pg_temp.claimed(), array['2025-01-13', '2025-01-20']::date[], 'once AMC runs it, the others follow');
select is(pg_temp.checks(), array['dry_run ended unsupported', 'first_week ended accepted'], 'the check has ended');
rollback to validated;

savepoint rejected;
do $$ begin
  perform pg_temp.list('[{"id": "exec-1", "status": "REJECTED", "status_reason": "x not found"}]');
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-1');
  perform claim_workflow_checks();
end $$;
select is(pg_temp.stoppages(), array['workflow_check query_refused by amc for a person: x not found'],
  'if AMC rejects it, the version is held');
select is(pg_temp.claimed(), null, 'and no other week is spent');
rollback to rejected;

savepoint overlap;
do $$ begin
  perform pg_temp.list('[{"id": "exec-1", "status": "REJECTED", "status_reason":
    "too many workflows have already been run in the same or overlapping time windows."}]');
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-1');
  perform claim_workflow_checks();
end $$;
select is(pg_temp.stoppages(), null, 'a refusal of the window says nothing of the query');
select is(pg_temp.claimed(), array['2025-01-13']::date[], 'the next week goes, alone');
rollback to overlap;

savepoint failed;
do $$ begin
  perform pg_temp.list('[{"id": "exec-1", "status": "FAILED"}]');
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-1');
  perform claim_workflow_checks();
end $$;
select is(pg_temp.claimed(), array['2025-01-13']::date[], 'as after a week that failed');
select is(pg_temp.checks(), array['dry_run ended unsupported', 'first_week ended given_up', 'first_week intended'],
  'which has told nothing');
rollback to failed;

reset role;
update week_attempts set state = 'ended', outcome = 'not_sent', ended_at = now(), slot = null;
update report_data_weeks set due_at = 'infinity' where id = pg_temp.week(1);
set local role service_role;
do $$ begin perform claim_workflow_checks(); end $$;
select is(pg_temp.claimed(), array['2025-01-13']::date[], 'a week that is held lets another one go');
do $$ begin perform report_create(pg_temp.attempt(2), 'not_sent'); perform claim_workflow_checks(); end $$;
select is(pg_temp.claimed(), array['2025-01-13']::date[], 'one that waits for its next attempt stays the first');
select throws_ok($$ insert into workflow_checks (instance_id, workflow_id, kind, week_id)
  select instance_id, workflow_id, 'first_week', pg_temp.week(3) from workflow_checks limit 1 $$, '23505', null,
  'there are never two at once');
select throws_ok($$ insert into workflow_checks (instance_id, workflow_id, kind, state, outcome, ended_at,
    time_window_start, time_window_end, time_zone, timeout_seconds)
  select instance_id, workflow_id, 'dry_run', 'ended', 'lost', now(), 'a', 'b', 'UTC', 21600
  from workflow_checks limit 1 $$, '23514', null, 'no dry run has the timeout of a week');

select * from finish();
rollback;
