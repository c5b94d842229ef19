-- Letting go: a person gives up an execution that does not end at AMC, so that its slot and its week are free again.

create function amc_history.amc_deadline(attempt public.week_attempts, execution public.workflow_executions)
returns timestamptz
language sql stable set search_path = ''
as $$
  select coalesce(execution.amc_expires_at, coalesce(execution.amc_created_at, attempt.intended_at) + l.queued_longest)
    + make_interval(secs => greatest(execution.timeout_seconds, attempt.fingerprint))
  from amc_history.allowances() l;
$$;
comment on function amc_history.amc_deadline(public.week_attempts, public.workflow_executions) is
  $$When AMC itself should have ended an attempt's execution at the latest: it may begin until AMC's expireTime, 24
hours after it was created (captured, H), and then run for its timeout (SPEC, H).$$;

create function amc_history.give_up_execution(
  week public.report_data_weeks, attempt public.week_attempts, execution public.workflow_executions, reason text,
  try_again boolean
) returns void
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.end_attempt(attempt.id, 'let_go', amc_history.clock_now() + (amc_history.allowances()).watch);
  if attempt.cancel_requested_at is null and give_up_execution.try_again then
    perform amc_history.reschedule_week(week, amc_history.clock_now());
  elsif attempt.cancel_requested_at is null then
    perform amc_history.fail_week(week, 'let_go', give_up_execution.reason);
  end if;
  perform amc_history.end_stoppage('execution', execution.id);
  perform amc_history.end_stoppage('cancel', execution.id);
  perform amc_history.refresh_overdue_alerts(week.instance_id);
  perform amc_history.record_action('execution_let_go', week.instance_id, week.collection_id, week.id, attempt.id,
    execution.id, jsonb_build_object('reason', give_up_execution.reason, 'status', execution.status,
      'try_again', give_up_execution.try_again));
end;
$$;
comment on function amc_history.give_up_execution(
  public.report_data_weeks, public.week_attempts, public.workflow_executions, text, boolean) is
  $$Ends the live attempt of an execution that a person lets go of. Its week fails with the reason, or is due again
(try_again), unless it is being cancelled. The caller holds the locks.$$;

create function amc_history.let_go_of_execution(execution_id text, reason text, try_again boolean)
returns public.control_report
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  execution public.workflow_executions;
  week public.report_data_weeks;
  refusal text;
begin
  select e.week_id into week.id from public.workflow_executions e
  join public.report_data_weeks w on w.id = e.week_id
  where e.id = let_go_of_execution.execution_id and amc_history.role_on(w.instance_id) is not null;
  if not found then
    perform amc_history.refuse('execution_not_found', format('No execution %s that you may see.',
      coalesce(left(let_go_of_execution.execution_id, 200), 'null')), 'Check the id.', 'PT404');
  end if;
  week := amc_history.lock_controlled_week(week.id);
  select * into attempt from public.week_attempts a where a.execution_id = let_go_of_execution.execution_id for update;
  select * into execution from public.workflow_executions e where e.id = let_go_of_execution.execution_id
    for no key update;
  if attempt.outcome = 'let_go' then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  refusal := case
    when attempt.id is null or not attempt.is_live then 'attempt_ended'
    when execution.has_ended then 'execution_ended'
    when coalesce(length(btrim(let_go_of_execution.reason)), 0) not between 1 and 500 then 'malformed_reason'
    when amc_history.amc_deadline(attempt, execution) > amc_history.clock_now() then 'may run until '
      || to_char(amc_history.amc_deadline(attempt, execution) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  end;
  if refusal is not null then
    return row('rejected', refusal, 0)::public.control_report;
  end if;
  perform amc_history.give_up_execution(week, attempt, execution, btrim(let_go_of_execution.reason),
    coalesce(let_go_of_execution.try_again, false));
  return row('applied', null, 1)::public.control_report;
end;
$$;
comment on function amc_history.let_go_of_execution(text, text, boolean) is
  $$See public.let_go_of_execution. Definer: users may not write attempts and weeks.$$;

create function public.let_go_of_execution(execution_id text, reason text, try_again boolean default false)
returns public.control_report
language sql set search_path = ''
as $$
  select amc_history.let_go_of_execution(let_go_of_execution.execution_id, let_go_of_execution.reason,
    let_go_of_execution.try_again);
$$;
comment on function public.let_go_of_execution(text, text, boolean) is
  $$Gives up an execution that does not end at AMC, once it is past AMC's own deadline. Look in AMC before you do.

Its attempt ends and its slot is free. The week fails with the reason, or is due again if try_again is true; of a
cancelled week nothing changes, and a completed week keeps its result. The execution stays recorded; for 48 hours (the
allowance watch) AMC is still asked for it, and its end is told by the alert let_go_execution_ended.
reason: why, in 1 to 500 characters. Answers {outcome, reason, weeks}: applied, already_applied, or rejected with
attempt_ended, execution_ended, malformed_reason, or "may run until …". Refuses with execution_not_found.
For analysts and admins.$$;

create function amc_history.tell_end_of_let_go_execution() returns trigger
language plpgsql set search_path = ''
as $$
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
begin
  update public.week_attempts a set watch_until = null where a.execution_id = new.id and a.outcome = 'let_go'
  returning * into attempt;
  if found then
    select * into week from public.report_data_weeks w where w.id = new.week_id;
    perform amc_history.record_event('let_go_execution_ended', attempt, week, new.id,
      jsonb_build_object('status', new.status));
    perform amc_history.raise_alert('let_go_execution_ended', format('Execution %s, which was let go of, has ended at '
      'AMC as %s. The week of %s is %s.', new.id, new.status, week.week_start_date, week.status), week.instance_id,
      week.id);
  end if;
  return null;
end;
$$;
comment on function amc_history.tell_end_of_let_go_execution() is
  'Tells that an execution of which a person had let go has ended at AMC after all.';
create trigger tell_end_of_let_go_execution after update of status on public.workflow_executions
  for each row when (new.has_ended and not old.has_ended)
  execute function amc_history.tell_end_of_let_go_execution();
