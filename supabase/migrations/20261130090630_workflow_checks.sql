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
    constraint timeout_is_no_weeks check (timeout_seconds between 900 and 21599),
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
  return true;
end;
$$;
comment on function amc_history.may_begin(timestamptz, uuid) is
  $$Whether an attempt of a week may begin, as far as its query is concerned. checked_at: of the week's workflow version
(amc_workflows). week_id: the week.$$;
