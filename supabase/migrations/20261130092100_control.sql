-- People in control: the owner of a collection pauses, resumes and cancels it, tries weeks again, restates them.
--
-- The functions in public only pass the call on. What they do needs more than a user may write, so it is done
-- by functions in amc_history with their owner's rights, which check first that the caller owns the collection.
-- Each is idempotent and says what it did.

create function amc_history.lock_own_collection(collection_id uuid) returns public.report_data_collections
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections;
begin
  -- The instance first, as everywhere: what is being claimed or listed is done before a person's request is.
  perform from public.amc_instances i where i.id = (select c.instance_id from public.report_data_collections c
      where c.id = lock_own_collection.collection_id
        and (c.owner_id = auth.uid() or auth.role() = 'service_role'
          -- At a database prompt nobody is signed in.
          or auth.role() is null and session_user = 'postgres'))
    for no key update;
  if found then
    select * into collection from public.report_data_collections c
      where c.id = lock_own_collection.collection_id for no key update;
  end if;
  if collection.id is null then
    perform amc_history.refuse('collection_not_found', format('No collection %s of yours.',
      coalesce(lock_own_collection.collection_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  return collection;
end;
$$;
comment on function amc_history.lock_own_collection(uuid) is
  $$Locks an instance and a collection of it for a request of the collection's owner; refuses anybody else's
(collection_not_found). Definer: users may not lock what they may only read.$$;

create function amc_history.lock_own_week(week_id uuid) returns public.report_data_weeks
language plpgsql security definer set search_path = ''
as $$
declare
  week public.report_data_weeks;
begin
  select * into week from public.report_data_weeks w where w.id = lock_own_week.week_id;
  if not found then
    perform amc_history.refuse('week_not_found', format('No week %s of yours.',
      coalesce(lock_own_week.week_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  perform amc_history.lock_own_collection(week.collection_id);
  select * into week from public.report_data_weeks w where w.id = lock_own_week.week_id for no key update;
  return week;
end;
$$;
comment on function amc_history.lock_own_week(uuid) is
  $$Locks a week for a request of its owner; refuses anybody else's (week_not_found, collection_not_found). Definer:
see amc_history.lock_own_collection.$$;

create function amc_history.pause_collection(collection_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_own_collection(pause_collection.collection_id);
  held integer;
begin
  if collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif collection.paused_at is not null then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set paused_at = amc_history.clock_now() where c.id = collection.id;
  -- Held weeks leave the range that claiming reads: a long pause costs it nothing.
  update public.report_data_weeks w set due_at = 'infinity' where w.collection_id = collection.id and w.due_at is not null;
  get diagnostics held = row_count;
  return row('applied', null, held)::public.control_report;
end;
$$;
comment on function amc_history.pause_collection(uuid) is
  $$See public.pause_collection. Definer: users may not write collections and weeks.$$;

create function amc_history.resume_collection(collection_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_own_collection(resume_collection.collection_id);
  released integer;
begin
  if collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif collection.paused_at is null then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set paused_at = null where c.id = collection.id;
  update public.amc_instances i set list_due_at = least(i.list_due_at, amc_history.clock_now())
  where i.id = collection.instance_id;
  update public.report_data_weeks w set due_at = amc_history.clock_now()
    where w.collection_id = collection.id and w.due_at = 'infinity';
  get diagnostics released = row_count;
  return row('applied', null, released)::public.control_report;
end;
$$;
comment on function amc_history.resume_collection(uuid) is
  $$See public.resume_collection. Definer: users may not write collections and weeks.$$;

create function amc_history.cancel_collection(collection_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_own_collection(cancel_collection.collection_id);
  week public.report_data_weeks;
  cancelled integer := 0;
begin
  if collection.cancelled_at is not null then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set cancelled_at = amc_history.clock_now() where c.id = collection.id;
  for week in
    select w.* from public.report_data_weeks w where w.collection_id = collection.id
      and (w.finished_at is null or w.due_at is not null
        or exists (select from public.week_attempts a where a.week_id = w.id and a.is_live))
    order by w.id for no key update
  loop
    update public.report_data_weeks w set due_at = null,
      status = case when w.finished_at is null then 'cancelled' else w.status end
    where w.id = week.id;
    perform amc_history.request_cancel(week);
    cancelled := cancelled + (week.finished_at is null)::integer;
  end loop;
  return row('applied', null, cancelled)::public.control_report;
end;
$$;
comment on function amc_history.cancel_collection(uuid) is
  $$See public.cancel_collection. Definer: users may not write collections, weeks and attempts.$$;

create function amc_history.next_due_at(collection_id uuid) returns timestamptz
language sql stable set search_path = ''
as $$
  select case when c.paused_at is null then amc_history.clock_now() else 'infinity' end
  from public.report_data_collections c where c.id = next_due_at.collection_id;
$$;
comment on function amc_history.next_due_at(uuid) is
  'When a week of a collection is due that may begin at once: now, or once the collection is resumed.';

create function amc_history.unsettled_until(attempt public.week_attempts) returns text
language sql stable set search_path = ''
as $$
  select 'unsettled until ' || to_char(until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  from greatest(attempt.settle_after, attempt.leased_until) until
  where until > amc_history.clock_now();
$$;
comment on function amc_history.unsettled_until(public.week_attempts) is
  $$Why a person cannot tell yet what became of a create: it may be under way, or AMC's list may lag. Null once that is
over.$$;

create function amc_history.reopen_week(week public.report_data_weeks) returns text
language plpgsql set search_path = ''
as $$
declare
  live public.week_attempts;
begin
  if (week).finished_at is null then
    return 'already_applied';
  elsif (week).status = 'completed' then
    return 'week_is_completed';
  end if;
  select * into live from public.week_attempts a where a.week_id = (week).id and a.is_live;
  if live.state = 'created' then
    return 'execution_in_progress';
  elsif live.id is not null then
    return coalesce(amc_history.unsettled_until(live), 'outcome_unknown');
  end if;
  update public.report_data_weeks w set status = 'pending', due_at = amc_history.next_due_at(w.collection_id),
    error_code = null, error_message = null, error_count = 0
  where w.id = (week).id;
  perform amc_history.record_event('week_retried', null, week, (week).execution_id);
  return null;
end;
$$;
comment on function amc_history.reopen_week(public.report_data_weeks) is
  'Makes a week that failed, was skipped or was cancelled due again. Answers null, or why not.';

create function amc_history.retry_week(week_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  week public.report_data_weeks := amc_history.lock_own_week(retry_week.week_id);
  reason text;
begin
  if exists (select from public.report_data_collections c where c.id = week.collection_id and c.cancelled_at is not null) then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  end if;
  reason := amc_history.reopen_week(week);
  if reason = 'already_applied' then
    return row('already_applied', null, 0)::public.control_report;
  elsif reason is not null then
    return row('rejected', reason, 0)::public.control_report;
  end if;
  return row('applied', null, 1)::public.control_report;
end;
$$;
comment on function amc_history.retry_week(uuid) is 'See public.retry_week. Definer: users may not write weeks.';

create function amc_history.retry_failed_weeks(collection_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_own_collection(retry_failed_weeks.collection_id);
  week public.report_data_weeks;
  retried integer := 0;
  unsettled text;
  reason text;
begin
  if collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  end if;
  for week in
    select w.* from public.report_data_weeks w
    where w.collection_id = collection.id and w.status = 'failed' order by w.id for no key update
  loop
    reason := amc_history.reopen_week(week);
    retried := retried + (reason is null)::integer;
    unsettled := coalesce(unsettled, reason);
  end loop;
  return row(case when retried > 0 then 'applied' when unsettled is not null then 'rejected' else 'already_applied' end,
    unsettled, retried)::public.control_report;
end;
$$;
comment on function amc_history.retry_failed_weeks(uuid) is
  $$See public.retry_failed_weeks. Definer: users may not write weeks.$$;

create function amc_history.restate_week(week_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  week public.report_data_weeks := amc_history.lock_own_week(restate_week.week_id);
begin
  if exists (select from public.report_data_collections c where c.id = week.collection_id and c.cancelled_at is not null) then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif week.status <> 'completed' then
    return row('rejected', 'week_is_not_completed', 0)::public.control_report;
  elsif week.due_at is not null
    or exists (select from public.week_attempts a where a.week_id = week.id and a.is_live) then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_weeks w set error_count = 0, due_at = amc_history.next_due_at(w.collection_id)
  where w.id = week.id;
  perform amc_history.record_event('week_to_be_restated', null, week, week.execution_id);
  return row('applied', null, 1)::public.control_report;
end;
$$;
comment on function amc_history.restate_week(uuid) is 'See public.restate_week. Definer: users may not write weeks.';

create function amc_history.set_keep_versions(collection_id uuid, keep_versions integer) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_own_collection(set_keep_versions.collection_id);
begin
  if set_keep_versions.keep_versions is null or set_keep_versions.keep_versions not between 1 and 100 then
    perform amc_history.refuse('keep_versions_out_of_range', format('Expected to keep 1 to 100 versions, got %s.',
      coalesce(set_keep_versions.keep_versions::text, 'null')), 'The shown result counts as one.');
  elsif collection.keep_versions = set_keep_versions.keep_versions then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set keep_versions = set_keep_versions.keep_versions where c.id = collection.id;
  return row('applied', null, 0)::public.control_report;
end;
$$;
comment on function amc_history.set_keep_versions(uuid, integer) is
  $$See public.set_keep_versions. Definer: users may not write collections.$$;

create function public.pause_collection(collection_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.pause_collection(pause_collection.collection_id); $$;
comment on function public.pause_collection(uuid) is
  $$Begins no more weeks of a collection until it is resumed. What is under way at AMC goes on, and its result is
collected. Owners only.$$;

create function public.resume_collection(collection_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.resume_collection(resume_collection.collection_id); $$;
comment on function public.resume_collection(uuid) is 'Goes on with a paused collection. Owners only.';

create function public.cancel_collection(collection_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.cancel_collection(cancel_collection.collection_id); $$;
comment on function public.cancel_collection(uuid) is
  $$Ends a collection: weeks that are not done become cancelled, and what runs is cancelled at AMC, also where its id
is not known yet. What was done stays. For good. Owners only.$$;

create function public.retry_week(week_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.retry_week(retry_week.week_id); $$;
comment on function public.retry_week(uuid) is
  $$Tries a week again that failed, was skipped or was cancelled. Rejected: week_is_completed (restate it),
collection_is_cancelled, execution_in_progress (its last execution has not ended at AMC), "unsettled until …" while
it is not known whether its last attempt runs at AMC, or outcome_unknown if AMC's list cannot tell (say so with
confirm_execution or confirm_no_execution). Owners only.$$;

create function public.retry_failed_weeks(collection_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.retry_failed_weeks(retry_failed_weeks.collection_id); $$;
comment on function public.retry_failed_weeks(uuid) is 'Tries all failed weeks of a collection again. Owners only.';

create function public.restate_week(week_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.restate_week(restate_week.week_id); $$;
comment on function public.restate_week(uuid) is
  $$Collects a completed week once more. It stays completed and shows what it shows until the new result is in; if that
fails, it keeps showing the old one. Owners only.$$;

create function public.set_keep_versions(collection_id uuid, keep_versions integer) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.set_keep_versions(set_keep_versions.collection_id, set_keep_versions.keep_versions); $$;
comment on function public.set_keep_versions(uuid, integer) is
  $$Sets how many results are kept of each week of a collection, the shown one counted: 1 to 100. Older ones are pruned
within the hour. Refuses with keep_versions_out_of_range, collection_not_found. Owners only.$$;
