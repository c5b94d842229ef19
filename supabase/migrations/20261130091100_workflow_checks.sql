-- Workflow checks: a query is compiled by AMC before it costs anything. Until AMC has taken a version, its weeks wait.

create table public.workflow_checks (
  id uuid primary key default gen_random_uuid(),
  instance_id text not null,
  workflow_id text not null,
  kind text not null
    constraint kind_is_known check (kind in ('dry_run', 'first_week')),
  week_id uuid references public.report_data_weeks (id) on delete set null,
  collection_id uuid references public.report_data_collections (id) on delete set null,
  state text not null default 'intended'
    constraint state_is_known check (state in ('intended', 'created', 'ended')),
  is_live boolean not null generated always as (state <> 'ended') stored,
  outcome text
    constraint outcome_is_known check (outcome in ('accepted', 'refused', 'ignored', 'unsupported', 'not_sent', 'lost',
      'failed', 'given_up')),
  time_window_start text,
  time_window_end text,
  time_zone text,
  parameter_values jsonb,
  timeout_seconds integer
    constraint timeout_is_no_weeks check (amc_history.is_dry_run_timeout(timeout_seconds)),
  execution_id text,
  amc_status text,
  words text constraint words_are_short check (length(words) <= 4000),
  request_id text,
  cancel_requested_at timestamptz,
  intended_at timestamptz not null default amc_history.clock_now(),
  leased_until timestamptz,
  due_at timestamptz,
  ended_at timestamptz,
  constraint workflow_checks_workflow_fkey foreign key (instance_id, workflow_id)
    references public.amc_workflows (instance_id, id) on delete cascade,
  constraint outcome_comes_with_the_end check ((outcome is not null) = (state = 'ended')
    and (ended_at is not null) = (state = 'ended')),
  constraint created_has_its_execution check (state <> 'created' or execution_id is not null or kind = 'first_week'),
  constraint dry_run_has_its_request check (kind <> 'dry_run' or (time_window_start is not null
    and time_window_end is not null and time_zone is not null and parameter_values is not null
    and timeout_seconds is not null)),
  constraint first_week_sends_nothing check (kind <> 'first_week'
    or (execution_id is null and timeout_seconds is null and leased_until is null))
);

create unique index one_live_check_per_version on public.workflow_checks (instance_id, workflow_id) where is_live;
create unique index one_check_per_execution on public.workflow_checks (execution_id) where execution_id is not null;
create index workflow_checks_workflow_idx on public.workflow_checks (instance_id, workflow_id, intended_at);
create index workflow_checks_week_id_idx on public.workflow_checks (week_id);
create index workflow_checks_ended_at_idx on public.workflow_checks (ended_at);
create index workflow_checks_collection_id_idx on public.workflow_checks (collection_id);

comment on table public.workflow_checks is
  $$How each workflow version was checked at AMC before its first create. A dry run is never a week's execution: it has
no attempt, no slot, and a timeout that no week has.$$;
comment on column public.workflow_checks.kind is
  $$dry_run: AMC compiles the query and runs nothing. first_week: where AMC has no dry runs, or a person asked for it,
one week goes alone until AMC has validated it.$$;
comment on column public.workflow_checks.week_id is
  $$The week whose window and parameters were tried, or which goes alone. Null once it is deleted.$$;
comment on column public.workflow_checks.collection_id is 'Its collection.';
comment on column public.workflow_checks.state is
  $$intended (committed before AMC is asked), created (AMC gave an id; a first_week stays intended), ended.$$;
comment on column public.workflow_checks.outcome is
  $$accepted (AMC validated the query), refused (it did not: see words), ignored (AMC ran the query all the same),
unsupported (AMC refuses dry runs), not_sent, lost (no answer), failed (AMC could not tell), given_up (the week that
went alone says nothing of the query, or a person asked anew).$$;
comment on column public.workflow_checks.time_window_start is
  'The first moment of the one day that the dry run names, local, as sent to AMC.';
comment on column public.workflow_checks.time_window_end is 'The first moment after that day.';
comment on column public.workflow_checks.time_zone is 'The tz database name in which the day was meant.';
comment on column public.workflow_checks.parameter_values is 'The parameters that were sent.';
comment on column public.workflow_checks.timeout_seconds is
  $$The timeout that was sent: 900 to 21,599 s. Weeks send 21,600 and up, so AMC's list tells one from the other.$$;
comment on column public.workflow_checks.execution_id is 'AMC''s id of the dry run, once known.';
comment on column public.workflow_checks.amc_status is 'The status in which AMC last showed it.';
comment on column public.workflow_checks.words is 'AMC''s words about it, or ours where AMC said nothing.';
comment on column public.workflow_checks.request_id is 'AMC''s request id of the last answer.';
comment on column public.workflow_checks.cancel_requested_at is
  $$When AMC was first to be asked to cancel it: it runs the query, or takes too long.$$;
comment on column public.workflow_checks.leased_until is 'Until when it is one worker''s alone.';
comment on column public.workflow_checks.due_at is 'When AMC is asked about it next.';

alter table public.workflow_checks enable row level security;

create function amc_history.may_begin(checked_at timestamptz, week_id uuid) returns boolean
-- On the path of every claim, so a function that asks a table only for versions that are not checked yet.
language plpgsql stable set search_path = ''
as $$
begin
  if may_begin.checked_at is not null then
    return true;
  end if;
  return exists (select from public.workflow_checks k
    where k.week_id = may_begin.week_id and k.is_live and k.kind = 'first_week');
end;
$$;
comment on function amc_history.may_begin(timestamptz, uuid) is
  $$Whether an attempt of a week may begin, as far as its query is concerned: AMC has validated it, or this is the week
that goes alone. checked_at: of the week's workflow version (amc_workflows). week_id: the week.$$;

create function amc_history.workflow_subject(instance_id text, workflow_id text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return workflow_subject.instance_id || '/' || workflow_subject.workflow_id;
end;
$$;
comment on function amc_history.workflow_subject(text, text) is
  'The subject of a stoppage of a workflow version (workflow_check, workflow_save).';

create function amc_history.record_workflow_event(event text, check_row public.workflow_checks, detail jsonb)
returns void
language sql set search_path = ''
as $$
  insert into public.tracking_events (event, instance_id, collection_id, execution_id, detail)
  values (record_workflow_event.event, (check_row).instance_id, (check_row).collection_id, (check_row).execution_id,
    jsonb_strip_nulls(jsonb_build_object('workflow_id', (check_row).workflow_id, 'check_id', (check_row).id)
      || coalesce(record_workflow_event.detail, '{}')));
$$;
comment on function amc_history.record_workflow_event(text, public.workflow_checks, jsonb) is
  'Writes an event that no person caused, about the check of a workflow version.';

create function amc_history.mark_workflow_checked(instance_id text, workflow_id text) returns boolean
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
begin
  update public.amc_workflows f set checked_at = amc_history.clock_now(), check_asked_at = null
  where f.instance_id = mark_workflow_checked.instance_id and f.id = mark_workflow_checked.workflow_id
    and f.checked_at is null;
  if not found then
    return false;
  end if;
  -- A dry run that is under way is still followed to its end: AMC may run it.
  update public.workflow_checks k set state = 'ended', outcome = 'accepted', ended_at = amc_history.clock_now()
  where k.instance_id = mark_workflow_checked.instance_id and k.workflow_id = mark_workflow_checked.workflow_id
    and k.is_live and k.kind = 'first_week';
  perform amc_history.end_stoppage('workflow_check',
    amc_history.workflow_subject(mark_workflow_checked.instance_id, mark_workflow_checked.workflow_id));
  insert into public.tracking_events (event, instance_id, detail) values ('workflow_checked',
    mark_workflow_checked.instance_id, jsonb_build_object('workflow_id', mark_workflow_checked.workflow_id));
  return true;
end;
$$;
comment on function amc_history.mark_workflow_checked(text, text) is
  $$Records that AMC has validated a workflow version: its weeks may begin from now on, and what held it up ends.
Answers whether that is news.$$;

create function amc_history.check_workflow_by_execution() returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- After week and execution, a workflow is locked last.
  perform amc_history.mark_workflow_checked(f.instance_id, f.id)
  from public.report_data_weeks w
  join public.report_data_collections c on c.id = w.collection_id
  join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
  where w.id = new.week_id and f.checked_at is null;
  return null;
end;
$$;
comment on function amc_history.check_workflow_by_execution() is
  $$A version of which AMC runs, or ran, an execution counts as checked.$$;
create trigger check_workflow_by_execution after insert or update of status on public.workflow_executions
  for each row when (upper(new.status) in ('RUNNING', 'PUBLISHING', 'SUCCEEDED'))
  execute function amc_history.check_workflow_by_execution();

create function amc_history.hold_workflow(check_row public.workflow_checks, source text, words text) returns void
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.record_stoppage('workflow_check',
    amc_history.workflow_subject((check_row).instance_id, (check_row).workflow_id), 'query_refused',
    hold_workflow.source, hold_workflow.words, (check_row).instance_id, (check_row).collection_id,
    request_id => (check_row).request_id, waits_for_person => true);
  perform amc_history.record_workflow_event('workflow_refused', check_row,
    jsonb_build_object('message', left(hold_workflow.words, 500)));
end;
$$;
comment on function amc_history.hold_workflow(public.workflow_checks, text, text) is
  $$Holds a workflow version, with every collection of it, until a person asks for the check again: its query was
refused. source, words: in whose words, and which.$$;

create function amc_history.end_first_weeks() returns integer
language plpgsql set search_path = ''
as $$
declare
  check_row public.workflow_checks;
  week public.report_data_weeks;
  refused boolean;
  ended integer := 0;
begin
  for check_row in
    select k.* from public.workflow_checks k where k.id in (select s.id from amc_history.stale_first_weeks() s)
    for update skip locked
  loop
    select * into week from public.report_data_weeks w where w.id = check_row.week_id;
    -- The privacy refusal is about the window, not about the query (guide, M).
    refused := found and week.status = 'failed' and week.error_code in ('amc_refused', 'amc_rejected')
      and coalesce(week.error_message, '') !~* 'overlapping time windows';
    update public.workflow_checks k set state = 'ended', ended_at = amc_history.clock_now(),
      outcome = case when refused then 'refused' else 'given_up' end, words = left(week.error_message, 4000)
    where k.id = check_row.id and k.is_live;
    if found then
      ended := ended + 1;
      if refused then
        perform amc_history.hold_workflow(check_row, 'amc', coalesce(week.error_message, 'AMC gave no reason.'));
      end if;
    end if;
  end loop;
  return ended;
end;
$$;
comment on function amc_history.end_first_weeks() is
  $$Ends the checks whose week went alone and can tell no more: it ended, or is held. Where AMC refused or rejected it,
the version is held with AMC's words; else another week goes. Answers how many it ended.$$;

create function amc_history.stale_first_weeks() returns setof public.workflow_checks
language sql stable set search_path = ''
as $$
  select k.* from public.workflow_checks k
  left join public.report_data_weeks w on w.id = k.week_id
  where k.is_live and k.kind = 'first_week'
    and coalesce(w.due_at = 'infinity' or w.due_at is null, true)
    and not exists (select from public.week_attempts a where a.week_id = k.week_id and a.is_live);
$$;
comment on function amc_history.stale_first_weeks() is
  'The checks whose week went alone, and neither waits for an attempt nor has one.';

create function amc_history.end_dry_run(
  check_row public.workflow_checks, outcome text, status text, words text, request_id text
) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  subject constant text := amc_history.workflow_subject((check_row).instance_id, (check_row).workflow_id);
  ended public.workflow_checks;
  -- By an execution, meanwhile: then nothing is asked again.
  is_checked constant boolean := exists (select from public.amc_workflows f where f.checked_at is not null
    and f.instance_id = (check_row).instance_id and f.id = (check_row).workflow_id);
begin
  update public.workflow_checks k set state = 'ended', outcome = end_dry_run.outcome,
    ended_at = amc_history.clock_now(), leased_until = null, due_at = null,
    amc_status = coalesce(end_dry_run.status, k.amc_status), words = left(end_dry_run.words, 4000),
    request_id = coalesce(end_dry_run.request_id, k.request_id)
  where k.id = (check_row).id returning * into ended;
  if is_checked or end_dry_run.outcome in ('accepted', 'ignored', 'unsupported') then
    perform amc_history.end_stoppage('workflow_check', subject);
  end if;
  case
    when end_dry_run.outcome = 'accepted' then
      perform amc_history.mark_workflow_checked(ended.instance_id, ended.workflow_id);
    when is_checked then null;
    when end_dry_run.outcome = 'refused' then
      perform amc_history.hold_workflow(ended, 'amc', coalesce(end_dry_run.words, 'AMC gave no reason.'));
    when end_dry_run.outcome in ('lost', 'failed') then
      perform amc_history.record_stoppage('workflow_check', subject, 'dry_run_' || end_dry_run.outcome,
        case end_dry_run.outcome when 'lost' then 'amc_history' else 'amc' end,
        coalesce(end_dry_run.words, 'AMC gave no reason.'), ended.instance_id, ended.collection_id,
        request_id => ended.request_id);
    else null;
  end case;
end;
$$;
comment on function amc_history.end_dry_run(public.workflow_checks, text, text, text, text) is
  $$Ends a dry run with an outcome, and does what follows: accepted lets the weeks of the version begin; refused holds
it for a person; lost and failed let it be asked again, after pauses that grow. Nothing holds up a version that has been
checked meanwhile. status, words, request_id: AMC's.$$;

create function amc_history.is_overdue(check_row public.workflow_checks) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
begin
  return amc_history.clock_now() >= coalesce((check_row).cancel_requested_at, (check_row).intended_at)
    + case when (check_row).cancel_requested_at is not null or (check_row).amc_status = 'PENDING'
        then allowed.dry_run_queued else allowed.dry_run_runs end;
end;
$$;
comment on function amc_history.is_overdue(public.workflow_checks) is
  $$Whether a dry run takes longer than one does: dry_run_runs; dry_run_queued while AMC has not begun it, and after AMC
was asked to cancel it.$$;

create function amc_history.hold_up_dry_run(check_row public.workflow_checks, status text, words text, request_id text)
returns void
language plpgsql set search_path = ''
as $$
begin
  if amc_history.is_overdue(check_row) then
    perform amc_history.end_dry_run(check_row, 'failed', hold_up_dry_run.status, hold_up_dry_run.words,
      hold_up_dry_run.request_id);
    return;
  end if;
  perform amc_history.record_stoppage('workflow_check',
    amc_history.workflow_subject((check_row).instance_id, (check_row).workflow_id),
    case when (check_row).cancel_requested_at is null then 'dry_run_unseen' else 'dry_run_not_cancelled' end, 'amc',
    coalesce(hold_up_dry_run.words, 'AMC gave no reason.'), (check_row).instance_id, (check_row).collection_id,
    request_id => hold_up_dry_run.request_id);
end;
$$;
comment on function amc_history.hold_up_dry_run(public.workflow_checks, text, text, text) is
  $$Sets aside a dry run that AMC does not show, or does not end: AMC is asked about it after pauses that grow, until it
is overdue. Then it is given up (failed), and another is asked for. status, words, request_id: AMC's.$$;

create function amc_history.lose_dry_runs() returns integer
language plpgsql set search_path = ''
as $$
declare
  check_row public.workflow_checks;
  lost integer := 0;
begin
  for check_row in
    select k.* from public.workflow_checks k
    where k.is_live and k.state = 'intended' and k.kind = 'dry_run' and k.leased_until <= amc_history.clock_now()
    for update skip locked
  loop
    perform amc_history.end_dry_run(check_row, 'lost', null, 'No worker reported what AMC answered to the dry run.',
      null);
    lost := lost + 1;
  end loop;
  return lost;
end;
$$;
comment on function amc_history.lose_dry_runs() is
  $$Ends dry runs without a report whose lease is over: whatever became of them, they are asked again. Answers how
many.$$;

create function amc_history.versions_to_check()
returns table (instance_id text, workflow_id text, week_id uuid, collection_id uuid, kind text, turn bigint)
language sql stable set search_path = ''
as $$
  select f.instance_id, f.id, w.id, w.collection_id,
    case when f.check_kind = 'first_week' or i.dry_runs in ('ignored', 'refused') then 'first_week' else 'dry_run' end,
    row_number() over (partition by f.instance_id order by w.due_at nulls first, f.id)
  from public.amc_workflows f
  join public.amc_instances i on i.id = f.instance_id and coalesce(i.paused_until <= amc_history.clock_now(), true)
  left join lateral (select w.id, w.collection_id, w.due_at
    from public.report_data_collections c
    join public.report_data_weeks w on w.collection_id = c.id
    where c.instance_id = f.instance_id and c.workflow_id = f.id and c.paused_at is null and c.cancelled_at is null
      and w.due_at <= amc_history.clock_now()
    order by w.due_at, w.week_start_date limit 1) w on true
  where f.checked_at is null
    and (w.id is not null or f.check_asked_at is not null and f.check_kind = 'dry_run'
      and i.dry_runs not in ('ignored', 'refused'))
    and not exists (select from public.workflow_checks k
      where k.instance_id = f.instance_id and k.workflow_id = f.id and k.is_live)
    and not amc_history.is_held_up('workflow_check', amc_history.workflow_subject(f.instance_id, f.id))
    and not amc_history.is_held_up('workflow_save', amc_history.workflow_subject(f.instance_id, f.id));
$$;
comment on function amc_history.versions_to_check() is
  $$The workflow versions that wait for a check: not checked, with a due week or asked for by a person, without a check
under way, not held up, on an instance that is not paused. week_id, collection_id: the oldest due week, or null. kind:
how it is to be checked. turn: so that instances take turns.$$;

create function amc_history.dry_runs_to_follow() returns setof public.workflow_checks
language sql stable set search_path = ''
as $$
  select k.* from public.workflow_checks k
  join public.amc_instances i on i.id = k.instance_id
  where k.is_live and k.state = 'created' and k.due_at <= amc_history.clock_now()
    and coalesce(k.leased_until <= amc_history.clock_now(), true)
    and not amc_history.is_held_up('workflow_check', amc_history.workflow_subject(k.instance_id, k.workflow_id))
    and coalesce(i.paused_until <= amc_history.clock_now(), true);
$$;
comment on function amc_history.dry_runs_to_follow() is
  'The dry runs about which AMC is to be asked now: not set aside, and no worker has the lease.';

create function amc_history.count_checks() returns integer
language sql stable set search_path = ''
as $$
  select (select count(*) from amc_history.versions_to_check())::integer
    + (select count(*) from amc_history.dry_runs_to_follow())::integer
    + (select count(*) from amc_history.stale_first_weeks())::integer
    + (select count(*) from public.workflow_checks k
      where k.is_live and k.state = 'intended' and k.leased_until <= amc_history.clock_now())::integer;
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
    select v.*, w.week_start_date, coalesce(c.time_zone, 'UTC') as time_zone, c.parameter_values
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
      time_window_start, time_window_end, time_zone, parameter_values, timeout_seconds, leased_until)
    select d.instance_id, d.workflow_id, d.kind, d.week_id, d.collection_id, s.time_window_start, s.time_window_end,
      s.time_zone, s.parameter_values, s.timeout_seconds, s.leased_until
    from days d
    left join lateral (select amc_history.local_midnight(d.day) as time_window_start,
        amc_history.local_midnight(d.day + 1) as time_window_end, d.time_zone,
        coalesce(d.parameter_values, '{}') as parameter_values,
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
    k.time_window_start, k.time_window_end, k.time_zone, k.parameter_values, k.timeout_seconds, k.execution_id,
    amc_history.is_overdue(k), k.cancel_requested_at is not null, i.dry_runs <> 'unknown',
    extract(epoch from allowed.post_window)::integer
  from public.workflow_checks k
  join public.amc_workflows f on f.instance_id = k.instance_id and f.id = k.workflow_id
  join public.amc_instances i on i.id = k.instance_id
  where k.id = any (claimed)
  order by k.intended_at;
end;
$$;
comment on function public.claim_workflow_checks(integer, integer) is
  $$Takes checks of workflow versions: commits the intents of dry runs that are to be asked for (execution_id is null),
and leases those about which AMC is to be asked again. Only the caller that this answer reached may POST a dry run,
within post_within_seconds of having called. Where dry runs do not work, a week is let go alone, for which nothing is
claimed.

max_checks: at most so many of each. lease_seconds: how long they are the caller's alone (by default the allowance
create_lease); a dry run without a report is then asked again. is_overdue: it takes longer than a dry run does
(dry_run_runs, dry_run_queued). is_cancelled: AMC has been asked to cancel it. dry_runs_known: whether it is known what
AMC makes of dry runs here. For service_role.$$;

create function public.record_dry_run(check_id uuid, execution_id text, request_id text default null) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  check_row public.workflow_checks;
begin
  select * into check_row from public.workflow_checks k where k.id = record_dry_run.check_id for update;
  if not found then
    return 'not_found';
  elsif check_row.execution_id is not distinct from record_dry_run.execution_id then
    return 'already_recorded';
  elsif check_row.execution_id is not null or not amc_history.is_execution_id(record_dry_run.execution_id)
      or exists (select from public.workflow_checks k where k.execution_id = record_dry_run.execution_id)
      or exists (select from public.workflow_executions e where e.id = record_dry_run.execution_id) then
    return 'rejected';
  end if;
  -- One that came late is kept all the same: so it is known as a dry run, and never taken for a week's.
  update public.workflow_checks k set execution_id = record_dry_run.execution_id,
    request_id = coalesce(record_dry_run.request_id, k.request_id),
    state = case k.state when 'intended' then 'created' else k.state end,
    due_at = case k.state when 'intended' then amc_history.clock_now() end
  where k.id = check_row.id;
  return case check_row.state when 'ended' then 'stale' else 'recorded' end;
end;
$$;
comment on function public.record_dry_run(uuid, text, text) is
  $$Stores AMC's id of a dry run, before anything else is asked about it. Answers recorded, already_recorded, stale (the
check has ended; the id is kept), rejected (no id, or one that is taken) or not_found. For service_role.$$;

create function amc_history.record_dry_runs(check_row public.workflow_checks, shown text, message text)
returns void
language plpgsql set search_path = ''
as $$
begin
  update public.amc_instances i set dry_runs = record_dry_runs.shown
  where i.id = (check_row).instance_id and i.dry_runs <> record_dry_runs.shown;
  if found and record_dry_runs.shown <> 'honoured' then
    perform amc_history.record_workflow_event('dry_runs_' || record_dry_runs.shown, check_row,
      jsonb_build_object('message', left(record_dry_runs.message, 500)));
  end if;
end;
$$;
comment on function amc_history.record_dry_runs(public.workflow_checks, text, text) is
  $$Remembers what AMC makes of dry runs on an instance (amc_instances.dry_runs). An event tells of the first that did
not work.$$;

create function public.report_workflow_check(
  check_id uuid, verdict text, status text default null, message text default null, request_id text default null,
  honoured boolean default null, cancelling boolean default false
) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  verdicts constant text[] := array['pending', 'accepted', 'refused', 'ignored', 'unsupported', 'not_sent', 'lost',
    'failed', 'held_up', 'workflow_not_visible'];
  allowed constant amc_history.allowances := amc_history.allowances();
  now_at constant timestamptz := amc_history.clock_now();
  check_row public.workflow_checks;
  shown constant text := case when report_workflow_check.verdict = 'unsupported' then 'refused'
    when not report_workflow_check.honoured then 'ignored' when report_workflow_check.honoured then 'honoured' end;
begin
  if report_workflow_check.verdict is null or report_workflow_check.verdict <> all (verdicts) then
    raise exception 'Unknown verdict %: expected one of %.', coalesce(quote_literal(report_workflow_check.verdict),
      'null'), array_to_string(verdicts, ', ') using errcode = '22023', detail = 'unknown_verdict';
  end if;
  -- Instance before all else: the order in which everything locks.
  perform from public.amc_instances i where i.id = (select k.instance_id from public.workflow_checks k
    where k.id = report_workflow_check.check_id) for no key update;
  select * into check_row from public.workflow_checks k where k.id = report_workflow_check.check_id for update;
  if not found then
    return 'not_found';
  elsif check_row.state = 'ended' then
    return 'stale';
  end if;
  if shown is not null then
    perform amc_history.record_dry_runs(check_row, shown, report_workflow_check.message);
  end if;
  if report_workflow_check.verdict = 'held_up' then
    perform amc_history.hold_up_dry_run(check_row, report_workflow_check.status, report_workflow_check.message,
      report_workflow_check.request_id);
  end if;
  if report_workflow_check.verdict in ('pending', 'held_up') then
    update public.workflow_checks k set amc_status = coalesce(report_workflow_check.status, k.amc_status),
      request_id = coalesce(report_workflow_check.request_id, k.request_id), leased_until = null,
      due_at = now_at + least(allowed.dry_run_poll, (select make_interval(secs => i.poll_seconds)
        from public.amc_instances i where i.id = k.instance_id)),
      cancel_requested_at = coalesce(k.cancel_requested_at, case when report_workflow_check.cancelling then now_at end)
    where k.id = check_row.id and k.state <> 'ended';
    return 'applied';
  end if;
  if report_workflow_check.verdict = 'workflow_not_visible' then
    -- Saved long ago, and AMC does not have it: it is to be saved again.
    update public.amc_workflows f set saved_at = null
    where f.instance_id = check_row.instance_id and f.id = check_row.workflow_id
      and f.saved_at <= now_at - allowed.workflow_visible;
  end if;
  perform amc_history.end_dry_run(check_row,
    case report_workflow_check.verdict when 'workflow_not_visible' then 'failed' else report_workflow_check.verdict end,
    report_workflow_check.status, report_workflow_check.message, report_workflow_check.request_id);
  return 'applied';
end;
$$;
comment on function public.report_workflow_check(uuid, text, text, text, text, boolean, boolean) is
  $$Reports what AMC said of a dry run. verdict: pending (it has not ended: asked again after
dry_run_poll, or the instance's poll_seconds), held_up (AMC does not show it, or does not end it: set aside with AMC's
words, and given up once it is overdue), accepted,
refused (AMC does not take the query: it is held, with AMC's words), ignored (AMC ran it, and it was ended),
unsupported (AMC refuses dry runs), not_sent (it never left, or AMC turned it away for now), workflow_not_visible,
lost (no answer), failed (AMC could not tell).

status, message, request_id: AMC's. honoured: whether AMC ran it as a dry run, where its answer shows that; remembered
with the instance. cancelling: AMC is being asked to cancel it. An unknown verdict raises 22023. Answers applied, stale
(it had ended) or not_found. For service_role.$$;

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
    and (amc_history.is_operator() or exists (select from public.amc_instance_members m
      where m.instance_id = i.id and m.user_id = auth.uid())) for no key update;
  if found then
    select * into workflow from public.amc_workflows f
    where f.instance_id = check_workflow_again.instance_id and f.id = check_workflow_again.workflow_id
    for no key update;
  end if;
  if workflow.id is null then
    perform amc_history.refuse('workflow_not_found', format('Instance %s has no workflow %s that you may use.',
      coalesce(quote_literal(check_workflow_again.instance_id), 'null'),
      coalesce(quote_literal(check_workflow_again.workflow_id), 'null')),
      'Check the ids. That of a workflow is what save_workflow answered.', 'PT404');
  end if;
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
held the version up ends; of one that is checked, no more than that is done. For members of the instance; refuses
anybody else with workflow_not_found. Answers applied, or already_applied if the version is checked and not held up.$$;
