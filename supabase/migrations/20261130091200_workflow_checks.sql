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
    and time_window_end is not null and time_zone is not null and timeout_seconds is not null)),
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
  $$The week whose window was tried, with the parameters of its collection, or which goes alone. Null once it is
deleted. No member reads it: it may be another's.$$;
comment on column public.workflow_checks.collection_id is 'Its collection. No member reads it: it may be another''s.';
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
    hold_workflow.source, hold_workflow.words, (check_row).instance_id,
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
language plpgsql stable set search_path = ''
as $$
begin
  return query
  select k.* from public.workflow_checks k
  left join public.report_data_weeks w on w.id = k.week_id
  where k.is_live and k.kind = 'first_week'
    and coalesce(w.due_at = 'infinity' or w.due_at is null, true)
    and not exists (select from public.week_attempts a where a.week_id = k.week_id and a.is_live);
end;
$$;
comment on function amc_history.stale_first_weeks() is
  'The checks whose week went alone, and neither waits for an attempt nor has one.';
