-- Control: an analyst or admin pauses, resumes and cancels a collection, and retries its weeks.
--
-- The functions in public only pass the call on. What they do needs more rights than a user has, so functions in
-- amc_history do it with their owner's rights, and check first that the caller is, at this moment, an analyst or
-- admin of the instance. Each is idempotent, says what it did, and leaves an event that names the caller
-- (tracking_events.actor). An id of somebody else is refused in the words for one that does not exist.

create function amc_history.pause_collection(collection_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(pause_collection.collection_id);
  held integer;
begin
  if collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif collection.paused_at is not null then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set paused_at = amc_history.clock_now() where c.id = collection.id;
  held := amc_history.hold_weeks(collection.id);
  perform amc_history.record_action('collection_paused', collection.instance_id, collection.id,
    detail => jsonb_build_object('weeks', held));
  return row('applied', null, held)::public.control_report;
end;
$$;
comment on function amc_history.pause_collection(uuid) is
  $$See public.pause_collection. Definer: users may not write collections and weeks.$$;

create function amc_history.resume_collection(collection_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(resume_collection.collection_id);
  released integer;
begin
  if collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif collection.paused_at is null and not amc_history.stand_behind(collection.id)
    and not amc_history.release_stoppages(collection) then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  released := amc_history.release_collection(collection);
  perform amc_history.stand_behind(collection.id);
  perform amc_history.record_action('collection_resumed', collection.instance_id, collection.id,
    detail => jsonb_build_object('weeks', released));
  return row('applied', null, released)::public.control_report;
end;
$$;
comment on function amc_history.resume_collection(uuid) is
  $$See public.resume_collection. Definer: users may not write collections and weeks.$$;

create function amc_history.cancel_collection(collection_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(cancel_collection.collection_id);
  week public.report_data_weeks;
  cancelled integer := 0;
begin
  if collection.cancelled_at is not null then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set cancelled_at = amc_history.clock_now() where c.id = collection.id;
  perform amc_history.end_stoppage('collection', collection.id::text);
  perform amc_history.end_stoppage('standing', collection.id::text);
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
  perform amc_history.record_action('collection_cancelled', collection.instance_id, collection.id,
    detail => jsonb_build_object('weeks', cancelled));
  return row('applied', null, cancelled)::public.control_report;
end;
$$;
comment on function amc_history.cancel_collection(uuid) is
  $$See public.cancel_collection. Definer: users may not write collections, weeks and attempts.$$;

create function amc_history.retry_one_week(week public.report_data_weeks) returns text
language plpgsql set search_path = ''
as $$
declare
  live public.week_attempts;
begin
  if (week).finished_at is null and not amc_history.is_held_up('week', (week).id::text) then
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
  perform amc_history.open_week(week, auth.uid());
  perform amc_history.stand_behind((week).collection_id);
  perform amc_history.record_action('week_retried', (week).instance_id, (week).collection_id, (week).id,
    execution_id => (week).execution_id);
  return null;
end;
$$;
comment on function amc_history.retry_one_week(public.report_data_weeks) is
  $$Opens a week again that failed, was skipped, was cancelled or is held up, for a person. Answers null, or the reason
why it does not: a reason of public.retry_week, or already_applied.$$;

create function amc_history.retry_week(week_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  week public.report_data_weeks := amc_history.lock_controlled_week(retry_week.week_id);
  reason text;
begin
  if exists (select from public.report_data_collections c
      where c.id = week.collection_id and c.cancelled_at is not null) then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  end if;
  reason := amc_history.retry_one_week(week);
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
  collection public.report_data_collections := amc_history.lock_controlled_collection(retry_failed_weeks.collection_id);
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
    where w.collection_id = collection.id
      and (w.status = 'failed' or w.due_at = 'infinity' and amc_history.is_held_up('week', w.id::text))
    order by w.id for no key update
  loop
    reason := amc_history.retry_one_week(week);
    retried := retried + (reason is null)::integer;
    unsettled := coalesce(unsettled, reason);
  end loop;
  return row(case when retried > 0 then 'applied' when unsettled is not null then 'rejected'
    else 'already_applied' end, unsettled, retried)::public.control_report;
end;
$$;
comment on function amc_history.retry_failed_weeks(uuid) is
  $$See public.retry_failed_weeks. Definer: users may not write weeks.$$;

create function amc_history.set_keep_versions(collection_id uuid, keep_versions integer) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_controlled_collection(set_keep_versions.collection_id);
begin
  if set_keep_versions.keep_versions is null or set_keep_versions.keep_versions not between 1 and 100 then
    perform amc_history.refuse('keep_versions_out_of_range', format('Expected to keep 1 to 100 versions, got %s.',
      coalesce(set_keep_versions.keep_versions::text, 'null')), 'The shown result counts as one.');
  elsif collection.keep_versions = set_keep_versions.keep_versions then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set keep_versions = set_keep_versions.keep_versions
  where c.id = collection.id;
  perform amc_history.record_action('keep_versions_set', collection.instance_id, collection.id,
    detail => jsonb_build_object('keep_versions', set_keep_versions.keep_versions));
  return row('applied', null, 0)::public.control_report;
end;
$$;
comment on function amc_history.set_keep_versions(uuid, integer) is
  $$See public.set_keep_versions. Definer: users may not write collections.$$;

create function public.pause_collection(collection_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.pause_collection(pause_collection.collection_id); $$;
comment on function public.pause_collection(uuid) is
  $$Starts no more weeks of a collection until it is resumed. Executions under way at AMC continue, and their results
are collected. Answers {outcome, reason, weeks}: applied (weeks: how many are held), already_applied, or rejected with
collection_is_cancelled. Refuses with collection_not_found. For analysts and admins.$$;

create function public.resume_collection(collection_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.resume_collection(resume_collection.collection_id); $$;
comment on function public.resume_collection(uuid) is
  $$Lets the weeks of a paused or archived collection start again. If AMC holds up the collection or its workflow, one
week tries at once whether it still does. Answers {outcome, reason, weeks}: applied (weeks: how many are due),
already_applied, or rejected with collection_is_cancelled. Refuses with collection_not_found. For analysts and
admins.$$;

create function public.cancel_collection(collection_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.cancel_collection(cancel_collection.collection_id); $$;
comment on function public.cancel_collection(uuid) is
  $$Ends a collection: weeks that are not finished become cancelled, and AMC is asked to cancel what runs,
also where its id is not known yet. Finished weeks keep what they show. Only asking for its weeks again, with
start_collection, brings it back. Answers {outcome, reason, weeks}: applied
(weeks: how many became cancelled) or already_applied. Refuses with collection_not_found. For analysts and admins.$$;

create function public.retry_week(week_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.retry_week(retry_week.week_id); $$;
comment on function public.retry_week(uuid) is
  $$Tries a week again that failed, was skipped, was cancelled or is held up; the result of a cancelled execution that
SUCCEEDED at AMC all the same is loaded. Answers {outcome, reason, weeks}: applied,
already_applied (it is waiting or running), or rejected with week_is_completed (use restate_week),
collection_is_cancelled, execution_in_progress (its last execution has not ended at AMC), "unsettled until …" while
its last create may still be under way, or outcome_unknown if AMC's list is not proved to show its execution (call
confirm_execution or confirm_no_execution). Refuses with week_not_found. For analysts and admins.$$;

create function public.retry_failed_weeks(collection_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.retry_failed_weeks(retry_failed_weeks.collection_id); $$;
comment on function public.retry_failed_weeks(uuid) is
  $$Tries all weeks of a collection again that failed or are held. Answers {outcome, reason, weeks}: applied (weeks: how
many), already_applied (there is none), or rejected with the first reason as for retry_week. Refuses with
collection_not_found. For analysts and admins.$$;

create function public.set_keep_versions(collection_id uuid, keep_versions integer) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.set_keep_versions(set_keep_versions.collection_id, set_keep_versions.keep_versions); $$;
comment on function public.set_keep_versions(uuid, integer) is
  $$Sets how many results are kept of each week of a collection, the shown one counted: 1 to 100. Older ones are
pruned within the hour. Refuses with keep_versions_out_of_range, collection_not_found. For analysts and admins.$$;
