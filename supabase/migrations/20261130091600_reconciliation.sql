-- What AMC has and no live attempt holds: executions that were run before a backup was restored, that showed up after
-- their attempt was abandoned, or that one create made twice.

-- What AMC has and no live attempt holds: executions that were run before a backup was restored, that showed up after
-- their attempt was abandoned, or that one create made twice. And what is to be cancelled at AMC.


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
  if week.finished_at is not null or week.due_at is null
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
  insert into public.week_attempts (week_id, instance_id, number, kind, state, intended_at, settle_after,
    fingerprint, window_key, slot, execution_id)
  select week.id, instance.id, 1 + (select coalesce(max(a.number), 0) from public.week_attempts a where a.week_id = week.id),
    'collected', 'created', amc_history.clock_now(), amc_history.clock_now(),
    least(greatest(coalesce((adopt_execution.details ->> 'timeout_seconds')::integer, 21600), 21600), 86400),
    amc_history.window_key(c.workflow_id, week.time_window_start, c.time_zone, c.parameter_values),
    free, adopt_execution.execution_id
  from public.report_data_collections c where c.id = week.collection_id
  on conflict do nothing
  returning * into attempt;
  if attempt.id is null then
    -- Another collection's attempt of the same window lives: this week waits for it, as it would have to before a create.
    delete from public.workflow_executions e where e.id = adopt_execution.execution_id;
    return 'window_taken';
  end if;
  update public.report_data_weeks w set status = 'running', due_at = null, survey_again = false, execution_id = adopt_execution.execution_id
  where w.id = week.id;
  perform amc_history.record_event(adopt_execution.event, attempt, week, adopt_execution.execution_id, adopt_execution.details);
  return 'adopted';
end;
$$;
comment on function amc_history.adopt_execution(public.report_data_weeks, public.amc_instances, text, jsonb, text) is
  $$Gives a week that waits an execution that AMC has already, as an attempt that nobody POSTs. Answers adopted,
not_needed, no_slot, window_taken (another live attempt asked for the same window) or already_recorded. The caller
holds the locks of instance and week.$$;

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
  outcome := amc_history.adopt_execution(week, instance, adopt_surveyed.execution_id, adopt_surveyed.details, 'surveyed_execution_adopted');
  select * into week from public.report_data_weeks w where w.id = week.id;
  return row(outcome, null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.adopt_surveyed(uuid, text, jsonb) is
  $$Gives a week for which nothing was created yet an execution that AMC's list shows: same workflow, window, zone and
parameters. details: the execution observation. Answers adopted, not_needed, no_slot (all slots are taken: the survey is
to be repeated), window_taken (another live attempt asked AMC for the same window, and may take it: the week is to be
held), already_recorded or not_found. For service_role.$$;

create function public.mark_surveyed(
  instance_id text, fence bigint, collection_ids uuid[], released_week_ids uuid[] default '{}', held_week_ids uuid[] default '{}'
) returns integer
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
  update public.report_data_collections c set surveyed_at = amc_history.clock_now()
  where c.id = any (mark_surveyed.collection_ids) and c.instance_id = instance.id and c.surveyed_at is null;
  get diagnostics marked = row_count;
  update public.report_data_weeks w set survey_again = true, due_at = 'infinity'
  where w.id = any (mark_surveyed.held_week_ids) and w.instance_id = instance.id and w.due_at is not null;
  update public.report_data_weeks w set survey_again = false,
    due_at = case when c.paused_at is null then amc_history.clock_now() else 'infinity' end
  from public.report_data_collections c
  where c.id = w.collection_id and w.id = any (mark_surveyed.released_week_ids) and w.instance_id = instance.id
    and w.survey_again and w.due_at is not null;
  return marked;
end;
$$;
comment on function public.mark_surveyed(text, bigint, uuid[], uuid[], uuid[]) is
  $$Lets collections begin whose weeks were all looked for in a complete listing.

fence: the listing's; an earlier one marks none. held_week_ids: weeks whose run could not be taken, since another
live attempt asked AMC for the same window (window_taken): they alone wait until the list has been read again.
released_week_ids: weeks that were looked for and may begin. Answers how many collections were marked. For
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
    outcome := amc_history.adopt_execution(week, instance, record_late_execution.execution_id, record_late_execution.details, 'late_execution_adopted');
  end if;
  if outcome in ('no_slot', 'window_taken', 'already_recorded') then
    return row(outcome, null, week.status, week.execution_id)::public.tracking_report;
  end if;
  update public.week_attempts a set watch_until = null where a.id = attempt.id;
  if outcome = 'adopted' then
    select * into week from public.report_data_weeks w where w.id = week.id;
    return row('adopted', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  if amc_history.insert_execution(record_late_execution.execution_id, week.id, record_late_execution.details, true) is null then
    return row('already_recorded', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  update public.workflow_executions e set cancel_requested_at = amc_history.clock_now()
  where e.id = record_late_execution.execution_id
    and not e.has_ended;
  perform amc_history.record_event('duplicate_execution', attempt, week, record_late_execution.execution_id, record_late_execution.details);
  perform amc_history.raise_alert('duplicate_execution', format(
    'AMC ran execution %s for the week of %s beside another one. Its fingerprint proves it ours; if it still runs it is cancelled.',
    record_late_execution.execution_id, week.week_start_date), week.instance_id, week.id);
  return row('duplicate', null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.record_late_execution(uuid, text, jsonb) is
  $$Reports an execution that an attempt's fingerprint proves ours, and that the attempt cannot take: it was abandoned,
or it has another. An abandoned attempt's week that still waits takes it; otherwise it is kept as a duplicate, with
an alert, and cancelled at AMC if it still runs. details: the execution observation. Answers adopted, no_slot or
window_taken (to be reported again), duplicate, already_recorded or not_found. For service_role.$$;
