-- Whom AMC's answer to a create concerns: its week alone, or the collection or workflow, which is then held up. And
-- what follows when AMC takes a create again.

create function amc_history.hold_up(
  attempt public.week_attempts, week public.report_data_weeks, kind text, subject text, code text, message text,
  waits_for_person boolean default false
) returns void
language plpgsql set search_path = ''
as $$
begin
  -- What was under way when it was held up tells nothing new.
  if not exists (select from public.stoppages s where s.kind = hold_up.kind and s.subject = hold_up.subject
      and s.ended_at is null and s.last_at >= attempt.intended_at) then
    perform amc_history.record_stoppage(hold_up.kind, hold_up.subject, hold_up.code, 'amc',
      coalesce(hold_up.message, 'AMC gave no reason.'), week.instance_id,
      case hold_up.kind when 'collection' then week.collection_id end,
      request_id => (select a.amc_answer ->> 'request_id' from public.week_attempts a where a.id = attempt.id),
      waits_for_person => hold_up.waits_for_person);
  end if;
end;
$$;
comment on function amc_history.hold_up(public.week_attempts, public.report_data_weeks, text, text, text, text,
  boolean) is
  $$Records that the collection or workflow of a week is held up (amc_history.record_stoppage), in AMC's words about an
attempt of it. Once for all attempts that were under way at the same time.$$;

create function amc_history.hold_unseen_workflow(
  attempt public.week_attempts, week public.report_data_weeks, message text
) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  workflow constant text := (select c.workflow_id from public.report_data_collections c
    where c.id = week.collection_id);
  held constant text := week.instance_id || '/' || workflow;
  held_since timestamptz := (select s.since from public.stoppages s
    where s.kind = 'workflow_save' and s.subject = held and s.ended_at is null);
  saved_at timestamptz;
begin
  select f.saved_at into saved_at from public.amc_workflows f
  where f.instance_id = week.instance_id and f.id = workflow;
  -- AMC takes a while to see what was saved. After that it has lost the workflow, which is saved again, once.
  if saved_at > amc_history.clock_now() - (amc_history.allowances()).workflow_visible then
    held_since := null;
  elsif coalesce(saved_at <= held_since, true) then
    held_since := null;
    update public.amc_workflows f set saved_at = null where f.instance_id = week.instance_id and f.id = workflow;
  end if;
  perform amc_history.hold_up(attempt, week, 'workflow_save', held, 'workflow_not_visible', message,
    waits_for_person => held_since is not null);
end;
$$;
comment on function amc_history.hold_unseen_workflow(public.week_attempts, public.report_data_weeks, text) is
  $$Holds up a workflow that AMC says does not exist, though it was saved. If that was longer than workflow_visible ago
(amc_history.allowances), AMC has lost it: it is saved again, once; if AMC still does not see it, a person has to
look.$$;

create function amc_history.fail_refused_weeks(collection_id uuid) returns void
language plpgsql set search_path = ''
as $$
begin
  update public.report_data_weeks w set status = case w.status when 'completed' then 'completed' else 'failed' end,
    due_at = null, error_count = w.error_count + 1
  where w.collection_id = fail_refused_weeks.collection_id and w.refused_at is not null;
end;
$$;
comment on function amc_history.fail_refused_weeks(uuid) is
  $$Fails the weeks of a collection whose create AMC refused (refused_at), once it is known that it takes others: they
have AMC's words already. The caller holds the collection's lock.$$;

create function amc_history.may_still_tell(week public.report_data_weeks) returns boolean
language sql volatile set search_path = ''
as $$
  select exists (select from public.report_data_weeks w
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where w.collection_id = week.collection_id and w.id <> week.id and w.refused_at is null
      and (w.due_at < 'infinity' and amc_history.may_begin(f.checked_at, w.id)
        or exists (select from public.week_attempts a where a.week_id = w.id and a.is_live and a.state = 'intended')));
$$;
comment on function amc_history.may_still_tell(public.report_data_weeks) is
  $$Whether another week of the collection, whose create is under way or still to come, may tell whether AMC refuses all
of them or this one alone. None may while this one goes alone, as the check of its query.$$;

create function amc_history.weigh_refusal(
  attempt public.week_attempts, week public.report_data_weeks, message text
) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  now_at constant timestamptz := amc_history.clock_now();
  was_held boolean := exists (select from public.stoppages s where s.kind = 'collection'
    and s.subject = week.collection_id::text and s.ended_at is null);
  refused integer := (select count(*) from public.report_data_weeks w
    where w.collection_id = week.collection_id and w.id <> week.id and w.refused_at is not null);
begin
  perform amc_history.end_attempt(attempt.id, 'refused');
  update public.report_data_weeks w set error_code = 'amc_refused', error_message = left(weigh_refusal.message, 2000)
  where w.id = week.id and w.status in ('pending', 'running', 'completed');
  if was_held or refused + 1 >= allowed.refusals_in_row then
    update public.report_data_weeks w set refused_at = null, due_at = now_at
    where w.collection_id = week.collection_id and w.refused_at is not null;
    perform amc_history.reschedule_week(week, now_at);
    perform amc_history.hold_up(attempt, week, 'collection', week.collection_id::text, 'amc_refused', message);
    return 'collection_held';
  end if;
  if not amc_history.may_still_tell(week) then
    perform amc_history.fail_refused_weeks(week.collection_id);
    perform amc_history.fail_week(week, 'amc_refused', message);
    return null;
  end if;
  perform amc_history.reschedule_week(week, now_at + allowed.refusal_wait);
  update public.report_data_weeks w set refused_at = now_at where w.id = week.id and w.due_at < 'infinity';
  return null;
end;
$$;
comment on function amc_history.weigh_refusal(public.week_attempts, public.report_data_weeks, text) is
  $$Decides whom AMC's refusal of a create concerns. If AMC refused refusals_in_row weeks of the collection and took
none in between, the collection is held up, and its weeks stay due: answers collection_held. A refusal of this week
alone fails it: once another week is taken (amc_history.record_acceptance), or at once if no other may tell. Until then
it waits (refused_at). The caller holds the locks of collection, week and attempt.$$;

create function amc_history.lock_collection_of(week_id uuid) returns void
language sql set search_path = ''
as $$
  select from public.report_data_collections c
  where c.id = (select w.collection_id from public.report_data_weeks w where w.id = lock_collection_of.week_id)
  for no key update;
$$;
comment on function amc_history.lock_collection_of(uuid) is
  $$Locks the collection of a week: what AMC says to creates of one collection is weighed one after the other.$$;

create function amc_history.record_acceptance(
  attempt public.week_attempts, week public.report_data_weeks, adopted boolean
) returns void
language plpgsql set search_path = ''
as $$
declare
  workflow constant text := (select c.workflow_id from public.report_data_collections c
    where c.id = week.collection_id);
  stoppage record;
begin
  if not record_acceptance.adopted then
    perform amc_history.fail_refused_weeks(week.collection_id);
  end if;
  for stoppage in
    select s.kind, s.subject from public.stoppages s
    where s.ended_at is null and (s.kind, s.subject) in (('creates', week.instance_id),
      ('collection', week.collection_id::text), ('workflow_save', week.instance_id || '/' || workflow))
      -- AMC's list may show only now what it took long before.
      and (not record_acceptance.adopted or s.last_at < attempt.intended_at)
  loop
    perform amc_history.end_stoppage(stoppage.kind, stoppage.subject);
  end loop;
end;
$$;
comment on function amc_history.record_acceptance(public.week_attempts, public.report_data_weeks, boolean) is
  $$Draws the conclusions from a create that AMC took: the week's instance, workflow and collection are held up no
more, and what it refused of the collection before were those weeks alone, which fail. adopted: AMC's list showed it, so
that it may have been taken before. The caller holds the locks of collection, week and attempt.$$;
