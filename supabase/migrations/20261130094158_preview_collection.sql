-- Previewing: what start_collection would do, found by the same functions (amc_history.plan_weeks and
-- amc_history.weigh_request), and what that costs. Nothing is written and nothing locked.

create function amc_history.executions_of_windows(
  collection public.report_data_collections, first_day date, last_day date
) returns table (week_start_date date, executions bigint, restatements bigint, of_others bigint)
language sql stable rows 60 set search_path = ''
as $$
  -- From the collections of the query's versions to their weeks and attempts, each by its index.
  select w.week_start_date, count(*), count(*) filter (where a.kind = 'restated'),
    count(*) filter (where c.id is distinct from (collection).id)
  from public.report_data_collections c
  join public.report_data_weeks w on w.collection_id = c.id
    and w.week_start_date between executions_of_windows.first_day and executions_of_windows.last_day
  join public.week_attempts a on a.week_id = w.id and a.execution_id is not null
  where c.instance_id = (collection).instance_id and c.series_view = (collection).series_view
    and c.time_zone = (collection).time_zone
    and c.parameters_hash = md5((collection).parameter_values::text)
  group by w.week_start_date;
$$;
comment on function amc_history.executions_of_windows(public.report_data_collections, date, date) is
  $$How many executions AMC has run for each week between two days of a collection, which need not be there yet: of any
version of its query, in its zone, with these parameters. Of those, how many were restatements, and how many belong to
other collections. Weeks without any are left out.$$;

create function amc_history.preview_weeks(
  collection public.report_data_collections, first_day date, last_day date, kept_since date
) returns table (
  week_start_date date, status text, becomes text, is_kept boolean, executions bigint, restatements bigint,
  of_others bigint
)
language sql stable rows 60 set search_path = ''
as $$
  select d.day::date, coalesce(w.status, case when d.day::date between (collection).start_date and (collection).end_date
      then 'not_asked' end),
    case when w.id is null then 'added'
      when w.status in ('cancelled', 'skipped') then amc_history.reopens_as(w.id) else 'stays' end,
    d.day::date >= preview_weeks.kept_since,
    coalesce(x.executions, 0), coalesce(x.restatements, 0), coalesce(x.of_others, 0)
  from generate_series(preview_weeks.first_day::timestamp, preview_weeks.last_day, interval '7 days') d(day)
  left join public.report_data_weeks w on w.collection_id = (collection).id and w.week_start_date = d.day::date
  left join amc_history.executions_of_windows(collection, preview_weeks.first_day, preview_weeks.last_day) x
    on x.week_start_date = d.day::date;
$$;
comment on function amc_history.preview_weeks(public.report_data_collections, date, date, date) is
  $$The weeks between two days as they are (status; not_asked within the collection's dates, null beyond), and what a
request for them makes of each (becomes: added, stays, or as amc_history.reopens_as says); whether AMC keeps its data,
and what AMC has run of it (amc_history.executions_of_windows).$$;

create function amc_history.pace_of(instance_id text, executions integer) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  guessed_seconds constant integer := 900;
  last_attempts constant integer := 200;
  instance public.amc_instances;
  waiting integer;
  own record;
  each_seconds numeric;
  slots integer;
  seconds numeric;
begin
  select * into instance from public.amc_instances i where i.id = pace_of.instance_id;
  waiting := (select count(*) from public.report_data_weeks w
      where w.instance_id = instance.id and w.due_at is not null and w.due_at < 'infinity'
        and not exists (select from public.stoppages s where s.kind = 'standing' and s.ended_at is null
          and s.subject = w.collection_id::text))
    + (select count(*) from amc_history.taken_slots(instance.id));
  select count(*) as samples, percentile_cont(0.5) within group (order by greatest(extract(epoch from
    coalesce(e.amc_updated_at - e.amc_created_at, a.ended_at - a.intended_at)), 1)) as p50 into own
  from (select b.execution_id, b.intended_at, b.ended_at from public.week_attempts b
    where b.instance_id = instance.id order by b.intended_at desc limit last_attempts) a
  join public.workflow_executions e on e.id = a.execution_id and e.status = 'SUCCEEDED'
    and coalesce(e.amc_updated_at - e.amc_created_at, a.ended_at - a.intended_at) is not null;
  each_seconds := coalesce(round(own.p50), guessed_seconds);
  slots := greatest(instance.max_parallel - instance.running_elsewhere, 1);
  seconds := case when pace_of.executions > 0
    then ceil((waiting + pace_of.executions)::numeric / slots) * each_seconds else 0 end;
  if pace_of.executions > 0 and instance.daily_limit is not null then
    seconds := greatest(seconds,
      86400 * ((waiting + pace_of.executions - 1) / greatest(instance.daily_limit, 1)));
  end if;
  return jsonb_build_object('basis', case own.samples when 0 then 'guess' else 'own_history' end,
    'samples', own.samples, 'seconds_per_execution', each_seconds, 'slots', slots,
    'free_slots', (select count(*) from amc_history.free_slots(instance)), 'waiting', waiting,
    'seconds', seconds, 'paused_until', instance.paused_until);
end;
$$;
comment on function amc_history.pace_of(text, integer) is
  $$How long so many executions take on an instance, if all that waits there goes first: {basis, samples,
seconds_per_execution, slots, free_slots, waiting, seconds, paused_until}. basis own_history: the median (p50) of what
SUCCEEDED among its last 200 attempts, of which there are samples; guess: there are none, and 15 minutes are taken.
slots: how many run side by side (max_parallel less those of others); free_slots: how many may begin now. waiting:
weeks that are due or run, of collections behind which somebody stands. seconds: waiting and executions by slots, or
longer by the daily limit.$$;

create function amc_history.weeks_released(collection public.report_data_collections) returns integer
language sql stable set search_path = ''
as $$
  select count(*)::integer from public.report_data_weeks w
  where w.collection_id = (collection).id and case w.due_at
    when 'infinity' then ((collection).cancelled_at is not null or (collection).archived_at is not null)
      and not exists (select from public.stoppages s
        where s.kind = 'week' and s.subject = w.id::text and s.ended_at is null
          and coalesce(s.retry_at > amc_history.clock_now(), true))
    else w.due_at is not null and exists (select from public.stoppages s
      where s.kind = 'standing' and s.subject = (collection).id::text and s.ended_at is null) end;
$$;
comment on function amc_history.weeks_released(public.report_data_collections) is
  $$How many weeks of a collection that wait now may begin once somebody starts it: those held while it is archived or
cancelled (amc_history.release_collection), or while nobody stands behind it.$$;

create function amc_history.describe_plan(
  asked amc_history.weeks_request, plan amc_history.weeks_plan, collection public.report_data_collections,
  settled integer
) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  kept_since constant date := amc_history.kept_since(plan.workflow, plan.zone);
  created constant boolean := not collection.keep_current
    and not exists (select from public.report_data_weeks w where w.collection_id = collection.id);
  keeps constant boolean := coalesce(asked.keep_current, collection.keep_current);
  released constant integer := amc_history.weeks_released(collection);
  paused constant boolean := collection.paused_at is not null and collection.archived_at is null
    and collection.cancelled_at is null;
  executions integer;
  pace jsonb;
  answer jsonb;
begin
  select jsonb_build_object('collection_id', collection.id, 'created', created,
      'extended', case when created then 0 else count(*) filter (where w.becomes = 'added') end,
      'reopened', count(*) filter (where w.becomes in ('due', 'followed', 'loaded')), 'settled', settled,
      'released', released, 'paused', paused,
      'first_day', plan.first_day, 'last_day', plan.last_day, 'week_starts_on', plan.weekday, 'time_zone', plan.zone,
      'keep_current', keeps, 'settle_days', coalesce(asked.settle_days, collection.settle_days),
      'not_kept', count(*) filter (where w.becomes <> 'stays' and not w.is_kept),
      'asked_before', count(*) filter (where w.executions > 0),
      'weeks', jsonb_agg(to_jsonb(w) || jsonb_build_object('week_end_date', w.week_start_date + 6)
        order by w.week_start_date)),
    settled + released + count(*) filter (where w.becomes in ('added', 'due'))
  into answer, executions
  from amc_history.preview_weeks(collection, plan.first_day, plan.last_day, kept_since) w;
  pace := amc_history.pace_of(asked.instance_id, executions);
  if paused then
    pace := pace || '{"seconds": null}';
  end if;
  return answer || jsonb_build_object('executions', executions, 'pace', pace);
end;
$$;
comment on function amc_history.describe_plan(
  amc_history.weeks_request, amc_history.weeks_plan, public.report_data_collections, integer) is
  $$What a planned request comes to, as preview_collection answers it. collection, settled: of
amc_history.weigh_request.$$;

create function amc_history.preview_collection(asked amc_history.weeks_request) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  plan amc_history.weeks_plan;
  effect record;
  refusals jsonb;
  answer jsonb;
begin
  if not amc_history.is_operator() then
    asked.requested_by := auth.uid();
  end if;
  plan := amc_history.plan_weeks(asked);
  refusals := plan.refusals;
  if refusals @> '[{"code": "instance_not_found"}]' then
    perform amc_history.refuse_first(refusals);
  end if;
  if plan.last_day is not null then
    effect := amc_history.weigh_request(asked, plan);
    refusals := refusals || effect.refusals;
    answer := amc_history.describe_plan(asked, plan, effect.collection, effect.settled);
  end if;
  return jsonb_build_object('accepted', refusals = '[]', 'refusals', refusals, 'plan', answer);
end;
$$;
comment on function amc_history.preview_collection(amc_history.weeks_request) is
  'See public.preview_collection. Definer: members may not call what it calls; it plans for the caller alone.';

create function public.preview_collection(
  instance_id text, workflow_id text, weeks integer default null, start_date date default null,
  end_date date default null, week_starts_on text default null, time_zone text default 'UTC',
  parameter_values jsonb default '{}', name text default null, keep_current boolean default null,
  settle_days integer default null, requested_by uuid default null
) returns jsonb
-- Stable: the API calls it in a transaction that can write and lock nothing.
language sql stable set search_path = ''
as $$
  select amc_history.preview_collection(row(preview_collection.requested_by, preview_collection.instance_id,
    preview_collection.workflow_id, preview_collection.weeks, preview_collection.start_date,
    preview_collection.end_date, preview_collection.week_starts_on, preview_collection.time_zone,
    preview_collection.parameter_values, preview_collection.name, preview_collection.keep_current,
    preview_collection.settle_days)::amc_history.weeks_request);
$$;
comment on function public.preview_collection(
  text, text, integer, date, date, text, text, jsonb, text, boolean, integer, uuid) is
  $$What start_collection would do with the same arguments, and what that costs; changes and locks nothing. For any
member of the instance; requested_by: for whom, if the caller acts for all users, else it is the caller.

Answers {accepted, refusals, plan}. refusals: everything that start_collection would refuse by, in its order, each
{field, code, message, hint, status}: field is the wrong argument, or null (role_too_low, limits). plan: null while an
argument is wrong, else {collection_id, created, extended, reopened, settled, released, paused, weeks, first_day,
last_day, week_starts_on, time_zone, keep_current, settle_days, executions, not_kept, asked_before, pace}.
collection_id: null for one that would be made. weeks: each week that is asked for: {week_start_date, week_end_date,
status, becomes, is_kept, executions, restatements, of_others}: its status now (not_asked between the collection's
dates; null beyond); what becomes of it (added, stays; due, followed or loaded if it is opened again); whether AMC
keeps its data; how many executions it has had, in any collection of the query's versions with these parameters, how
many of them were restatements, and how many are of other collections. executions: how many it costs. released: how
many weeks that were held (it was archived, or nobody stood behind it) may begin then. paused: whether somebody has
paused it; it stays so, and pace.seconds is null. not_kept: weeks to be made or opened whose data AMC keeps no longer.
asked_before: weeks that have had an execution. pace: how long it takes, and by what that is said
(amc_history.pace_of). Refuses who is no member (instance_not_found).$$;
