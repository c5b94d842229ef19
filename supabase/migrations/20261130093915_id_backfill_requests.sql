-- Which weeks lack their execution's id, and how a search for them is asked for.

create type public.id_backfill_report as (
  outcome text, reason text, weeks integer, backfill_id uuid, weeks_too_old integer, list_from timestamptz,
  calls_at_least integer, calls_at_most integer
);
comment on type public.id_backfill_report is
  $$What backfill_execution_ids did: outcome (applied, planned, already_applied, rejected) and reason as in
control_report; weeks: how many are searched; weeks_too_old: how many have no id and begin before since; list_from: how
far back AMC's list is read; calls_at_least, calls_at_most: how many calls of AMC that takes.$$;

create function amc_history.lacks_execution_id(week public.report_data_weeks) returns boolean
language sql stable set search_path = ''
as $$
  select (week).execution_id is null and (week).finished_at is not null and (week).due_at is null
    -- One of ours that failed without an execution never had one.
    and ((week).status = 'completed' or (week).status = 'failed'
      and not exists (select from public.week_attempts a where a.week_id = (week).id))
    and not exists (select from public.week_attempts a where a.week_id = (week).id and a.is_live);
$$;
comment on function amc_history.lacks_execution_id(public.report_data_weeks) is
  $$Whether a week was finished, by whoever it was, by an execution that is not known, and is not open again: a
completed one, or a failed one that was never tried here.$$;

create function amc_history.weeks_without_id(instance_id text) returns setof public.report_data_weeks
language sql stable rows 100 set search_path = ''
as $$
  select w.* from public.report_data_weeks w
  where w.instance_id = weeks_without_id.instance_id and w.execution_id is null and w.finished_at is not null
    and amc_history.lacks_execution_id(w);
$$;
comment on function amc_history.weeks_without_id(text) is
  'The weeks of an instance that lack their execution''s id (amc_history.lacks_execution_id).';

create function amc_history.plan_id_backfill(instance_id text, collection_id uuid, since date)
returns public.id_backfill_report
language sql stable set search_path = ''
as $$
  select row('planned', null, count(*) filter (where w.week_start_date >= plan_id_backfill.since), null,
    count(*) filter (where w.week_start_date < plan_id_backfill.since),
    min(w.week_start_date::timestamp at time zone c.time_zone)
      filter (where w.week_start_date >= plan_id_backfill.since),
    -- AMC lists 100 executions on a page (SPEC, H), those of others among them.
    ceil(count(*) filter (where w.week_start_date >= plan_id_backfill.since) / 100.0),
    case when count(*) filter (where w.week_start_date >= plan_id_backfill.since) > 0
      then (amc_history.allowances()).backfill_calls else 0 end)::public.id_backfill_report
  from amc_history.weeks_without_id(plan_id_backfill.instance_id) w
  join public.report_data_collections c on c.id = w.collection_id
  where plan_id_backfill.collection_id is null or c.id = plan_id_backfill.collection_id;
$$;
comment on function amc_history.plan_id_backfill(text, uuid, date) is
  $$What a search for the weeks of an instance, or of one collection, that begin since a day would do.$$;

create function amc_history.lock_searched_instance(collection_id uuid, instance_id text) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  searched text := lock_searched_instance.instance_id;
begin
  if num_nonnulls(lock_searched_instance.collection_id, searched) <> 1 then
    perform amc_history.refuse('backfill_scope_not_valid', format('Expected a collection or an instance, got %s.',
      case when searched is null then 'neither' else 'both' end), 'Name one of them.');
  elsif searched is null then
    return (amc_history.lock_controlled_collection(lock_searched_instance.collection_id)).instance_id;
  end if;
  perform from public.amc_instances i where i.id = searched and amc_history.role_on(i.id) is not null
  for no key update;
  if not found then
    perform amc_history.refuse('instance_not_found', format('No instance %s that you may use.',
      quote_literal(left(searched, 100))),
      'Check the id, or ask an admin of the instance to make you a member.', 'PT404');
  end if;
  perform amc_history.require_role(searched, 'analyst');
  return searched;
end;
$$;
comment on function amc_history.lock_searched_instance(uuid, text) is
  $$Locks the instance that an analyst or admin has searched, named by itself or by one of its collections. Refuses with
backfill_scope_not_valid, instance_not_found, collection_not_found, role_too_low. Definer: users may not lock what they
may only read.$$;

create function amc_history.backfill_execution_ids(collection_id uuid, instance_id text, since date, dry_run boolean)
returns public.id_backfill_report
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  searched constant text := amc_history.lock_searched_instance(backfill_execution_ids.collection_id,
    backfill_execution_ids.instance_id);
  now_at constant timestamptz := amc_history.clock_now();
  kept constant integer := (amc_history.allowances()).retention_months;
  first_day constant date := coalesce(backfill_execution_ids.since, (now_at - make_interval(months => kept))::date);
  plan public.id_backfill_report := amc_history.plan_id_backfill(searched, backfill_execution_ids.collection_id,
    first_day);
  running public.id_backfills;
begin
  if first_day < '2000-01-01' then
    perform amc_history.refuse('since_not_valid', format('Expected a day since 2000-01-01, got %s.', first_day),
      'Leave since out for as far back as AMC keeps data.');
  end if;
  select * into running from public.id_backfills b where b.instance_id = searched and b.ended_at is null;
  if backfill_execution_ids.dry_run then
    return plan;
  elsif running.id is not null then
    plan.backfill_id := running.id;
    plan.outcome := case when running.collection_id is not distinct from backfill_execution_ids.collection_id
      and running.asked_since is not distinct from backfill_execution_ids.since
      then 'already_applied' else 'rejected' end;
    plan.reason := case plan.outcome when 'rejected' then 'backfill_in_progress' end;
    return plan;
  elsif plan.weeks = 0 then
    plan.outcome := 'already_applied';
    plan.reason := 'no_week_lacks_an_id';
    return plan;
  end if;
  insert into public.id_backfills (instance_id, collection_id, since, asked_since, actor, list_from, list_until,
    most_calls)
  values (searched, backfill_execution_ids.collection_id, first_day, backfill_execution_ids.since, amc_history.actor(),
    plan.list_from, now_at, plan.calls_at_most)
  returning id into plan.backfill_id;
  insert into public.id_backfill_weeks (backfill_id, week_id, instance_id, is_wanted, begins_at, ends_at)
  select plan.backfill_id, w.id, searched,
    backfill_execution_ids.collection_id is null or c.id = backfill_execution_ids.collection_id,
    w.week_start_date::timestamp at time zone c.time_zone, (w.week_end_date + 1)::timestamp at time zone c.time_zone
  from amc_history.weeks_without_id(searched) w
  join public.report_data_collections c on c.id = w.collection_id
  where w.week_start_date >= first_day;
  perform amc_history.record_action('id_backfill_started', searched, backfill_execution_ids.collection_id,
    detail => jsonb_build_object('backfill_id', plan.backfill_id, 'since', first_day, 'weeks', plan.weeks));
  plan.outcome := 'applied';
  return plan;
end;
$$;
comment on function amc_history.backfill_execution_ids(uuid, text, date, boolean) is
  'See public.backfill_execution_ids. Definer: users may not write searches.';

create function public.backfill_execution_ids(
  collection_id uuid default null, instance_id text default null, since date default null,
  dry_run boolean default false
) returns public.id_backfill_report
language sql set search_path = ''
as $$
  select amc_history.backfill_execution_ids(backfill_execution_ids.collection_id, backfill_execution_ids.instance_id,
    backfill_execution_ids.since, coalesce(backfill_execution_ids.dry_run, false));
$$;
comment on function public.backfill_execution_ids(uuid, text, date, boolean) is
  $$Looks in AMC's list for the executions of weeks that have no execution id, of a collection or of an instance: weeks
that another system reported. since: only weeks that begin on that day or later; null: those whose data AMC keeps
(retention_months of amc_history.allowances). dry_run: says what that would take, and changes nothing.

The worker reads the list in its ticks, a few pages each minute, beside collecting; id_backfill_states shows how far it
is, id_backfill_weeks what came of each week. Only what is certain is stored, and no id is ever replaced. Answers an
id_backfill_report: applied; planned (dry_run); already_applied (the same search is under way, or reason
no_week_lacks_an_id); rejected with backfill_in_progress (another search of the instance; backfill_id says which).
Refuses with backfill_scope_not_valid, since_not_valid, collection_not_found, instance_not_found, role_too_low. For
analysts and admins.$$;
