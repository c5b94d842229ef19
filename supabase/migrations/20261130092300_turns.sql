-- Whose turn it is: which weeks of an instance may be tried now, and in which order, so that no collection waits behind
-- another, and what is held up is left out.

create function amc_history.window_key(workflow_id text, time_window_start text, time_zone text, parameters_hash text)
returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return concat_ws('|', workflow_id, time_window_start, time_zone, parameters_hash);
end;
$$;
comment on function amc_history.window_key(text, text, text, text) is
  'Equal for two attempts that would ask AMC for the same.';

create function amc_history.ending_weeks(retention_months integer, out first_day date, out last_day date)
language plpgsql stable set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  kept_since constant timestamptz := amc_history.clock_now()
    - make_interval(months => coalesce(ending_weeks.retention_months, allowed.retention_months));
begin
  first_day := kept_since::date;
  last_day := (kept_since + allowed.retention_ends)::date;
end;
$$;
comment on function amc_history.ending_weeks(integer) is
  $$Which weeks AMC will soon no longer keep (retention_ends in amc_history.allowances): those that begin from first_day
to last_day. retention_months: of the workflow.$$;

create function amc_history.has_left(week_id uuid, week_start_date date, first_day date) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
  -- A day for the time zones.
  return has_left.week_start_date < has_left.first_day - 1
    and not exists (select from public.stoppages s where s.week_id = has_left.week_id and s.kind = 'week'
      and s.code = 'retention_over' and s.ended_at is not null);
end;
$$;
comment on function amc_history.has_left(uuid, date, date) is
  $$Whether AMC no longer keeps the data of a week, and no person who was told so wants it all the same: its result
would be empty, and look like a week without events. first_day: of amc_history.ending_weeks.$$;

create function amc_history.due_collections(instance_id text)
returns table (
  id uuid, workflow_id text, checked_at timestamptz, time_zone text, parameters_hash text, held_since timestamptz,
  workflow_held boolean, first_day date, last_day date
)
language plpgsql volatile rows 100 set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  -- From one collection with due weeks to the next, by the index: however many weeks each has.
  with recursive queued as (
    (select w.collection_id from public.report_data_weeks w
      where w.instance_id = due_collections.instance_id and w.due_at is not null
      order by w.collection_id limit 1)
    union all
    select (select w.collection_id from public.report_data_weeks w
      where w.instance_id = due_collections.instance_id and w.due_at is not null and w.collection_id > q.collection_id
      order by w.collection_id limit 1)
    from queued q where q.collection_id is not null
  ),
  held as materialized (
    select s.kind, s.subject, s.last_at, coalesce(s.retry_at > amc_history.clock_now(), true) as is_held
    from public.stoppages s
    where s.ended_at is null
      and s.kind in ('collection', 'standing', 'workflow_save', 'workflow_check', 'workflow_header')
  ),
  due as (
    select c.id, c.workflow_id, c.time_zone, c.parameters_hash, c.last_claimed_at, c.created_at, c.start_date,
      -- Who asked for it last.
      coalesce((select r.requested_by from public.collection_requests r where r.collection_id = c.id and r.has_effect
        order by r.requested_at desc limit 1), c.created_by) as requested_by,
      f.checked_at, h.held_since, h.workflow_held,
      ends.first_day, ends.last_day,
      c.start_date <= ends.last_day and exists (select from public.report_data_weeks w where w.collection_id = c.id
        and w.week_start_date between ends.first_day and ends.last_day and w.due_at <= amc_history.clock_now())
        as is_urgent
    from queued q
    join public.report_data_collections c on c.id = q.collection_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    cross join amc_history.ending_weeks(f.retention_months) ends
    left join lateral (select max(held.last_at) as held_since, bool_or(held.is_held) as is_held,
        bool_or(held.kind not in ('collection', 'standing')) as workflow_held
      from held where held.subject = case when held.kind in ('collection', 'standing') then c.id::text
        else c.instance_id || '/' || c.workflow_id end) h on true
    where c.paused_at is null and c.cancelled_at is null
      and h.is_held is distinct from true
      -- Of a version that is not checked, one week may begin at most (amc_history.may_begin): the others are not read.
      and (f.checked_at is not null or exists (select from public.workflow_checks k
        where k.collection_id = c.id and k.is_live and k.kind = 'first_week'))
      and exists (select from public.report_data_weeks w where w.instance_id = c.instance_id
        and w.collection_id = c.id and w.due_at <= amc_history.clock_now() and w.surveyed_at is not null)
  )
  select d.id, d.workflow_id, d.checked_at, d.time_zone, d.parameters_hash, d.held_since,
    coalesce(d.workflow_held, false), d.first_day, d.last_day
  from due d
  order by max(d.last_claimed_at) over (partition by d.requested_by) nulls first, d.is_urgent desc,
    d.last_claimed_at nulls first, d.created_at, d.start_date, d.id;
end;
$$;
comment on function amc_history.due_collections(text) is
  $$The collections of an instance with due weeks that may be tried, in the order of their turns: first those of the
person, who asked for them last, that was served longest ago; of one person, first those with weeks that AMC will soon
no longer keep, then the one served longest ago. Of versions that are not checked only the one whose week goes alone.
held_since: when the collection or its workflow was last held up; null if it is not. workflow_held: the workflow is.
first_day, last_day: amc_history.ending_weeks.$$;

create function amc_history.is_probed(instance_id text, collection_id uuid, workflow_id text, since timestamptz)
returns boolean
language sql volatile set search_path = ''
as $$
  select exists (select from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    where a.instance_id = is_probed.instance_id and a.is_live and a.intended_at > is_probed.since
      and (a.state <> 'unknown' or a.settle_after > amc_history.clock_now())
      and (c.id = is_probed.collection_id or c.workflow_id = is_probed.workflow_id));
$$;
comment on function amc_history.is_probed(text, uuid, text, timestamptz) is
  $$Whether one week tries already whether a collection, or a workflow, still is held up: a live attempt that began
since then. One that a person has to settle no longer counts: it may never tell. workflow_id: null where the collection
alone was held up.$$;

create function amc_history.claimable_weeks(instance_id text, wanted integer)
returns table (week_id uuid, collection_id uuid, turn integer, round bigint, window_key text)
language plpgsql volatile rows 10 set search_path = ''
as $$
#variable_conflict use_column
declare
  collection record;
  probed text[] := '{}'::text[];
begin
  turn := 0;
  for collection in select * from amc_history.due_collections(claimable_weeks.instance_id) loop
    exit when turn >= claimable_weeks.wanted;
    if collection.held_since is not null then
      -- Whether it still is held up, one week tries.
      continue when collection.workflow_held and collection.workflow_id = any (probed)
        or amc_history.is_probed(claimable_weeks.instance_id, collection.id,
          case when collection.workflow_held then collection.workflow_id end, collection.held_since);
    end if;
    return query
    select w.id, collection.id, turn, row_number() over (order by
      w.week_start_date between collection.first_day and collection.last_day desc,
      w.due_at, w.week_start_date) as round, k.key
    from public.report_data_weeks w
    cross join lateral (select amc_history.window_key(collection.workflow_id, w.time_window_start,
      collection.time_zone, collection.parameters_hash) as key) k
    where w.instance_id = claimable_weeks.instance_id and w.collection_id = collection.id
      and w.due_at <= amc_history.clock_now() and w.surveyed_at is not null
      and amc_history.may_begin(collection.checked_at, w.id)
      and not amc_history.has_left(w.id, w.week_start_date, collection.first_day)
      and not exists (select from public.week_attempts a where a.week_id = w.id and a.is_live)
      and not exists (select from public.week_attempts a
        where a.instance_id = claimable_weeks.instance_id and a.is_live and a.window_key = k.key)
    order by round
    limit case when collection.held_since is null then claimable_weeks.wanted else 1 end;
    if found then
      turn := turn + 1;
      -- One that has no week to try leaves it to the next.
      probed := case when collection.held_since is not null then probed || collection.workflow_id else probed end;
    end if;
  end loop;
end;
$$;
comment on function amc_history.claimable_weeks(text, integer) is
  $$The weeks of an instance for which an attempt may begin: due, looked for in AMC's list, in no collection or
workflow that is held up, their query is checked (amc_history.may_begin), AMC keeps their data, and no live attempt
asks for the same window. Answers up to wanted weeks each of the first wanted collections: turn, whose turn it is
(from 0); round, the how manieth of its collection; window_key, what it would ask AMC for.$$;

create function amc_history.has_claimable_week(instance_id text) returns boolean
language plpgsql volatile set search_path = ''
as $$
begin
  return exists (select from amc_history.claimable_weeks(has_claimable_week.instance_id, 1))
    and not amc_history.is_held_up('job', 'claim_due_weeks/' || has_claimable_week.instance_id);
end;
$$;
comment on function amc_history.has_claimable_week(text) is
  $$Whether an attempt may begin for a week of the instance (amc_history.claimable_weeks), and claiming for it did not
just fail.$$;

create function amc_history.pick_weeks(instance_id text, wanted integer) returns uuid[]
language plpgsql volatile set search_path = ''
as $$
declare
  picked uuid[];
begin
  -- Two collections of the same window: the second waits until the first one's attempt has ended.
  select array_agg(p.week_id order by p.round, p.turn) into picked
  from (select k.* from (select distinct on (k.window_key) k.*
      from amc_history.claimable_weeks(pick_weeks.instance_id, pick_weeks.wanted) k
      order by k.window_key, k.round, k.turn) k
    order by k.round, k.turn limit pick_weeks.wanted) p;
  -- Collections before weeks: the order in which everything locks. One that is just being reported of is passed by.
  update public.report_data_collections c set last_claimed_at = amc_history.clock_now()
  where c.id in (select d.id from public.report_data_collections d
    where d.id in (select w.collection_id from public.report_data_weeks w where w.id = any (picked))
    for no key update skip locked);
  return coalesce(picked, '{}');
end;
$$;
comment on function amc_history.pick_weeks(text, integer) is
  $$Chooses up to wanted weeks of an instance to be claimed, one of each collection in turn, and records whose turn it
was. Answers their ids in that order.$$;
