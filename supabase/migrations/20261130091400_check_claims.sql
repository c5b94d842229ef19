-- Claiming checks: which versions a worker may have AMC compile now; asking for a check again.

create function amc_history.versions_to_check()
returns table (instance_id text, workflow_id text, week_id uuid, collection_id uuid, kind text, turn bigint)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  select f.instance_id, f.id, w.id, w.collection_id,
    case when f.check_kind = 'first_week' or i.dry_runs in ('ignored', 'refused') then 'first_week' else 'dry_run' end,
    row_number() over (partition by f.instance_id order by w.due_at nulls first, f.id)
  from public.amc_workflows f
  join public.amc_instances i on i.id = f.instance_id and coalesce(i.paused_until <= amc_history.clock_now(), true)
  left join lateral (select w.id, w.collection_id, w.due_at
    from public.report_data_collections c
    -- Of each collection one week, the oldest, by the index.
    join lateral (select d.* from public.report_data_weeks d
      where d.instance_id = c.instance_id and d.collection_id = c.id and d.due_at <= amc_history.clock_now()
      order by d.due_at, d.week_start_date limit 1) w on true
    where c.instance_id = f.instance_id and c.workflow_id = f.id and c.paused_at is null and c.cancelled_at is null
      and not amc_history.is_held_up('standing', c.id::text)
    -- One collection's parameters say nothing of another's: those that AMC has refused already come last.
    order by (select max(k.ended_at) from public.workflow_checks k where k.instance_id = f.instance_id
        and k.workflow_id = f.id and k.collection_id = c.id and k.outcome = 'refused') nulls first,
      w.due_at, w.week_start_date limit 1) w on true
  where f.checked_at is null
    and (w.id is not null or f.check_asked_at is not null and f.check_kind = 'dry_run'
      and i.dry_runs not in ('ignored', 'refused'))
    and not exists (select from public.workflow_checks k
      where k.instance_id = f.instance_id and k.workflow_id = f.id and k.is_live)
    and not amc_history.is_held_up('workflow_check', amc_history.workflow_subject(f.instance_id, f.id))
    and not amc_history.is_held_up('workflow_save', amc_history.workflow_subject(f.instance_id, f.id));
end;
$$;
comment on function amc_history.versions_to_check() is
  $$The workflow versions that wait for a check: not checked, with a due week or asked for by a person, without a check
under way, not held up, on an instance that is not paused. week_id, collection_id: the oldest due week (of a collection
with which AMC has not refused it yet, if there is one), or null. kind:
how it is to be checked. turn: so that instances take turns.$$;

create function amc_history.dry_runs_to_follow() returns setof public.workflow_checks
language plpgsql stable set search_path = ''
as $$
begin
  return query
  select k.* from public.workflow_checks k
  join public.amc_instances i on i.id = k.instance_id
  where k.is_live and k.state = 'created' and k.due_at <= amc_history.clock_now()
    and coalesce(k.leased_until <= amc_history.clock_now(), true)
    and not amc_history.is_held_up('workflow_check', amc_history.workflow_subject(k.instance_id, k.workflow_id))
    and coalesce(i.paused_until <= amc_history.clock_now(), true);
end;
$$;
comment on function amc_history.dry_runs_to_follow() is
  'The dry runs about which AMC is to be asked now: not set aside, and no worker has the lease.';

create function amc_history.count_checks() returns integer
language plpgsql stable set search_path = ''
as $$
begin
  return (select count(*) from amc_history.versions_to_check())::integer
    + (select count(*) from amc_history.dry_runs_to_follow())::integer
    + (select count(*) from amc_history.stale_first_weeks())::integer
    + (select count(*) from public.workflow_checks k
      where k.is_live and k.state = 'intended' and k.leased_until <= amc_history.clock_now())::integer;
end;
$$;
comment on function amc_history.count_checks() is 'How many checks of workflow versions a worker could move on now.';

create function amc_history.open_checks(max_checks integer, lease interval) returns setof uuid
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
declare
  settle_days constant integer := (amc_history.allowances()).settle_days;
begin
  return query
  with wanted as (
    select v.*, w.week_start_date, coalesce(c.time_zone, 'UTC') as time_zone
    from amc_history.versions_to_check() v
    left join public.report_data_weeks w on w.id = v.week_id
    left join public.report_data_collections c on c.id = v.collection_id
    order by v.turn, v.instance_id limit open_checks.max_checks
  ),
  -- What another worker takes just now is passed by.
  free as materialized (
    select f.instance_id, f.id from public.amc_workflows f
    where (f.instance_id, f.id) in (select w.instance_id, w.workflow_id from wanted w)
    for no key update skip locked
  ),
  days as (
    select w.*, coalesce(w.week_start_date, (amc_history.clock_now() at time zone 'UTC')::date - settle_days) as day
    from wanted w join free f on f.instance_id = w.instance_id and f.id = w.workflow_id
  ),
  opened as (
    insert into public.workflow_checks as k (instance_id, workflow_id, kind, week_id, collection_id,
      time_window_start, time_window_end, time_zone, timeout_seconds, leased_until)
    select d.instance_id, d.workflow_id, d.kind, d.week_id, d.collection_id, s.time_window_start, s.time_window_end,
      s.time_zone, s.timeout_seconds, s.leased_until
    from days d
    left join lateral (select amc_history.local_midnight(d.day) as time_window_start,
        amc_history.local_midnight(d.day + 1) as time_window_end, d.time_zone,
        -- Weeks send 21,600 and up.
        900 + floor(random() * 20700)::integer as timeout_seconds,
        amc_history.clock_now() + open_checks.lease as leased_until) s on d.kind = 'dry_run'
    -- Another worker was first, and has committed since.
    on conflict do nothing
    returning k.id, k.kind
  )
  select o.id from opened o where o.kind = 'dry_run';
end;
$$;
comment on function amc_history.open_checks(integer, interval) is
  $$Commits the intents of checks, for at most max_checks versions, instances taking turns: a dry run of one day, under
a lease, or a week that may go alone. Answers the dry runs, which the caller is to ask for.$$;

create function public.claim_workflow_checks(max_checks integer default 5, lease_seconds integer default null)
returns table (
  check_id uuid, instance_id text, entity_id text, marketplace_id text, region text, credential_name text,
  workflow_id text, workflow_saved boolean, workflow_definition jsonb, time_window_start text, time_window_end text,
  time_zone text, parameter_values jsonb, timeout_seconds integer, execution_id text, is_overdue boolean,
  is_cancelled boolean, dry_runs_known boolean, post_within_seconds integer
)
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  lease constant interval := coalesce(make_interval(secs => claim_workflow_checks.lease_seconds),
    allowed.create_lease);
  claimed uuid[];
begin
  perform amc_history.lose_dry_runs();
  perform amc_history.end_first_weeks();
  with followed as (
    update public.workflow_checks k set leased_until = amc_history.clock_now() + lease
    where k.id in (select c.id from public.workflow_checks c
      where c.id in (select f.id from amc_history.dry_runs_to_follow() f)
      order by c.due_at limit claim_workflow_checks.max_checks for update skip locked)
    returning k.id
  )
  select array_agg(f.id) into claimed from followed f;
  claimed := claimed || array(select amc_history.open_checks(claim_workflow_checks.max_checks, lease));
  return query
  select k.id, i.id, i.entity_id, i.marketplace_id, i.region, i.credential_name, f.id, f.saved_at is not null,
    case when k.state = 'intended' and f.saved_at is null then jsonb_build_object('sql_query', f.sql_query,
      'parameters', f.parameters, 'output_format', f.output_format) end,
    k.time_window_start, k.time_window_end, k.time_zone,
    case when k.state = 'intended' then coalesce(c.parameter_values, '{}') end, k.timeout_seconds, k.execution_id,
    amc_history.is_overdue(k), k.cancel_requested_at is not null, i.dry_runs <> 'unknown',
    extract(epoch from allowed.post_window)::integer
  from public.workflow_checks k
  join public.amc_workflows f on f.instance_id = k.instance_id and f.id = k.workflow_id
  join public.amc_instances i on i.id = k.instance_id
  left join public.report_data_collections c on c.id = k.collection_id
  where k.id = any (claimed)
  order by k.intended_at;
end;
$$;
comment on function public.claim_workflow_checks(integer, integer) is
  $$Takes checks of workflow versions: commits the intents of dry runs that are to be asked for (execution_id is null),
and leases those about which AMC is to be asked again. Only the caller that this answer reached may POST a dry run,
within post_within_seconds of having called. Where dry runs do not work, a week is let go alone, for which nothing is
claimed.

parameter_values: of the collection that waits, for a dry run that is to be asked for. max_checks: at most so many of
each. lease_seconds: how long they are the caller's alone (by default the allowance
create_lease); a dry run without a report is then asked again. is_overdue: it takes longer than a dry run does
(dry_run_runs, dry_run_queued). is_cancelled: AMC has been asked to cancel it. dry_runs_known: whether it is known what
AMC makes of dry runs here. For service_role.$$;

create function amc_history.check_workflow_again(instance_id text, workflow_id text, with_first_week boolean)
returns public.control_report
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  kind text := 'dry_run';
  workflow public.amc_workflows;
  subject text;
begin
  -- The instance first, as everywhere.
  perform from public.amc_instances i where i.id = check_workflow_again.instance_id
    and amc_history.role_on(i.id) is not null for no key update;
  if found then
    select * into workflow from public.amc_workflows f
    where f.instance_id = check_workflow_again.instance_id and f.id = check_workflow_again.workflow_id
    for no key update;
  end if;
  if workflow.id is null then
    perform amc_history.refuse('workflow_not_found', format('Instance %s has no workflow %s that you may use.',
      coalesce(quote_literal(left(check_workflow_again.instance_id, 200)), 'null'),
      coalesce(quote_literal(left(check_workflow_again.workflow_id, 200)), 'null')),
      'Check the ids. That of a workflow is what save_workflow answered.', 'PT404');
  end if;
  perform amc_history.require_role(workflow.instance_id, 'analyst');
  subject := amc_history.workflow_subject(workflow.instance_id, workflow.id);
  -- One that is checked may be held up all the same: AMC lost it since, and another one took its id.
  if not amc_history.end_stoppage('workflow_save', subject) and workflow.checked_at is not null then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  if check_workflow_again.with_first_week then
    kind := 'first_week';
  end if;
  update public.amc_workflows f set check_asked_at = amc_history.clock_now(), check_kind = kind
  where f.instance_id = workflow.instance_id and f.id = workflow.id and f.checked_at is null;
  update public.workflow_checks k set state = 'ended', outcome = 'given_up', ended_at = amc_history.clock_now()
  where k.instance_id = workflow.instance_id and k.workflow_id = workflow.id and k.is_live
    and k.kind = 'first_week' and kind = 'dry_run'
    and not exists (select from public.week_attempts a where a.week_id = k.week_id and a.is_live);
  perform amc_history.end_stoppage('workflow_check', subject);
  perform amc_history.record_action('workflow_check_requested', workflow.instance_id,
    detail => jsonb_build_object('workflow_id', workflow.id, 'kind', kind));
  return row('applied', null, 0)::public.control_report;
end;
$$;
comment on function amc_history.check_workflow_again(text, text, boolean) is
  $$See public.check_workflow_again. Definer: users may not write workflows and checks.$$;

create function public.check_workflow_again(
  instance_id text, workflow_id text, with_first_week boolean default false
) returns public.control_report
language sql set search_path = ''
as $$
  select amc_history.check_workflow_again(check_workflow_again.instance_id, check_workflow_again.workflow_id,
    check_workflow_again.with_first_week);
$$;
comment on function public.check_workflow_again(text, text, boolean) is
  $$Asks AMC again whether it takes the query of a workflow version, also one that it refused, or before there is any
collection of it: by a dry run, or, with_first_week, by letting one week go alone, where dry runs are of no use. What
held the version up ends; of one that is checked, no more than that is done. For analysts and admins of
the instance; refuses viewers with role_too_low, anybody else with workflow_not_found. Answers applied, or
already_applied if the version is checked and not held up.$$;
