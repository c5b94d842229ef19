-- Reconciliation of what is known here with what AMC has. A create whose answer was lost is settled by AMC's list.
-- Executions that no live attempt holds are adopted, or kept as duplicates: those run before a backup was restored,
-- those that the list showed only after their attempt was abandoned, and those that one create made twice.

create function amc_history.unsettled_until(attempt public.week_attempts) returns text
language sql stable set search_path = ''
as $$
  select 'unsettled until ' || to_char(until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  from greatest(attempt.settle_after, attempt.leased_until) until
  where until > amc_history.clock_now();
$$;
comment on function amc_history.unsettled_until(public.week_attempts) is
  $$Until when nobody can know the outcome of a create, as "unsettled until …": it may be under way, or AMC's list may
lag. Null once that is over.$$;

create function amc_history.proves_absence(
  instance public.amc_instances, attempt public.week_attempts, similar_runs boolean
) returns boolean
language sql stable set search_path = ''
as $$
  select instance.matcher_proved_at is not null
    or not coalesce(similar_runs, true)
      and (instance.window_proved_at is not null
        or coalesce(attempt.amc_answer ->> 'verdict' in ('throttled', 'unauthorized'), false));
$$;
comment on function amc_history.proves_absence(public.amc_instances, public.week_attempts, boolean) is
  $$Whether a complete listing in which an attempt's execution is not found proves that AMC has none: the instance's
list is proved to show its executions by their timeout; or it shows no run of the same workflow, window and zone at all
(similar_runs is false), and is proved to show those, or AMC said itself that it created nothing (429, 401).$$;

create function public.settle_attempt(
  attempt_id uuid, listing_began_at timestamptz, similar_runs boolean default null
) returns public.tracking_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
  instance public.amc_instances;
begin
  select * into attempt from public.week_attempts a where a.id = settle_attempt.attempt_id;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select * into instance from public.amc_instances i where i.id = attempt.instance_id;
  select * into week from public.report_data_weeks w where w.id = attempt.week_id for no key update;
  select * into attempt from public.week_attempts a where a.id = attempt.id for update;
  if attempt.state <> 'unknown' then
    return row('stale', 'attempt_is_' || attempt.state, week.status, week.execution_id)::public.tracking_report;
  end if;
  if attempt.confirmed_execution_id is not null then
    -- A person named an execution while the list was read: it is looked up first.
    return row('waiting', 'execution_to_be_confirmed', week.status, week.execution_id)::public.tracking_report;
  end if;
  if settle_attempt.listing_began_at is null or settle_attempt.listing_began_at < attempt.settle_after
      or settle_attempt.listing_began_at > amc_history.clock_now() then
    return row('waiting', 'listing_may_lag', week.status, week.execution_id)::public.tracking_report;
  end if;
  if not amc_history.proves_absence(instance, attempt, settle_attempt.similar_runs) then
    -- Not while it is told already that what a person said of it cannot be.
    perform amc_history.raise_alert('unknown_outcome', format('It is not known whether AMC created an execution for '
      'attempt %s, and what AMC''s list of instance %s shows does not tell. Look for it in AMC: window of week %s, '
      'timeout %s s. Then call confirm_execution with its id, or confirm_no_execution if there is none.', attempt.id,
      attempt.instance_id, week.week_start_date, attempt.fingerprint), attempt.instance_id, week.id,
      jsonb_build_object('attempt_id', attempt.id))
    where not exists (select from public.tracking_alerts t where t.week_id = week.id
      and t.code = 'execution_not_confirmed' and t.resolved_at is null);
    return row('waiting', 'matcher_not_proved', week.status, week.execution_id)::public.tracking_report;
  end if;
  perform amc_history.end_attempt(attempt.id, 'abandoned', amc_history.clock_now() + (amc_history.allowances()).watch);
  perform amc_history.reschedule_week(week, amc_history.clock_now());
  perform amc_history.record_event('attempt_abandoned', attempt, week, null,
    jsonb_build_object('listing_began_at', settle_attempt.listing_began_at));
  return row('abandoned', null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.settle_attempt(uuid, timestamptz, boolean) is
  $$Reports that a complete listing, which began at listing_began_at, shows no execution of an unknown attempt.
similar_runs: whether it shows, or may show, a run of the attempt's workflow, window and zone since its intent that
belongs to no attempt, whatever its timeout; null: not looked for.

The attempt is abandoned, and its week may be tried again, only if the listing began after every allowance
(settle_after) and proves that there is none (amc_history.proves_absence). Answers waiting (listing_may_lag,
matcher_not_proved, or execution_to_be_confirmed: a person named one), abandoned, stale or not_found. For
service_role.$$;

create function amc_history.adopt_execution(
  week public.report_data_weeks, instance public.amc_instances, execution_id text, details jsonb, event text
) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  free integer;
begin
  if week.due_at is null
      or exists (select from public.week_attempts a where a.week_id = week.id and a.is_live) then
    return 'not_needed';
  end if;
  select s into free from amc_history.free_slots(instance) s limit 1;
  if free is null then
    return 'no_slot';
  end if;
  if amc_history.insert_execution(adopt_execution.execution_id, week.id, adopt_execution.details, true) is null then
    return 'already_recorded';
  end if;
  perform amc_history.release_slots(instance.id);
  insert into public.week_attempts (week_id, instance_id, number, kind, state, intended_at, settle_after,
    fingerprint, window_key, slot, execution_id)
  select week.id, instance.id,
    1 + (select coalesce(max(a.number), 0) from public.week_attempts a where a.week_id = week.id),
    case week.status when 'completed' then 'restated' else 'collected' end, 'created',
    amc_history.clock_now(), amc_history.clock_now(),
    least(greatest(coalesce((amc_history.read_observation(adopt_execution.details)).timeout_seconds, 21600), 21600),
      86400),
    amc_history.window_key(c.workflow_id, week.time_window_start, c.time_zone, c.parameters_hash),
    free, adopt_execution.execution_id
  from public.report_data_collections c where c.id = week.collection_id
  on conflict do nothing
  returning * into attempt;
  if attempt.id is null then
    -- A live attempt of another collection asks for the same window: this week waits for it, as before a create.
    delete from public.workflow_executions e where e.id = adopt_execution.execution_id;
    return 'window_taken';
  end if;
  -- A week that shows a result keeps showing it, as when it is restated by a create.
  update public.report_data_weeks w set due_at = null,
    status = case w.status when 'completed' then 'completed' else 'running' end,
    execution_id = case w.status when 'completed' then w.execution_id else adopt_execution.execution_id end
  where w.id = week.id;
  perform amc_history.record_event(adopt_execution.event, attempt, week, adopt_execution.execution_id,
    adopt_execution.details);
  return 'adopted';
end;
$$;
comment on function amc_history.adopt_execution(public.report_data_weeks, public.amc_instances, text, jsonb, text) is
  $$Gives a waiting week an execution that AMC has already, by an attempt that nobody POSTs. details: an
amc_history.execution_observation as JSON. event: the code of the event that records it. Answers adopted, not_needed
(the week does not wait), no_slot, window_taken (another live attempt asked for the same window) or already_recorded.
The caller holds the locks of instance and week.$$;

create function public.adopt_surveyed(week_id uuid, execution_id text, details jsonb) returns public.tracking_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  week public.report_data_weeks;
  instance public.amc_instances;
  outcome text;
begin
  select i.* into instance from public.amc_instances i join public.report_data_weeks w on w.instance_id = i.id
    where w.id = adopt_surveyed.week_id for no key update of i;
  select * into week from public.report_data_weeks w where w.id = adopt_surveyed.week_id for no key update;
  if not found then
    return row('not_found', 'no_such_week', null, null)::public.tracking_report;
  end if;
  if exists (select from public.workflow_executions e where e.id = adopt_surveyed.execution_id) then
    return row('already_recorded', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  outcome := amc_history.adopt_execution(week, instance, adopt_surveyed.execution_id, adopt_surveyed.details,
    'surveyed_execution_adopted');
  if outcome = 'adopted' then
    perform amc_history.end_stoppage('week', week.id::text);
  end if;
  select * into week from public.report_data_weeks w where w.id = week.id;
  return row(outcome, null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.adopt_surveyed(uuid, text, jsonb) is
  $$Gives a week for which nothing was created yet an execution that AMC's list shows: same workflow, window, zone and
parameters. details: an amc_history.execution_observation as JSON. Answers adopted, not_needed, no_slot (all slots are
taken: repeat the survey), window_taken (the execution may belong to another live attempt of the same window: repeat
it too), already_recorded or not_found. For service_role.$$;

create function public.mark_surveyed(instance_id text, fence bigint, week_ids uuid[]) returns integer
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  instance public.amc_instances;
  marked integer;
begin
  select * into instance from public.amc_instances i where i.id = mark_surveyed.instance_id for no key update;
  if not found or instance.list_fence <> mark_surveyed.fence then
    return 0;
  end if;
  update public.report_data_weeks w set surveyed_at = amc_history.clock_now()
  where w.id = any (mark_surveyed.week_ids) and w.instance_id = instance.id and w.surveyed_at is null;
  get diagnostics marked = row_count;
  perform amc_history.end_stoppage(s.kind, s.subject) from public.stoppages s
  where s.kind = 'week' and s.ended_at is null and s.retry_at is not null
    and s.subject = any (mark_surveyed.week_ids::text[]);
  return marked;
end;
$$;
comment on function public.mark_surveyed(text, bigint, uuid[]) is
  $$Lets weeks begin that were looked for in a complete listing, and of which AMC has nothing that they wait for.

fence: from claim_listing; with that of an earlier listing nothing is changed. Answers how many weeks were marked. For
service_role.$$;

create function public.record_late_execution(attempt_id uuid, execution_id text, details jsonb default null)
returns public.tracking_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
  instance public.amc_instances;
  outcome text := 'duplicate';
begin
  select * into attempt from public.week_attempts a where a.id = record_late_execution.attempt_id;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select * into instance from public.amc_instances i where i.id = attempt.instance_id for no key update;
  select * into week from public.report_data_weeks w where w.id = attempt.week_id for no key update;
  select * into attempt from public.week_attempts a where a.id = attempt.id for update;
  if exists (select from public.workflow_executions e where e.id = record_late_execution.execution_id) then
    return row('already_recorded', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  if attempt.outcome = 'abandoned' then
    outcome := amc_history.adopt_execution(week, instance, record_late_execution.execution_id,
      record_late_execution.details, 'late_execution_adopted');
  end if;
  if outcome in ('no_slot', 'window_taken', 'already_recorded') then
    return row(outcome, null, week.status, week.execution_id)::public.tracking_report;
  end if;
  update public.week_attempts a set watch_until = null where a.id = attempt.id;
  if outcome = 'adopted' then
    select * into week from public.report_data_weeks w where w.id = week.id;
    return row('adopted', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  if amc_history.insert_execution(record_late_execution.execution_id, week.id, record_late_execution.details, true)
      is null then
    return row('already_recorded', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  update public.workflow_executions e set cancel_requested_at = amc_history.clock_now()
  where e.id = record_late_execution.execution_id
    and not e.has_ended;
  perform amc_history.record_event('duplicate_execution', attempt, week, record_late_execution.execution_id,
    record_late_execution.details);
  perform amc_history.raise_alert('duplicate_execution', format(
    'AMC ran execution %s for the week of %s beside another one. Its fingerprint proves that it was asked for '
    'from here; if it still runs it is cancelled.',
    record_late_execution.execution_id, week.week_start_date), week.instance_id, week.id);
  return row('duplicate', null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.record_late_execution(uuid, text, jsonb) is
  $$Reports an execution that an attempt asked for, by its fingerprint, and that the attempt cannot take: it was
abandoned, or it has another one. If the attempt was abandoned and its week still waits, the week takes it. Otherwise
it is kept as a duplicate, with an alert, and cancelled at AMC if it still runs. details: an
amc_history.execution_observation as JSON. Answers adopted, no_slot or
window_taken (to be reported again), duplicate, already_recorded or not_found. For service_role.$$;
