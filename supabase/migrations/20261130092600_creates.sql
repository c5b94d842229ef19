-- The outcome of a create: its execution id, or why there is none.

create function amc_history.insert_execution(execution_id text, week_id uuid, details jsonb, adopted boolean)
returns boolean
language plpgsql set search_path = ''
as $$
begin
  insert into public.workflow_executions as e (id, week_id, status, status_reason, workflow_id, time_window_start,
    time_window_end, time_zone, window_start_at, window_end_at, parameter_values, timeout_seconds, amc_created_at,
    amc_updated_at, amc_expires_at, execution_seconds, output_columns, adopted, request_id)
  select insert_execution.execution_id, insert_execution.week_id, d.status, d.status_reason, d.workflow_id,
    d.time_window_start, d.time_window_end, d.time_zone, d.window_start_at, d.window_end_at, d.parameter_values,
    d.timeout_seconds, d.created_at, d.updated_at, d.expires_at, d.execution_seconds, d.output_columns,
    insert_execution.adopted, d.request_id
  from amc_history.read_observation(coalesce(insert_execution.details, '{}')) d
  -- A dry run never becomes a week's execution.
  where not exists (select from public.workflow_checks k where k.execution_id = insert_execution.execution_id)
  on conflict (id) do nothing;
  return case when found then true end;
end;
$$;
comment on function amc_history.insert_execution(text, uuid, jsonb, boolean) is
  $$Adds the row of an execution. details: an amc_history.execution_observation as JSON, or null; its id does not
count. Answers true, or null if the row is there already, or is a dry run's.$$;

create function amc_history.record_echo(instance_id text, proved boolean, window_proved boolean) returns boolean
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
begin
  if record_echo.window_proved is not null then
    update public.amc_instances i
    set window_proved_at = case when record_echo.window_proved then amc_history.clock_now() end
    where i.id = record_echo.instance_id and (i.window_proved_at is not null) <> record_echo.window_proved;
  end if;
  if record_echo.proved then
    update public.amc_instances i set matcher_proved_at = amc_history.clock_now()
    where i.id = record_echo.instance_id and i.matcher_proved_at is null;
    if found then
      update public.tracking_alerts t set resolved_at = amc_history.clock_now()
      where t.instance_id = record_echo.instance_id and t.code = 'matcher_failed' and t.resolved_at is null;
    end if;
  elsif not record_echo.proved then
    -- AMC's list would not have shown this execution: from now on what it does not show proves nothing.
    update public.amc_instances i set matcher_proved_at = null
    where i.id = record_echo.instance_id and i.matcher_proved_at is not null;
    return found or not exists (select from public.tracking_alerts t
      where t.instance_id = record_echo.instance_id and t.code = 'matcher_failed' and t.resolved_at is null);
  end if;
  return false;
end;
$$;
comment on function amc_history.record_echo(text, boolean, boolean) is
  $$Records whether the execution that AMC's answer to a create describes would have been found in its list (proved;
null: not looked at), and whether by workflow, window and zone alone (window_proved). The first that would be proves the
instance's list, and one that would not takes the proof back. Answers true if a person has to be told that it would
not: whenever a proof is taken back, or nobody was told yet.$$;

create function amc_history.report_late_execution(
  attempt public.week_attempts, week public.report_data_weeks, execution_id text, details jsonb, known boolean
) returns void
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.record_event('late_execution', attempt, week, report_late_execution.execution_id,
    report_late_execution.details);
  if not report_late_execution.known then
    perform amc_history.raise_alert('late_execution', format(
      'AMC''s execution %s was reported for attempt %s, which had already ended as %s. '
      'Check in AMC whether it still runs.', left(report_late_execution.execution_id, 200), (attempt).id,
      (attempt).outcome), (week).instance_id, (week).id);
  end if;
end;
$$;
comment on function
  amc_history.report_late_execution(public.week_attempts, public.report_data_weeks, text, jsonb, boolean) is
  $$Keeps the id of an execution that was reported for an attempt after its end: in an event, and in an alert unless
the execution is known already.$$;

create function amc_history.refuse_execution(
  attempt public.week_attempts, week public.report_data_weeks, execution_id text, details jsonb
) returns public.tracking_report
language plpgsql set search_path = ''
as $$
declare
  shown_id constant text := left(refuse_execution.execution_id, 200);
begin
  perform amc_history.record_event('execution_refused', attempt, week, shown_id, refuse_execution.details);
  perform amc_history.raise_alert('execution_refused', format(
    'AMC''s execution %s was reported for attempt %s, which cannot take it. Look both up in AMC.',
    coalesce(shown_id, 'null'), attempt.id), week.instance_id, week.id);
  return row('rejected', case when attempt.execution_id is not null then 'attempt_has_another_execution'
    when amc_history.is_execution_id(refuse_execution.execution_id) then 'execution_of_another_attempt'
    else 'malformed_execution_id' end,
    week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function
  amc_history.refuse_execution(public.week_attempts, public.report_data_weeks, text, jsonb) is
  $$Refuses an execution that an attempt cannot take, and keeps its id in an event and an alert. The attempt goes on as
one whose create brought no id: AMC's list settles it. Answers rejected, and why.$$;

create function amc_history.raise_matcher_alert(instance_id text, execution_id text, window_proved boolean)
returns void
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.raise_alert('matcher_failed', format('AMC''s answer for execution %s of instance %s does not '
    'echo the %s that was sent. Until an answer does, a create whose answer is lost %s.',
    left(raise_matcher_alert.execution_id, 200), raise_matcher_alert.instance_id,
    case when raise_matcher_alert.window_proved then 'timeout' else 'workflow, window, zone or timeout' end,
    case when raise_matcher_alert.window_proved
      then 'is looked for by workflow, window, zone and time of creation (if several runs fit, by a person)'
      else 'waits for a person' end), raise_matcher_alert.instance_id);
end;
$$;
comment on function amc_history.raise_matcher_alert(text, text, boolean) is
  $$Tells that AMC's answer to a create did not echo what was sent, and what follows. window_proved: whether it echoed
all but the timeout.$$;

create function public.record_execution(
  attempt_id uuid, execution_id text, details jsonb default null, adopted boolean default false
) returns public.tracking_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
  new_id constant text := record_execution.execution_id;
  holder uuid;
  matcher_failed boolean;
begin
  select * into attempt from public.week_attempts a where a.id = record_execution.attempt_id;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  -- Instance and collection before week: the order in which everything locks.
  matcher_failed := amc_history.record_echo(attempt.instance_id,
    (record_execution.details ->> 'matcher_proved')::boolean,
    (record_execution.details ->> 'window_proved')::boolean);
  perform amc_history.lock_collection_of(attempt.week_id);
  select * into week from public.report_data_weeks w where w.id = attempt.week_id for no key update;
  select * into attempt from public.week_attempts a where a.id = attempt.id for update;
  select e.week_id into holder from public.workflow_executions e where e.id = new_id;
  if matcher_failed then
    perform amc_history.raise_matcher_alert(week.instance_id, new_id,
      (record_execution.details ->> 'window_proved')::boolean);
  end if;
  if not attempt.is_live then
    perform amc_history.report_late_execution(attempt, week, new_id, record_execution.details, holder is not null);
    return row('stale', 'attempt_ended', week.status, week.execution_id)::public.tracking_report;
  end if;
  if attempt.execution_id = new_id then
    return row('already_recorded', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  if attempt.execution_id is not null or holder is not null or new_id is null
      or not amc_history.is_execution_id(new_id) then
    return amc_history.refuse_execution(attempt, week, new_id, record_execution.details);
  end if;
  if amc_history.insert_execution(new_id, week.id, record_execution.details, record_execution.adopted) is null then
    return amc_history.refuse_execution(attempt, week, new_id, record_execution.details);
  end if;
  update public.workflow_executions e set cancel_requested_at = attempt.cancel_requested_at
  where e.id = new_id and attempt.cancel_requested_at is not null;
  update public.week_attempts a set state = 'created', execution_id = new_id, leased_until = null,
    amc_answer = jsonb_strip_nulls(jsonb_build_object('request_id', record_execution.details ->> 'request_id'))
  where a.id = attempt.id;
  -- A week that shows a result keeps showing it: a restatement switches only once its own is in.
  update public.report_data_weeks w set failed_creates = 0,
    execution_id = case when w.status = 'completed' then w.execution_id else new_id end
  where w.id = week.id returning * into week;
  perform amc_history.record_acceptance(attempt, week, record_execution.adopted);
  perform amc_history.record_event(
    case when record_execution.adopted then 'execution_adopted' else 'execution_recorded' end, attempt, week, new_id,
    jsonb_strip_nulls(jsonb_build_object('request_id', record_execution.details ->> 'request_id',
      'unread', record_execution.details -> 'unread')));
  return row('recorded', null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.record_execution(uuid, text, jsonb, boolean) is
  $$Stores the execution id that AMC gave for an attempt, before anything else is asked about that execution.

attempt_id: the fence: an attempt that has ended takes nothing more (stale; the id is kept in an event and an
alert). execution_id: AMC's workflowExecutionId. details: an amc_history.execution_observation as JSON; its
matcher_proved false takes back what earlier creates proved, with an alert. adopted: the id was found in AMC's list,
or named by a person and looked up there. Answers {outcome, reason, status, execution_id}: recorded,
already_recorded, stale, rejected (attempt_has_another_execution, execution_of_another_attempt,
malformed_execution_id), not_found. For service_role.$$;

create function amc_history.apply_create_verdict(
  attempt public.week_attempts, week public.report_data_weeks, verdict text, message text, paused_until timestamptz
) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  now_at timestamptz := amc_history.clock_now();
begin
  case apply_create_verdict.verdict
    when 'not_sent' then
      perform amc_history.end_attempt(attempt.id, 'not_sent');
      perform amc_history.reschedule_week(week, now_at);
    when 'quota' then
      perform amc_history.end_attempt(attempt.id, 'quota');
      -- A pause without an end lasts until a person ends it: then the week is due at once.
      perform amc_history.reschedule_week(week, case when isfinite(apply_create_verdict.paused_until)
        then apply_create_verdict.paused_until else now_at end);
    when 'workflow_not_visible' then
      perform amc_history.end_attempt(attempt.id, 'not_visible');
      perform amc_history.reschedule_week(week, now_at);
      perform amc_history.hold_unseen_workflow(attempt, week, apply_create_verdict.message);
      return 'workflow_held';
    when 'refused' then
      return amc_history.weigh_refusal(attempt, week, apply_create_verdict.message);
    when 'throttled', 'unauthorized' then
      -- AMC answered, so the create is not under way any more; but AMC's list may lag if it took it all the same.
      update public.week_attempts a set state = 'unknown', leased_until = null,
        settle_after = now_at + make_interval(secs => (select i.list_lag_seconds
          from public.amc_instances i where i.id = a.instance_id))
      where a.id = attempt.id;
    else
      update public.week_attempts a set state = 'unknown', leased_until = null where a.id = attempt.id;
  end case;
  return null;
end;
$$;
comment on function
  amc_history.apply_create_verdict(public.week_attempts, public.report_data_weeks, text, text, timestamptz) is
  $$Does to an attempt and its week what the verdict on its create asks for (see public.report_create). Only refused
counts as an error. Answers what else is held up: collection_held, workflow_held or null.$$;

create function public.report_create(
  attempt_id uuid, verdict text, http_status integer default null, message text default null,
  request_id text default null, retry_after_seconds numeric default null
) returns public.tracking_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  verdicts constant text[] := array['not_sent', 'refused', 'quota', 'workflow_not_visible', 'throttled',
    'unauthorized', 'unknown'];
  attempt public.week_attempts;
  week public.report_data_weeks;
  answer jsonb;
  paused_until timestamptz;
  held text;
begin
  if report_create.verdict is null or report_create.verdict <> all (verdicts) then
    raise exception 'Unknown verdict %: expected one of %.', coalesce(quote_literal(report_create.verdict), 'null'),
      array_to_string(verdicts, ', ') using errcode = '22023', detail = 'unknown_verdict';
  end if;
  select * into attempt from public.week_attempts a where a.id = report_create.attempt_id;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  -- Whatever became of the create: an AMC that is out of order and says for how long is waited for.
  if attempt.is_live and (report_create.verdict in ('quota', 'throttled', 'unauthorized')
      or report_create.verdict = 'unknown' and report_create.http_status = 503
        and report_create.retry_after_seconds is not null) then
    paused_until := public.pause_instance(attempt.instance_id,
      case report_create.verdict when 'unknown' then 'unavailable' else report_create.verdict end,
      report_create.retry_after_seconds, report_create.message, report_create.request_id,
      case report_create.verdict when 'unauthorized' then 'instance' else 'creates' end);
  end if;
  if report_create.verdict = 'refused' then
    perform amc_history.lock_collection_of(attempt.week_id);
  end if;
  select * into week from public.report_data_weeks w where w.id = attempt.week_id for no key update;
  select * into attempt from public.week_attempts a where a.id = attempt.id for update;
  if attempt.state not in ('intended', 'unknown') then
    perform amc_history.record_event('late_report', attempt, week, null,
      jsonb_build_object('verdict', report_create.verdict));
    return row('stale', case attempt.state when 'ended' then 'attempt_ended' else 'execution_is_known' end,
      week.status, week.execution_id)::public.tracking_report;
  end if;
  answer := jsonb_build_object('http_status', report_create.http_status, 'request_id', report_create.request_id);
  update public.week_attempts a set amc_answer = jsonb_strip_nulls(answer || jsonb_build_object(
    'verdict', report_create.verdict, 'message', left(report_create.message, 2000)))
  where a.id = attempt.id;
  held := amc_history.apply_create_verdict(attempt, week, report_create.verdict, report_create.message, paused_until);
  perform amc_history.record_event('create_' || report_create.verdict, attempt, week, null,
    jsonb_strip_nulls(answer || jsonb_build_object('message', left(report_create.message, 500))));
  select * into week from public.report_data_weeks w where w.id = week.id;
  return row('applied', held, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.report_create(uuid, text, integer, text, text, numeric) is
  $$Reports a create that brought no execution id. verdict: not_sent (it never left), refused (with AMC's words; see
amc_history.weigh_refusal), quota (AMC's limit: wait), workflow_not_visible (AMC does not see a workflow that was
saved), throttled, unauthorized, or unknown (anything else: AMC's list decides; a 503 with a wait pauses the instance).

http_status, message, request_id: AMC's answer. retry_after_seconds: AMC's Retry-After. Fenced by the attempt: stale
if it has ended or has an execution. An unknown verdict raises 22023. Answers {outcome, reason, status,
execution_id}; where more than the week is held up, the reason of applied is collection_held or workflow_held. For
service_role.$$;
