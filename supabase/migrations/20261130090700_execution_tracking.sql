-- Execution tracking: from which AMC execution the result of each week comes.
--
-- A week is tried by attempts. An attempt is committed before AMC is asked (its intent); its states are
-- intended -> unknown or created -> ended. Until its execution ended it holds a slot of its instance, so that a unique
-- index, not a count, keeps the cap on parallel executions. An execution is one run at AMC, under AMC's id.
-- Every function that locks takes instance, collection, week, attempt, execution, in this order.

-- The tables that are there stay readable and writable while this runs: nothing waits long for a lock.
set local lock_timeout = '5s';

create table public.workflow_executions (
  id text primary key
    constraint execution_id_is_well_formed check (amc_history.is_execution_id(id)),
  week_id uuid not null references public.report_data_weeks (id) on delete cascade,
  instance_id text not null,
  status text,
  has_ended boolean not null
    generated always as (coalesce(amc_history.is_terminal_status(status), false)) stored,
  status_reason text,
  workflow_id text,
  time_window_start text,
  time_window_end text,
  time_zone text,
  window_start_at timestamptz,
  window_end_at timestamptz,
  parameter_values jsonb,
  timeout_seconds integer,
  amc_created_at timestamptz,
  amc_updated_at timestamptz,
  amc_expires_at timestamptz,
  execution_seconds numeric,
  output_columns jsonb,
  adopted boolean not null default false,
  request_id text,
  cancel_requested_at timestamptz,
  cancel_tried_at timestamptz,
  created_at timestamptz not null default amc_history.clock_now(),
  updated_at timestamptz not null default amc_history.clock_now(),
  constraint workflow_executions_week_id_id_key unique (week_id, id)
);

create index workflow_executions_to_cancel_idx on public.workflow_executions (cancel_requested_at)
  where cancel_requested_at is not null and not has_ended;

comment on table public.workflow_executions is 'Runs at AMC, one row each, under AMC''s own id.';
comment on column public.workflow_executions.id is
  'AMC''s workflowExecutionId: a lowercase UUID v4 in every captured answer (H), but not relied upon.';
comment on column public.workflow_executions.instance_id is
  'The week''s instance, copied so that its policy asks one question per query.';
comment on column public.workflow_executions.status is
  $$AMC's status, as amc_history.canonical_status writes it; null until AMC gave one. A terminal status is final.$$;
comment on column public.workflow_executions.has_ended is
  'Whether the execution ended at AMC: its status is terminal. False while AMC has not said a status.';
comment on column public.workflow_executions.status_reason is
  'AMC''s words for FAILED and REJECTED (statusReason, not in SPEC, read by two clients: M).';
comment on column public.workflow_executions.time_window_start is
  'Local time without zone, as sent and echoed in timeWindowStartOriginal (captured, H).';
comment on column public.workflow_executions.window_start_at is
  $$Where the window begins by AMC's own zone data: its timeWindowStart (captured, H); null where AMC told none that can
be one. The results views show it in place of the database's.$$;
comment on column public.workflow_executions.window_end_at is
  'The same of its end, the first moment after the window: AMC''s timeWindowEnd (captured, H).';
comment on column public.workflow_executions.timeout_seconds is
  'workflowExecutionTimeoutSeconds as AMC echoes it (captured, H): the attempt''s fingerprint.';
comment on column public.workflow_executions.amc_updated_at is
  $$AMC's lastUpdatedTime: an older report never replaces a later one.$$;
comment on column public.workflow_executions.adopted is
  'True if the id was found in AMC''s list after the answer to the create was lost.';
comment on column public.workflow_executions.request_id is 'AMC''s request id of the create, for its support.';
comment on column public.workflow_executions.cancel_requested_at is
  'When its cancellation at AMC was requested; null if it was not.';
comment on column public.workflow_executions.cancel_tried_at is 'When a worker last asked AMC to cancel it.';

alter table public.workflow_executions enable row level security;

create function amc_history.set_execution_instance() returns trigger
language plpgsql set search_path = ''
as $$
begin
  select w.instance_id into new.instance_id from public.report_data_weeks w where w.id = new.week_id;
  return new;
end;
$$;
comment on function amc_history.set_execution_instance() is 'Copies the instance of an execution''s week to it.';
create trigger set_execution_instance before insert or update of week_id, instance_id on public.workflow_executions
  for each row execute function amc_history.set_execution_instance();

create function amc_history.write_canonical_status() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.status := amc_history.canonical_status(new.status);
  return new;
end;
$$;
comment on function amc_history.write_canonical_status() is
  'Stores a status in one form, so that everything may compare it as it stands.';
-- Triggers of one event run in the order of their names: this one before protect_terminal_status.
create trigger canonical_status before insert or update of status on public.workflow_executions
  for each row execute function amc_history.write_canonical_status();

create function amc_history.protect_terminal_status() returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise exception 'Execution % ended at AMC as %: expected it to stay so, got %.', old.id, old.status, new.status
    using errcode = '23514', constraint = 'terminal_status_is_final';
end;
$$;
comment on function amc_history.protect_terminal_status() is
  $$Refuses to change a status with which an execution ended at AMC.$$;
create trigger protect_terminal_status before update of status on public.workflow_executions
  for each row
  when (old.has_ended and new.status is distinct from old.status)
  execute function amc_history.protect_terminal_status();

create function amc_history.forbid_execution_week_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise exception 'Execution % ran for week %: expected it to stay so, got %.', old.id, old.week_id, new.week_id
    using errcode = '23514', constraint = 'execution_keeps_its_week';
end;
$$;
comment on function amc_history.forbid_execution_week_change() is 'Refuses to give an execution to another week.';
create trigger forbid_execution_week_change before update of week_id on public.workflow_executions
  for each row when (old.week_id is distinct from new.week_id)
  execute function amc_history.forbid_execution_week_change();

alter table public.report_data_weeks add column execution_id text null;
comment on column public.report_data_weeks.execution_id is
  'The AMC execution that the result comes from; while there is no result yet, the one under way or last tried.';

-- Unique: two weeks never share an execution. Partial: most weeks of a new collection have none yet, and an
-- update of the column then still lets attempts be added to the week (it takes no key lock).
create unique index report_data_weeks_execution_id_key
  on public.report_data_weeks (execution_id) where execution_id is not null;

-- Deleting an execution that a week refers to is refused: lineage is not erased.
alter table public.report_data_weeks add constraint report_data_weeks_execution_id_fkey
  foreign key (execution_id) references public.workflow_executions (id) not valid;
alter table public.report_data_weeks validate constraint report_data_weeks_execution_id_fkey;

-- And the execution is one that ran for this week. Neither constraint replaces the other: reports join by the first.
alter table public.report_data_weeks add constraint execution_belongs_to_its_week
  foreign key (id, execution_id) references public.workflow_executions (week_id, id) not valid;
alter table public.report_data_weeks validate constraint execution_belongs_to_its_week;

create function amc_history.protect_execution_id() returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise exception 'Week % comes from execution %: expected it to stay known, got null.', old.id, old.execution_id
    using errcode = '23514', constraint = 'execution_id_is_never_erased';
end;
$$;
comment on function amc_history.protect_execution_id() is
  'Refuses to erase a week''s execution. Another of its executions may take its place.';
create trigger protect_execution_id before update of execution_id on public.report_data_weeks
  for each row when (old.execution_id is not null and new.execution_id is null)
  execute function amc_history.protect_execution_id();

create table public.week_attempts (
  id uuid primary key default gen_random_uuid(),
  week_id uuid not null references public.report_data_weeks (id) on delete cascade,
  instance_id text not null references public.amc_instances (id) on delete cascade,
  number integer not null constraint number_is_positive check (number > 0),
  kind text not null
    constraint kind_is_known check (kind in ('collected', 'restated', 'external')),
  state text not null
    constraint state_is_known check (state in ('intended', 'unknown', 'created', 'ended')),
  is_live boolean not null generated always as (state <> 'ended') stored,
  outcome text
    constraint outcome_is_known check (outcome in ('collected', 'failed', 'rejected', 'cancelled',
      'cancelled_outside', 'refused', 'quota', 'not_visible', 'not_sent', 'abandoned', 'let_go', 'external')),
  intended_at timestamptz not null,
  settle_after timestamptz,
  fingerprint integer
    constraint fingerprint_is_in_range check (fingerprint between 21600 and 86400),
  window_key text,
  slot integer constraint slot_is_positive check (slot > 0),
  -- Deferred, so that deleting a collection can take its executions and its attempts in any order.
  execution_id text references public.workflow_executions (id) deferrable initially deferred,
  fence integer not null default 1,
  leased_until timestamptz,
  due_at timestamptz,
  amc_answer jsonb,
  confirmed_execution_id text
    constraint confirmed_execution_id_is_well_formed
      check (amc_history.is_execution_id(confirmed_execution_id)),
  cancel_requested_at timestamptz,
  watch_until timestamptz,
  ended_at timestamptz,
  unique (week_id, number),
  constraint outcome_matches_state check (is_live = (outcome is null)),
  constraint ended_at_matches_state check (is_live = (ended_at is null)),
  constraint created_has_an_execution check (state <> 'created' or execution_id is not null),
  constraint open_intent_has_no_execution check (state not in ('intended', 'unknown') or execution_id is null),
  constraint live_attempt_is_accounted_for check (not is_live or
    ((slot is not null or state = 'created') and fingerprint is not null and window_key is not null
      and settle_after is not null)),
  constraint external_is_never_live check (kind <> 'external' or not is_live),
  constraint only_what_was_given_up_is_watched check (watch_until is null or outcome in ('abandoned', 'let_go'))
);

create unique index one_live_attempt_per_week on public.week_attempts (week_id) where is_live;
create unique index one_live_attempt_per_slot on public.week_attempts (instance_id, slot) where is_live;
create unique index one_live_attempt_per_window on public.week_attempts (instance_id, window_key) where is_live;
create unique index one_attempt_per_execution on public.week_attempts (execution_id);
create index week_attempts_instance_id_idx on public.week_attempts (instance_id, intended_at);
create index week_attempts_watched_idx on public.week_attempts (instance_id, watch_until) where watch_until is not null;

comment on table public.week_attempts is
  $$Attempts to collect a week. Each is committed before AMC is asked, and POSTed at most once, by the call that
made it.$$;
comment on column public.week_attempts.kind is
  $$collected; restated (the week had a result already); external (a caller of update_week_status brought its
execution).$$;
comment on column public.week_attempts.state is
  $$intended: may be on its way to AMC. unknown: AMC's answer was lost, and AMC's list decides. created: AMC gave an
id. ended: see outcome.$$;
comment on column public.week_attempts.is_live is
  'Whether the attempt has not ended. The indexes of live attempts serve only queries that say is_live.';
comment on column public.week_attempts.intended_at is 'When the intent was written, on the database''s clock.';
comment on column public.week_attempts.settle_after is
  'A listing that began before this proves nothing: the create may still be under way, or AMC''s list may lag.';
comment on column public.week_attempts.fingerprint is
  $$The workflowExecutionTimeoutSeconds that is sent, chosen at random: AMC takes up to 86400 and echoes it
(captured, H), so that it marks the execution as ours in AMC's list.$$;
comment on column public.week_attempts.window_key is
  $$Workflow, window, zone and parameters: no two live attempts of an instance ask for the same.$$;
comment on column public.week_attempts.slot is
  $$Which of the instance's max_parallel slots it holds while it is live; null once its execution ended at AMC and
another attempt needed the slot.$$;
comment on column public.week_attempts.fence is
  $$Raised each time a worker claims the attempt; a report with an earlier one is stale.$$;
comment on column public.week_attempts.leased_until is 'Until then it is the worker''s alone that claimed it.';
comment on column public.week_attempts.due_at is 'When its load may be tried again.';
comment on column public.week_attempts.amc_answer is
  'AMC''s answer to the create: verdict, HTTP status, message, request id.';
comment on column public.week_attempts.cancel_requested_at is
  $$When the cancellation of its execution was requested, even while the execution is not known yet.$$;
comment on column public.week_attempts.watch_until is
  $$Until when AMC's list is still searched for the execution of an abandoned attempt, or AMC is asked for one that was
let go of.$$;
comment on column public.week_attempts.confirmed_execution_id is
  $$The execution that a person named for an attempt whose create got no answer. The worker looks it up in AMC before
the attempt takes it.$$;

alter table public.week_attempts enable row level security;

create function amc_history.forbid_slot_beyond_cap() returns trigger
language plpgsql set search_path = ''
as $$
declare
  cap integer;
begin
  select i.max_parallel into cap from public.amc_instances i where i.id = new.instance_id;
  if new.slot > cap then
    raise exception 'Slot % of instance % does not exist: expected 1 to %.', new.slot, new.instance_id, cap
      using errcode = '23514', constraint = 'slot_is_within_the_cap';
  end if;
  if new.slot is null
      and not exists (select from public.workflow_executions e where e.id = new.execution_id and e.has_ended) then
    raise exception 'Execution % of attempt % may still run at AMC: expected a slot of instance %, got none.',
      new.execution_id, new.id, new.instance_id
      using errcode = '23514', constraint = 'what_may_run_has_a_slot';
  end if;
  return new;
end;
$$;
comment on function amc_history.forbid_slot_beyond_cap() is
  $$Refuses a live attempt beyond the instance's max_parallel slots, and one without a slot whose execution has not
ended at AMC.$$;
-- After it was written: a generated column has its value only then.
create trigger forbid_slot_beyond_cap after insert or update of slot on public.week_attempts
  for each row when (new.is_live) execute function amc_history.forbid_slot_beyond_cap();

create function amc_history.forbid_attempt_revival() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if old.outcome = 'cancelled' and new.state = 'created' and new.execution_id is not distinct from old.execution_id
      and exists (select from public.workflow_executions e
        where e.id = old.execution_id and e.status = 'SUCCEEDED') then
    return new;
  end if;
  raise exception 'Attempt % ended as %: expected it to stay so.', old.id, old.outcome
    using errcode = '23514', constraint = 'ended_is_final';
end;
$$;
comment on function amc_history.forbid_attempt_revival() is
  $$Refuses to change the state of an ended attempt, and an execution that an attempt has. One that was cancelled, and
whose execution SUCCEEDED after all, may be taken up again, so that its result is loaded.$$;
create trigger forbid_attempt_revival before update on public.week_attempts
  for each row
  when (not old.is_live and new.state <> old.state
    or old.execution_id is not null and new.execution_id is distinct from old.execution_id)
  execute function amc_history.forbid_attempt_revival();
