-- Manual resolution: a person settles the outcome of a create whose answer was lost, where AMC's list is not proved to
-- show its execution; and resolves alerts.

create function amc_history.lock_controlled_attempt(attempt_id uuid) returns public.week_attempts
language plpgsql security definer set search_path = ''
as $$
declare
  attempt public.week_attempts;
begin
  select a.* into attempt from public.week_attempts a join public.report_data_weeks w on w.id = a.week_id
    where a.id = lock_controlled_attempt.attempt_id and amc_history.role_on(w.instance_id) is not null;
  if not found then
    perform amc_history.refuse('attempt_not_found', format('No attempt %s that you may see.',
      coalesce(lock_controlled_attempt.attempt_id::text, 'null')),
      'Check the id: it is in the detail of the alert unknown_outcome.', 'PT404');
  end if;
  perform amc_history.lock_controlled_week(attempt.week_id);
  select * into attempt from public.week_attempts a where a.id = lock_controlled_attempt.attempt_id for update;
  return attempt;
end;
$$;
comment on function amc_history.lock_controlled_attempt(uuid) is
  $$Locks an attempt for a request of an analyst or admin; refuses who may not see it (attempt_not_found), and as
amc_history.lock_controlled_collection does. Definer: see there.$$;

create function amc_history.confirm_execution(attempt_id uuid, execution_id text) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts := amc_history.lock_controlled_attempt(confirm_execution.attempt_id);
  named constant text := confirm_execution.execution_id;
  reason text;
begin
  if named is not null and named in (attempt.execution_id, attempt.confirmed_execution_id) then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  reason := case
    when named is null or not amc_history.is_execution_id(named) then 'malformed_execution_id'
    when not attempt.is_live then 'attempt_ended'
    when attempt.state = 'created' then 'attempt_has_another_execution'
    -- One of another instance is not told from one that does not exist: AMC will not know it here.
    when exists (select from public.workflow_executions e join public.report_data_weeks w on w.id = e.week_id
      where e.id = named and w.instance_id = attempt.instance_id) then 'execution_of_another_attempt'
    else amc_history.unsettled_until(attempt)
  end;
  if reason is not null then
    return row('rejected', reason, 0)::public.control_report;
  end if;
  update public.week_attempts a set confirmed_execution_id = named, state = 'unknown', leased_until = null
  where a.id = attempt.id;
  update public.amc_instances i set list_due_at = least(i.list_due_at, amc_history.clock_now())
  where i.id = attempt.instance_id;
  perform amc_history.record_action('execution_confirmed', w.instance_id, w.collection_id, w.id, attempt.id, named)
  from public.report_data_weeks w where w.id = attempt.week_id;
  return row('applied', null, 1)::public.control_report;
end;
$$;
comment on function amc_history.confirm_execution(uuid, text) is
  $$See public.confirm_execution. Definer: users may not write attempts.$$;

create function amc_history.confirm_no_execution(attempt_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  attempt public.week_attempts := amc_history.lock_controlled_attempt(confirm_no_execution.attempt_id);
  week public.report_data_weeks;
  reason text;
begin
  if attempt.outcome = 'abandoned' then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  reason := case attempt.state
    when 'ended' then 'attempt_ended'
    when 'created' then 'execution_is_known'
    else amc_history.unsettled_until(attempt)
  end;
  if reason is not null then
    return row('rejected', reason, 0)::public.control_report;
  end if;
  select * into week from public.report_data_weeks w where w.id = attempt.week_id;
  perform amc_history.end_attempt(attempt.id, 'abandoned', amc_history.clock_now() + (amc_history.allowances()).watch);
  perform amc_history.reschedule_week(week, amc_history.clock_now());
  perform amc_history.record_action('attempt_abandoned', week.instance_id, week.collection_id, week.id, attempt.id);
  return row('applied', null, 1)::public.control_report;
end;
$$;
comment on function amc_history.confirm_no_execution(uuid) is
  $$See public.confirm_no_execution. Definer: users may not write attempts and weeks.$$;

create function amc_history.alert_cause_persists(alert public.tracking_alerts) returns boolean
language sql stable set search_path = ''
as $$
  select case alert.code
    when 'reconnect_needed' then exists (select from public.amc_instances i
      where i.id = alert.instance_id and i.paused_until = 'infinity')
    when 'unknown_outcome' then exists (select from public.week_attempts a
      where a.week_id = alert.week_id and a.state = 'unknown')
    else exists (select from public.stoppages s
      where s.ended_at is null and s.instance_id is not distinct from alert.instance_id
        and amc_history.stoppage_alert_subject(s) = alert.subject)
  end;
$$;
comment on function amc_history.alert_cause_persists(public.tracking_alerts) is
  'Whether the cause of an alert still blocks work, so that resolving the alert alone would hide it.';

create function amc_history.resolve_alert(alert_id bigint) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  alert public.tracking_alerts;
begin
  select * into alert from public.tracking_alerts t
  where t.id = resolve_alert.alert_id
    and amc_history.role_on(t.instance_id) is not null
  for no key update;
  if not found then
    perform amc_history.refuse('alert_not_found', format('No alert %s that you may see.',
      coalesce(resolve_alert.alert_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  perform amc_history.require_role(alert.instance_id, 'analyst');
  if alert.resolved_at is not null then
    return row('already_applied', null, 0)::public.control_report;
  elsif amc_history.alert_cause_persists(alert) then
    return row('rejected', 'cause_persists', 0)::public.control_report;
  end if;
  update public.tracking_alerts t set resolved_at = amc_history.clock_now() where t.id = alert.id;
  perform amc_history.record_action('alert_resolved', alert.instance_id,
    (select w.collection_id from public.report_data_weeks w where w.id = alert.week_id), alert.week_id,
    detail => jsonb_build_object('code', alert.code));
  return row('applied', null, 0)::public.control_report;
end;
$$;
comment on function amc_history.resolve_alert(bigint) is
  $$See public.resolve_alert. Definer: users may not write alerts.$$;

create function public.confirm_execution(attempt_id uuid, execution_id text) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.confirm_execution(confirm_execution.attempt_id, confirm_execution.execution_id); $$;
comment on function public.confirm_execution(uuid, text) is
  $$Says which AMC execution a create made whose answer was lost (state unknown).

The worker looks the execution up in AMC with the next listing. If its workflow, window, zone and parameters do not
contradict, the attempt takes it, as if the list had shown it; else an alert execution_not_confirmed says why not.
Answers {outcome, reason, weeks}: applied, already_applied, or rejected with malformed_execution_id, attempt_ended,
attempt_has_another_execution, execution_of_another_attempt, or "unsettled until …" while the create may be under way
or AMC's list may lag. Refuses with attempt_not_found. For analysts and admins.$$;

create function public.confirm_no_execution(attempt_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.confirm_no_execution(confirm_no_execution.attempt_id); $$;
comment on function public.confirm_no_execution(uuid) is
  $$Says that AMC has no execution of a create whose answer was lost (state unknown). Look in AMC before you say so.

The attempt is abandoned, and its week is due again; for 48 hours (the allowance watch) AMC's list is still searched
for the execution. Answers {outcome, reason, weeks}: applied, already_applied, or rejected with attempt_ended,
execution_is_known, or "unsettled until …" while the create may be under way or AMC's list may lag. Refuses with
attempt_not_found. For analysts and admins.$$;

create function public.resolve_alert(alert_id bigint) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.resolve_alert(resolve_alert.alert_id); $$;
comment on function public.resolve_alert(bigint) is
  $$Resolves an alert that somebody has looked at. If its cause comes again, a new one opens.

The system itself resolves alerts when it sees that their cause is gone: unknown_outcome and execution_not_confirmed
(the outcome is known), reconnect_needed (connected again), execution_overdue and unknown_status (the execution's
status changed), matcher_failed (proved again), schedule_not_configured (the schedule could call), worker_unreachable
(a worker ended a tick), held_up (it moves again). Answers {outcome, reason, weeks}: applied, already_applied, or
rejected with cause_persists (reconnect_needed of an instance that is still stopped; unknown_outcome of an attempt
that is still unknown; schedule_not_configured, worker_unreachable and held_up of what is still held up). For analysts
and admins; refuses viewers with role_too_low.
Refuses what the caller cannot read (alert_not_found).$$;

create function public.refute_confirmation(attempt_id uuid, execution_id text, message text)
returns public.tracking_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
begin
  select w.* into week from public.report_data_weeks w join public.week_attempts a on a.week_id = w.id
    where a.id = refute_confirmation.attempt_id for no key update of w;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select * into attempt from public.week_attempts a where a.id = refute_confirmation.attempt_id for update;
  if attempt.state <> 'unknown' or attempt.confirmed_execution_id is distinct from refute_confirmation.execution_id then
    return row('stale', 'not_to_be_confirmed', week.status, week.execution_id)::public.tracking_report;
  end if;
  update public.week_attempts a set confirmed_execution_id = null where a.id = attempt.id;
  perform amc_history.record_event('execution_not_confirmed', attempt, week, refute_confirmation.execution_id,
    jsonb_build_object('message', left(refute_confirmation.message, 500)));
  -- It says more than that the outcome is not known, and takes its place.
  update public.tracking_alerts t set resolved_at = amc_history.clock_now()
  where t.week_id = week.id and t.code = 'unknown_outcome' and t.resolved_at is null;
  perform amc_history.raise_alert('execution_not_confirmed', format(
    'AMC''s execution %s was named for attempt %s, and cannot be its: %s Look again in AMC, window of week %s.',
    refute_confirmation.execution_id, attempt.id, left(refute_confirmation.message, 500), week.week_start_date),
    week.instance_id, week.id, jsonb_build_object('attempt_id', attempt.id));
  return row('applied', null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.refute_confirmation(uuid, text, text) is
  $$Reports that the execution that a person named for an attempt cannot be the attempt's: AMC does not know it, or it
asks for something else. The attempt waits for a person again, with an alert.

execution_id: the one that was looked up; stale if the person has named another since, or the attempt is settled.
message: what was expected and what came. Answers {outcome, reason, status, execution_id}: applied, stale, not_found.
For service_role.$$;
