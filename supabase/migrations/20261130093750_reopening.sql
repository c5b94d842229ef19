-- Reopening: what a person wants again after it ended or stood still, a week or a collection. What AMC has of a week is
-- followed or loaded, and run again only where there is nothing.

create function amc_history.next_due_at(collection_id uuid) returns timestamptz
language sql stable set search_path = ''
as $$
  select case when c.paused_at is null then amc_history.clock_now() else 'infinity' end
  from public.report_data_collections c where c.id = next_due_at.collection_id;
$$;
comment on function amc_history.next_due_at(uuid) is
  'The due_at of a week that may start as soon as possible: now, or infinity while its collection is paused.';

create function amc_history.hold_weeks(collection_id uuid) returns integer
language plpgsql set search_path = ''
as $$
declare
  held integer;
begin
  -- Held weeks leave the range that claiming reads: a long pause costs it nothing.
  update public.report_data_weeks w set due_at = 'infinity'
  where w.collection_id = hold_weeks.collection_id and w.due_at is not null;
  get diagnostics held = row_count;
  return held;
end;
$$;
comment on function amc_history.hold_weeks(uuid) is
  'Holds the due weeks of a collection that is being paused or archived. Answers how many.';

create function amc_history.may_load_after_all(attempt public.week_attempts) returns boolean
language sql stable set search_path = ''
as $$
  select coalesce((attempt).outcome = 'cancelled', false)
    and exists (select from public.workflow_executions e
      where e.id = (attempt).execution_id and e.status = 'SUCCEEDED')
    and not exists (select from public.week_attempts a where a.instance_id = (attempt).instance_id and a.is_live
      and a.window_key = (attempt).window_key);
$$;
comment on function amc_history.may_load_after_all(public.week_attempts) is
  $$Whether the last attempt of a week was cancelled, but its execution SUCCEEDED at AMC all the same, and nothing asks
for the same window now.$$;

create function amc_history.load_after_all(week public.report_data_weeks) returns boolean
language plpgsql set search_path = ''
as $$
declare
  attempt public.week_attempts;
begin
  select a.* into attempt from public.week_attempts a where a.week_id = (week).id order by a.number desc limit 1
    for update;
  if not amc_history.may_load_after_all(attempt) then
    return false;
  end if;
  -- Without a slot: nothing of it runs any more.
  update public.week_attempts a set state = 'created', outcome = null, ended_at = null, slot = null,
    cancel_requested_at = null
  where a.id = attempt.id;
  update public.workflow_executions e set cancel_requested_at = null where e.id = attempt.execution_id;
  return true;
end;
$$;
comment on function amc_history.load_after_all(public.report_data_weeks) is
  $$Takes up the last attempt of a week again that was cancelled, but whose execution SUCCEEDED at AMC all the same, so
that its result is loaded. Answers whether there is one. The caller holds the locks of instance and week.$$;

create function amc_history.open_week(week public.report_data_weeks, requested_by uuid) returns boolean
language plpgsql set search_path = ''
as $$
declare
  is_loaded constant boolean := (week).status in ('cancelled', 'skipped') and amc_history.load_after_all(week);
begin
  update public.report_data_weeks w set status = case when is_loaded then 'running' else 'pending' end,
    due_at = case when not is_loaded then amc_history.next_due_at(w.collection_id) end,
    error_code = null, error_message = null, error_count = 0, failed_creates = 0,
    requested_by = coalesce(open_week.requested_by, w.requested_by)
  where w.id = (week).id;
  -- Also while its collection is paused, when it stays without a due_at.
  perform amc_history.end_stoppage('week', (week).id::text);
  return is_loaded;
end;
$$;
comment on function amc_history.open_week(public.report_data_weeks, uuid) is
  $$Opens a week that has no live attempt: it is due, or the result of a cancelled execution that SUCCEEDED is loaded
(amc_history.load_after_all). requested_by: who asked. Answers whether it is loaded. The caller holds the locks.$$;

create function amc_history.has_ended_in_vain(execution_id text) returns boolean
language sql stable set search_path = ''
as $$
  select exists (select from public.workflow_executions e
    where e.id = has_ended_in_vain.execution_id and e.has_ended and e.status <> 'SUCCEEDED');
$$;
comment on function amc_history.has_ended_in_vain(text) is
  'Whether an execution ended at AMC without a result. Not one that is not known.';

create function amc_history.follow_again(week public.report_data_weeks) returns boolean
language plpgsql set search_path = ''
as $$
declare
  attempt public.week_attempts;
  execution public.workflow_executions;
begin
  select * into attempt from public.week_attempts a where a.week_id = (week).id and a.is_live for update;
  if not found then
    return false;
  end if;
  select * into execution from public.workflow_executions e where e.id = attempt.execution_id for no key update;
  if amc_history.has_ended_in_vain(execution.id) then
    perform amc_history.end_attempt(attempt.id, 'cancelled');
    return false;
  end if;
  update public.week_attempts a set cancel_requested_at = null where a.id = attempt.id;
  -- If AMC was asked already (cancel_tried_at) and cancels it, the week becomes due then (retry_failed_execution).
  update public.workflow_executions e set cancel_requested_at = null where e.id = execution.id;
  perform amc_history.end_stoppage('cancel', execution.id);
  return true;
end;
$$;
comment on function amc_history.follow_again(public.report_data_weeks) is
  $$Takes back that the live attempt of a week is to be cancelled, so that what is under way is followed and nothing
runs beside it. Answers whether there is such an attempt: one whose execution ended without a result is ended. The
caller holds the week's lock.$$;

create function amc_history.reopens_as(week_id uuid) returns text
language sql stable set search_path = ''
as $$
  select case
    when a.is_live and not amc_history.has_ended_in_vain(a.execution_id) then 'followed'
    when amc_history.may_load_after_all(a) then 'loaded'
    else 'due'
  end
  from (values (reopens_as.week_id)) w(id)
  left join lateral (select b.* from public.week_attempts b where b.week_id = w.id order by b.is_live desc,
    b.number desc limit 1) a on true;
$$;
comment on function amc_history.reopens_as(uuid) is
  $$What would become of a week that was cancelled or skipped, if it were opened again (amc_history.reopen_week):
followed, loaded, or due, which costs an execution.$$;

create function amc_history.reopen_week(week public.report_data_weeks, requested_by uuid) returns void
language plpgsql set search_path = ''
as $$
declare
  becomes text;
begin
  if amc_history.follow_again(week) then
    becomes := 'followed';
    update public.report_data_weeks w set status = 'running', error_code = null, error_message = null,
      error_count = 0, failed_creates = 0, requested_by = reopen_week.requested_by
    where w.id = (week).id;
  else
    becomes := case when amc_history.open_week(week, reopen_week.requested_by) then 'loaded' else 'due' end;
  end if;
  perform amc_history.record_action('week_reopened', (week).instance_id, (week).collection_id, (week).id,
    execution_id => (week).execution_id, detail => jsonb_build_object('was', (week).status, 'becomes', becomes),
    actor => reopen_week.requested_by::text);
end;
$$;
comment on function amc_history.reopen_week(public.report_data_weeks, uuid) is
  $$Opens a week again that was cancelled or skipped, for whoever asked for it (requested_by): what is still under way
at AMC is followed, what SUCCEEDED is loaded, else the week is due. Leaves an event. The caller holds the locks.$$;

create function amc_history.reopen_weeks(collection_id uuid, first_day date, last_day date, requested_by uuid)
returns integer
language plpgsql set search_path = ''
as $$
declare
  week public.report_data_weeks;
  reopened integer := 0;
begin
  for week in
    select w.* from public.report_data_weeks w
    where w.collection_id = reopen_weeks.collection_id and w.status in ('cancelled', 'skipped')
      and w.week_start_date between reopen_weeks.first_day and reopen_weeks.last_day
    order by w.id for no key update
  loop
    perform amc_history.reopen_week(week, reopen_weeks.requested_by);
    reopened := reopened + 1;
  end loop;
  return reopened;
end;
$$;
comment on function amc_history.reopen_weeks(uuid, date, date, uuid) is
  $$Opens the weeks of a collection again that were cancelled or skipped and lie between two days. Answers how many. The
caller holds the locks of instance and collection.$$;

create function amc_history.release_stoppages(collection public.report_data_collections) returns boolean
language plpgsql set search_path = ''
as $$
begin
  update public.stoppages s set retry_at = amc_history.clock_now()
  where s.ended_at is null and coalesce(s.retry_at > amc_history.clock_now(), true)
    and (s.kind, s.subject) in (('collection', (collection).id::text),
      ('workflow_save', (collection).instance_id || '/' || (collection).workflow_id));
  return found;
end;
$$;
comment on function amc_history.release_stoppages(public.report_data_collections) is
  $$Lets one week try at once whether a collection and its workflow still are held up. Answers whether they were.$$;

create function amc_history.release_collection(collection public.report_data_collections) returns integer
language plpgsql set search_path = ''
as $$
declare
  released integer;
begin
  update public.report_data_collections c set paused_at = null, archived_at = null, cancelled_at = null
  where c.id = (collection).id;
  update public.amc_instances i set list_due_at = least(i.list_due_at, amc_history.clock_now())
  where i.id = (collection).instance_id;
  update public.report_data_weeks w set due_at = amc_history.clock_now()
  where w.collection_id = (collection).id and w.due_at = 'infinity'
    and not amc_history.is_held_up('week', w.id::text);
  get diagnostics released = row_count;
  perform amc_history.release_stoppages(collection);
  return released;
end;
$$;
comment on function amc_history.release_collection(public.report_data_collections) is
  $$Lets a collection go on that is paused, archived or cancelled: its weeks that wait may start. Answers how many those
are. The caller holds the locks.$$;
