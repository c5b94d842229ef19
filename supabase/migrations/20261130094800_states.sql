-- States in words: how each instance, collection and week stands, since when, in whose words, what happens next by
-- itself and what a person can do. Nothing is kept here: all of it is read from instances, stoppages, alerts and weeks.

create function amc_history.state_of_cause(code text) returns text
language sql immutable set search_path = ''
as $$
  select case
    when state_of_cause.code = 'throttled' then 'throttled'
    when state_of_cause.code = 'quota' then 'full'
    when state_of_cause.code in ('unavailable', 'token_unavailable', 'unknown_outcome', 'aborted')
      then 'unreachable'
    else 'refused'
  end;
$$;
comment on function amc_history.state_of_cause(text) is
  $$The state of an instance whose calls do not succeed. code: of the worker's error, as pauses and stoppages have
it.$$;

create function amc_history.slots_in_use(
  instance_id text, out taken integer, out free integer, out began_at timestamptz
)
-- Not in SQL, which would be planned anew for each instance.
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  instance public.amc_instances;
begin
  select * into instance from public.amc_instances i where i.id = slots_in_use.instance_id
    and (amc_history.is_operator() or i.id in (select amc_history.instances_of_caller()));
  if not found then
    return;
  end if;
  taken := (select count(*) from amc_history.taken_slots(instance.id));
  -- Which slots are free costs more than how many: it is asked only where a day may have its limit.
  free := case when instance.daily_limit is null
    then greatest(0, instance.max_parallel - instance.running_elsewhere - taken)
    else (select count(*) from amc_history.free_slots(instance)) end;
  began_at := (select max(a.intended_at) from public.week_attempts a where a.instance_id = instance.id and a.is_live);
end;
$$;
comment on function amc_history.slots_in_use(text) is
  $$How many of an instance's slots attempts hold, and in how many one may begin now; when the last live attempt
began. Nulls for who is neither a member nor an operator. Definer: a member sees whether the instance is full though the
weeks are of others.$$;

create view public.instance_states with (security_invoker = true) as
select i.id as instance_id, s.state, s.since, s.code, s.source, s.words, s.retry_at, s.next_step
from public.amc_instances i
cross join lateral amc_history.slots_in_use(i.id) u
cross join lateral (
  select * from (
    select 'reconnect_needed' as state, coalesce(a.raised_at, i.credential_tried_at) as since, i.pause_reason as code,
      'amazon_login' as source, a.message as words, null::timestamptz as retry_at,
      amc_history.next_step_of('reconnect_needed') as next_step
    from (select) one
    left join public.tracking_alerts a on a.instance_id = i.id and a.code = 'reconnect_needed' and a.resolved_at is null
    where i.paused_until = 'infinity'
    union all
    select amc_history.state_of_cause(p.code), p.since, p.code, p.source, p.words, p.retry_at,
      (amc_history.stoppage_kind(p.kind)).next_step
    from public.stoppages p
    where p.instance_id = i.id and p.kind in ('instance', 'creates', 'listing') and p.ended_at is null
      and p.source in ('amc', 'amazon_login')
    union all
    select 'refused', i.credential_refused_at, i.pause_reason, 'amazon_login',
      format('Amazon refused the credential once: %s.', i.pause_reason), i.credential_try_at,
      amc_history.next_step_of('reconnect_needed')
    where i.credential_refused_at is not null and i.paused_until < 'infinity'
    union all
    select 'full', u.began_at,
      case when u.taken + i.running_elsewhere < i.max_parallel then 'daily_limit' else 'slots_taken' end, 'amc_history',
      format('Weeks of this project hold %s of %s slots, executions of others %s.', u.taken, i.max_parallel,
        i.running_elsewhere), null,
      'None: a slot is free once an execution has ended. max_parallel and daily_limit of the instance set the limits.'
    where u.free = 0 and not exists (select from public.stoppages p
      where p.kind = 'slots' and p.subject = i.id and p.ended_at is null)
    union all
    select 'full', p.since, p.code, p.source, p.words, null, (amc_history.stoppage_kind('slots')).next_step
    from public.stoppages p
    where p.kind = 'slots' and p.subject = i.id and p.ended_at is null
    union all
    select 'connected', coalesce(i.credential_tried_at, i.created_at), null, null, null, null, null
  ) causes
  order by array_position(array['reconnect_needed', 'refused', 'unreachable', 'throttled', 'full', 'connected'],
    state), since
  limit 1
) s;
comment on view public.instance_states is
  $$How each instance stands. state: connected; throttled (by AMC, until retry_at); full (words say whose executions
take the slots, that the daily limit is reached, or that results wait to be loaded); reconnect_needed (Amazon refuses
the credential); refused (AMC, or at first Amazon's login, refuses what is asked: words); unreachable. Of several the
first of: reconnect_needed, refused, unreachable, throttled, full.$$;
comment on column public.instance_states.since is 'Since when it is so.';
comment on column public.instance_states.code is 'Why, as a stable code; null while it is connected.';
comment on column public.instance_states.source is 'In whose words: amc, amazon_login or amc_history.';
comment on column public.instance_states.words is 'Why, in the words of source.';
comment on column public.instance_states.retry_at is 'When it is tried again by itself; null: see next_step.';
comment on column public.instance_states.next_step is 'What a person can do.';

create view public.collection_states with (security_invoker = true) as
select p.collection_id, p.instance_id, p.workflow_id, s.state,
  case s.state
    when 'archived' then c.archived_at
    when 'cancelled' then c.cancelled_at
    when 'paused' then c.paused_at
    when 'held' then cause.since
    when 'running' then (select min(w.started_at) from public.report_data_weeks w where w.collection_id = c.id)
    when 'waiting' then c.created_at
    when 'checking' then c.created_at
    else coalesce((select max(w.finished_at) from public.report_data_weeks w where w.collection_id = c.id),
      c.created_at)
  end as since,
  cause.code, cause.source, cause.words, cause.retry_at,
  case s.state when 'paused' then 'Call resume_collection.'
    when 'archived' then 'Call resume_collection, or ask for its weeks again.'
    when 'cancelled' then 'Ask for its weeks again.'
    when 'completed_with_failures' then 'Read the words of the failed weeks, then call retry_failed_weeks.'
    else cause.next_step end as next_step
from public.collection_progress p
join public.report_data_collections c on c.id = p.collection_id
left join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
left join lateral (
  select * from (
    select 1 as rank, h.kind = 'collection' or h.retry_at is null as holds, h.since, h.code, h.source, h.words,
      h.retry_at, (amc_history.stoppage_kind(h.kind)).next_step
    from public.stoppages h
    where h.ended_at is null and (h.kind in ('collection', 'standing') and h.subject = c.id::text
      or h.kind in ('workflow_save', 'workflow_check', 'workflow_header')
        and h.subject = c.instance_id || '/' || c.workflow_id)
    union all
    select 2, i.state = 'reconnect_needed', i.since, i.code, i.source, i.words, i.retry_at, i.next_step
    from public.instance_states i where i.instance_id = c.instance_id and i.state <> 'connected'
    union all
    (select 3, count(*) over () >= p.pending + p.running, w.since, w.code, w.source, w.words, null, w.next_step
    from public.held_weeks w where w.collection_id = c.id order by w.since limit 1)
    union all
    select 4, false, c.created_at, 'not_surveyed', 'amc_history', 'AMC''s list is read before anything is created.',
      null, null
    where exists (select from public.report_data_weeks w where w.instance_id = c.instance_id
        and w.collection_id = c.id and w.surveyed_at is null and w.due_at < 'infinity')
      and not exists (select from public.report_data_weeks w where w.instance_id = c.instance_id
        and w.collection_id = c.id and w.surveyed_at is not null and w.due_at < 'infinity')
  ) causes
  where p.status in ('waiting', 'running')
  order by holds desc, rank, since limit 1
) cause on true
cross join lateral (select case
    when p.status not in ('waiting', 'running') then p.status
    when cause.holds then 'held'
    when f.checked_at is null and f.id is not null then 'checking'
    else p.status
  end as state) s;
comment on view public.collection_states is
  $$How each collection stands. state: waiting (no week has begun); checking (AMC compiles its query first);
running; held (a person has to do something: code, words, next_step; or one week tries at retry_at); paused;
up_to_date (kept current, and no week is due); completed; completed_with_failures; cancelled; archived. A
collection that waits, is checked or runs has the words of what slows it, such as those of its instance.$$;
comment on column public.collection_states.since is 'Since when it has this state.';
comment on column public.collection_states.code is 'What holds or slows it, as a stable code; null for nothing.';
comment on column public.collection_states.source is 'In whose words, as public.stoppages has it.';
comment on column public.collection_states.words is 'Why, in the words of source.';
comment on column public.collection_states.retry_at is 'When it is tried again by itself; null: see next_step.';
comment on column public.collection_states.next_step is 'What a person can do; null for nothing.';

create view public.week_states with (security_invoker = true) as
select r.week_id, r.collection_id, r.instance_id, r.week_start_date, r.state,
  case when r.state = 'held' then cause.since
    when r.finished_at is not null then r.finished_at
    when r.state = 'running' then r.started_at
    else r.created_at end as since,
  coalesce(cause.code, c.code) as code,
  case when cause.code is null then c.source else cause.source end as source,
  case when cause.code is null then c.words else cause.words end as words,
  case when r.finished_at is null and r.state <> 'held' then
    coalesce(cause.retry_at, c.retry_at, case when w.due_at > amc_history.clock_now() and w.due_at < 'infinity'
      then w.due_at end) end as retry_at,
  case when cause.code is null then c.next_step else cause.next_step end as next_step
from public.week_results r
join public.report_data_weeks w on w.id = r.week_id
left join lateral (
  (select h.since, h.code, h.source, h.words, null::timestamptz as retry_at, h.next_step
  from public.held_weeks h where h.week_id = r.week_id and r.state = 'held' order by h.since limit 1)
  union all
  (select s.since, s.code, s.source, s.words, s.retry_at, (amc_history.stoppage_kind(s.kind)).next_step
  from public.stoppages s where s.week_id = r.week_id and s.ended_at is null and r.finished_at is null
  order by s.since limit 1)
  union all
  (select a.raised_at, a.code, coalesce(a.detail ->> 'source', 'amc_history'), a.message, null, a.next_step
  from public.tracking_alerts a where a.week_id = r.week_id and a.resolved_at is null and r.finished_at is null
  order by a.raised_at limit 1)
  union all
  select r.finished_at, r.error_code,
    case when r.error_code in ('amc_refused', 'amc_failed', 'amc_rejected', 'cancelled_outside') then 'amc'
      else 'amc_history' end,
    r.error_message, null, 'Read the words, then call retry_week.'
  where r.status = 'failed'
  limit 1
) cause on true
left join public.collection_states c on c.collection_id = r.collection_id and r.state = 'waiting'
union all
select null, c.id, c.instance_id, d.day::date, 'not_asked', null, null, null, null, null,
  'Ask for it with start_collection.'
from public.report_data_collections c
cross join lateral generate_series(c.start_date::timestamp, c.end_date, interval '7 days') d(day)
where not exists (select from public.report_data_weeks w
  where w.collection_id = c.id and w.week_start_date = d.day::date);
comment on view public.week_states is
  $$How each week stands: the states of public.week_results, with the words of what it waits for, what alerts tell of
it, or why it failed. A week that waits has the words of its collection. Beside them the weeks between two ranges that
nobody asked for: not_asked, without a week_id.$$;
comment on column public.week_states.since is 'Since when it has this state.';
comment on column public.week_states.code is 'What it waits for, or why it failed, as a stable code; null for nothing.';
comment on column public.week_states.source is 'In whose words, as public.stoppages has it.';
comment on column public.week_states.words is 'Why, in the words of source.';
comment on column public.week_states.retry_at is 'When it is tried again by itself; null: see next_step.';
comment on column public.week_states.next_step is 'What a person can do; null for nothing.';
