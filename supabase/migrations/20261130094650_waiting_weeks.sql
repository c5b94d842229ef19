-- Waiting weeks: what keeps the weeks of an instance from beginning though nobody refuses anything and nothing fails.
-- The database looks each minute (amc_history.watch).

create function amc_history.why_none_begins(
  instance public.amc_instances, out code text, out words text
)
language plpgsql volatile set search_path = ''
as $$
declare
  most_results constant integer := (amc_history.allowances()).results_waiting;
begin
  if exists (select from amc_history.free_slots(instance))
      -- What AMC's list has of a new collection takes a slot, too.
      or not (amc_history.has_claimable_week((instance).id)
        or exists (select from amc_history.unsurveyed_weeks((instance).id)))
      -- What cannot be read, or is refused, is told itself.
      or exists (select from public.stoppages s where s.kind = 'listing' and s.subject = (instance).id
        and s.ended_at is null) then
    return;
  end if;
  if amc_history.count_waiting_results((instance).id) >= most_results then
    code := 'results_waiting';
    words := format('%s results or more wait to be loaded; no week begins until there are fewer.', most_results);
  elsif exists (select from amc_history.taken_slots((instance).id)) then
    -- What runs, or may run, for us moves, or is told itself.
    return;
  elsif (instance).running_elsewhere >= (instance).max_parallel then
    code := 'running_elsewhere';
    words := format('Executions that were not begun here take all %s slots of the instance.', (instance).max_parallel);
  else
    code := 'daily_limit';
    words := format('The instance began the %s executions of its daily limit within 24 hours.', (instance).daily_limit);
  end if;
end;
$$;
comment on function amc_history.why_none_begins(public.amc_instances) is
  $$Why none of an instance's due weeks may begin, or be adopted, though each could: results_waiting, running_elsewhere
or daily_limit, with words; nulls if one may, none is due, or executions of ours hold its slots.$$;

create function amc_history.watch_slots() returns void
language plpgsql set search_path = ''
as $$
declare
  now_at constant timestamptz := amc_history.clock_now();
  job text;
  instance public.amc_instances;
  why record;
begin
  for instance in
    -- One that is paused keeps what it has until it may be called again; reconnect_needed tells of the others.
    select * from public.amc_instances i
    where coalesce(i.paused_until <= now_at or i.paused_until = 'infinity', true) order by i.id
  loop
    job := 'amc-history-watch/slots/' || instance.id;
    begin
      select w.code, w.words into why from amc_history.why_none_begins(instance) w
        where coalesce(instance.paused_until < 'infinity', true);
      if why.code is null then
        perform amc_history.end_stoppage('slots', instance.id);
      else
        perform amc_history.record_stoppage('slots', instance.id, why.code, 'amc_history', why.words, instance.id);
      end if;
      perform amc_history.end_stoppage('job', job);
    exception when others then
      perform amc_history.record_stoppage('job', job, sqlstate, 'postgres', sqlerrm, instance.id);
    end;
  end loop;
end;
$$;
comment on function amc_history.watch_slots() is
  $$Records the stoppage slots of each instance none of whose due weeks may begin (amc_history.why_none_begins), and
ends that of the others.$$;

create function amc_history.hold_left_weeks(collection_id uuid, first_day date, months integer) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  week public.report_data_weeks;
begin
  for week in
    select w.* from public.report_data_weeks w
    where w.collection_id = hold_left_weeks.collection_id and w.due_at is not null
      and amc_history.has_left(w.id, w.week_start_date, hold_left_weeks.first_day)
      and not amc_history.is_held_up('week', w.id::text)
      and not exists (select from public.week_attempts a where a.week_id = w.id and a.is_live)
    -- The others are held by the next looks: one statement has two minutes.
    order by w.id limit 200 for no key update skip locked
  loop
    update public.report_data_weeks w set due_at = 'infinity' where w.id = week.id;
    perform amc_history.record_stoppage('week', week.id::text, 'retention_over', 'amc_history', format(
      'AMC keeps %s months of data, and the week of %s is older by now: its result would be empty. If AMC keeps more '
      'of what its query reads, say so with set_retention. Then, or to run it all the same, call %s.',
      hold_left_weeks.months, week.week_start_date,
      case week.status when 'completed' then 'restate_week' else 'retry_week' end),
      week.instance_id, week.collection_id, week.id, waits_for_person => true);
  end loop;
end;
$$;
comment on function amc_history.hold_left_weeks(uuid, date, integer) is
  $$Holds the due weeks of a collection whose data AMC no longer keeps, for a person (stoppage week). first_day: of
amc_history.ending_weeks; months: how long AMC keeps them.$$;

create function amc_history.watch_retention() returns void
language plpgsql set search_path = ''
as $$
declare
  job constant text := 'amc-history-watch/retention/';
  usual constant integer := (amc_history.allowances()).retention_months;
  ending text[] := '{}';
  collection record;
  next_day date;
begin
  for collection in
    with waiting as materialized (
      select w.collection_id, min(w.week_start_date) as first_day from public.report_data_weeks w
      where w.due_at is not null group by w.collection_id
    )
    select c.id, c.instance_id, e.first_day, e.last_day, coalesce(f.retention_months, usual) as months
    from waiting q
    join public.report_data_collections c on c.id = q.collection_id and c.cancelled_at is null and c.archived_at is null
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    cross join amc_history.ending_weeks(f.retention_months) e
    where q.first_day <= e.last_day
    order by c.id
  loop
    begin
      perform amc_history.hold_left_weeks(collection.id, collection.first_day, collection.months);
      next_day := (select min(w.week_start_date) from public.report_data_weeks w
        where w.collection_id = collection.id and w.due_at is not null
          and w.week_start_date between collection.first_day - 1 and collection.last_day);
      if next_day is not null then
        ending := ending || collection.id::text;
        perform amc_history.record_stoppage('retention', collection.id::text, 'retention_ends', 'amc_history', format(
          'AMC keeps %s months of data: those of the week of %s, which still waits, leave on %s.', collection.months,
          next_day, (next_day + make_interval(months => collection.months))::date), collection.instance_id,
          collection.id);
      end if;
      perform amc_history.end_stoppage('job', job || collection.id);
    exception when others then
      perform amc_history.record_stoppage('job', job || collection.id, sqlstate, 'postgres', sqlerrm,
        collection.instance_id, collection.id);
    end;
  end loop;
  perform amc_history.end_stoppage(s.kind, s.subject) from public.stoppages s
  where s.kind = 'retention' and s.ended_at is null and s.subject <> all (ending);
end;
$$;
comment on function amc_history.watch_retention() is
  $$Records the stoppage retention of each collection with a week that waits though AMC will soon no longer keep its
data (retention_ends in amc_history.allowances), ends that of the others, and holds the weeks whose data it keeps no
more.$$;
