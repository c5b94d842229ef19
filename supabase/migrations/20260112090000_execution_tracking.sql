-- Execution tracking: which AMC execution every week's result comes from.
--
-- A week is tried by attempts. An attempt is committed before AMC is asked (its intent), and lives
-- intended -> unknown or created -> ended. While it lives it holds a slot of its instance, so that the cap
-- on parallel executions is a unique index and not a count. An execution is one run at AMC, under AMC's id.
-- A load is one filling of a result from one execution.
-- Every function that locks takes instance, collection, week, attempt, execution in this order.

-- What was here before stays readable and writable while this runs: nothing waits long for a lock.
set local lock_timeout = '5s';

-- Executions ----------------------------------------------------------------------------------------

create table public.workflow_executions (
  id text primary key
    constraint execution_id_is_well_formed check (id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$'),
  week_id uuid not null references public.report_data_weeks (id) on delete cascade,
  status text,
  status_reason text,
  workflow_id text,
  time_window_start text,
  time_window_end text,
  time_zone text,
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
comment on table public.workflow_executions is 'Runs at AMC, one row each, under AMC''s own id.';
comment on column public.workflow_executions.id is
  'AMC''s workflowExecutionId: a lowercase UUID v4 in every captured answer (H), but not relied upon.';
comment on column public.workflow_executions.status is
  'AMC''s status verbatim; null until AMC said one. A terminal status is final.';
comment on column public.workflow_executions.status_reason is
  'AMC''s words for FAILED and REJECTED (statusReason, not in SPEC, read by two clients: M).';
comment on column public.workflow_executions.time_window_start is
  'Local time without zone, as sent and echoed in timeWindowStartOriginal (captured, H).';
comment on column public.workflow_executions.timeout_seconds is
  'workflowExecutionTimeoutSeconds as AMC echoes it (captured, H): the attempt''s fingerprint.';
comment on column public.workflow_executions.amc_updated_at is 'AMC''s lastUpdatedTime: an older report never replaces a later one.';
comment on column public.workflow_executions.adopted is
  'True if the id was found in AMC''s list after the answer to the create was lost.';
comment on column public.workflow_executions.request_id is 'AMC''s request id of the create, for its support.';
comment on column public.workflow_executions.cancel_requested_at is 'Since when it is to be cancelled at AMC.';
comment on column public.workflow_executions.cancel_tried_at is 'When a worker last asked AMC to cancel it.';

create function amc_history.protect_terminal_status() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  raise exception 'Execution % ended at AMC as %: expected it to stay so, got %.', old.id, old.status, new.status
    using errcode = '23514', constraint = 'terminal_status_is_final';
end;
$$;
comment on function amc_history.protect_terminal_status() is 'Refuses to take an execution back from a status with which it ended at AMC.';
revoke execute on function amc_history.protect_terminal_status() from public, anon, authenticated;
create index workflow_executions_to_cancel_idx on public.workflow_executions (cancel_requested_at)
  where cancel_requested_at is not null and (status is null or status not in ('SUCCEEDED', 'FAILED', 'REJECTED', 'CANCELLED'));
create trigger protect_terminal_status before update of status on public.workflow_executions
  for each row
  when (old.status in ('SUCCEEDED', 'FAILED', 'REJECTED', 'CANCELLED') and new.status is distinct from old.status)
  execute function amc_history.protect_terminal_status();

create function amc_history.forbid_execution_week_change() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  raise exception 'Execution % ran for week %: expected it to stay so, got %.', old.id, old.week_id, new.week_id
    using errcode = '23514', constraint = 'execution_keeps_its_week';
end;
$$;
comment on function amc_history.forbid_execution_week_change() is 'Refuses to give an execution to another week.';
revoke execute on function amc_history.forbid_execution_week_change() from public, anon, authenticated;
create trigger forbid_execution_week_change before update of week_id on public.workflow_executions
  for each row when (old.week_id is distinct from new.week_id)
  execute function amc_history.forbid_execution_week_change();

-- The week's execution ------------------------------------------------------------------------------

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

create function amc_history.protect_execution_id() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and old.execution_id is not null and new.execution_id is null then
    raise exception 'Week % comes from execution %: expected it to stay known, got null.', old.id, old.execution_id
      using errcode = '23514', constraint = 'execution_id_is_never_erased';
  end if;
  if new.execution_id is not null and not exists (select from public.workflow_executions e
      where e.id = new.execution_id and e.week_id = new.id) then
    raise exception 'Execution % is not an execution of week %.', new.execution_id, new.id
      using errcode = '23503', constraint = 'execution_belongs_to_its_week';
  end if;
  return new;
end;
$$;
comment on function amc_history.protect_execution_id() is
  'Refuses to erase a week''s execution or to give it one that ran for another week.';
revoke execute on function amc_history.protect_execution_id() from public, anon, authenticated;
create trigger protect_execution_id before update of execution_id on public.report_data_weeks
  for each row when (old.execution_id is distinct from new.execution_id)
  execute function amc_history.protect_execution_id();
create trigger check_first_execution_id before insert on public.report_data_weeks
  for each row when (new.execution_id is not null)
  execute function amc_history.protect_execution_id();

-- The gate ------------------------------------------------------------------------------------------

alter table public.amc_instances
  add column max_parallel integer not null default 10
    constraint max_parallel_is_sane check (max_parallel between 1 and 100),
  add column daily_limit integer
    constraint daily_limit_is_positive check (daily_limit > 0),
  add column running_elsewhere integer not null default 0
    constraint running_elsewhere_is_not_negative check (running_elsewhere >= 0),
  add column paused_until timestamptz,
  add column pause_reason text,
  add column throttles_in_row integer not null default 0,
  add column list_lag_seconds integer not null default 300
    constraint list_lag_is_sane check (list_lag_seconds between 0 and 86400),
  add column matcher_proved_at timestamptz,
  add column poll_seconds integer not null default 30
    constraint poll_seconds_is_sane check (poll_seconds between 1 and 3600),
  add column overdue_hours integer not null default 48
    constraint overdue_is_sane check (overdue_hours between 1 and 720),
  add column list_due_at timestamptz not null default '-infinity',
  add column list_leased_until timestamptz,
  add column list_fence bigint not null default 0,
  add column last_claimed_at timestamptz;
create index amc_instances_last_claimed_at_idx on public.amc_instances (last_claimed_at nulls first, id);
comment on column public.amc_instances.max_parallel is
  'Most live attempts at once. AMC runs 10 executions per instance in parallel through the API (guide, M).';
comment on column public.amc_instances.daily_limit is
  'Most attempts in any 24 hours; null for no limit. SPEC speaks of 30 a day, probably stale (M).';
comment on column public.amc_instances.running_elsewhere is
  'Executions that AMC''s last list showed under way and that are not ours: people use the console too.';
comment on column public.amc_instances.paused_until is 'No worker calls AMC for this instance before then.';
comment on column public.amc_instances.throttles_in_row is 'Pauses since AMC last answered: the exponent of the backoff.';
comment on column public.amc_instances.list_lag_seconds is
  'How long an execution may be missing from AMC''s list after it was created. Its length is not known (L).';
comment on column public.amc_instances.matcher_proved_at is
  'When a create''s answer first showed that the list would have found it. Until then unknown outcomes wait for a person.';
comment on column public.amc_instances.poll_seconds is 'Seconds between two listings of the instance.';
comment on column public.amc_instances.overdue_hours is
  'Hours after which a person is alerted to an execution that has not ended; it is followed on. AMC allows 24 hours in its queue and 24 of running (SPEC, H).';
comment on column public.amc_instances.list_fence is 'Counts the listings; a report of an earlier one is stale.';
comment on column public.amc_instances.last_claimed_at is 'The instance served longest ago is served first.';

-- Before a collection's first create -----------------------------------------------------------------

alter table public.report_data_collections
  add column surveyed_at timestamptz,
  add column failed_retries integer not null default 0
    constraint failed_retries_is_sane check (failed_retries between 0 and 10);
create index report_data_collections_to_survey_idx on public.report_data_collections (instance_id, created_at)
  where surveyed_at is null;
comment on column public.report_data_collections.surveyed_at is
  'When AMC''s list was first read for the collection. Until then nothing is created for it: a database that was restored from a backup does not run again what AMC has.';
comment on column public.report_data_collections.failed_retries is
  'How often a week is tried again by itself whose execution ended at AMC as FAILED. Rejections and refusals are never tried again by themselves.';

-- When a week may be tried again ----------------------------------------------------------------------

alter table public.report_data_weeks
  add column instance_id text,
  add column due_at timestamptz,
  add column error_count integer not null default 0
    constraint error_count_is_not_negative check (error_count >= 0),
  add constraint only_open_weeks_are_due check (due_at is null or status in ('pending', 'running', 'completed'));
update public.report_data_weeks w set instance_id = c.instance_id
  from public.report_data_collections c where c.id = w.collection_id;
alter table public.report_data_weeks alter column instance_id set not null;
create index report_data_weeks_due_idx
  on public.report_data_weeks (instance_id, due_at, week_start_date) where due_at is not null;
comment on column public.report_data_weeks.instance_id is
  'The collection''s instance, copied so that the due weeks of one instance are one index range.';
comment on column public.report_data_weeks.due_at is
  'From when the next attempt may be made; null if none is wanted. A completed week is due when it is to be restated.';
comment on column public.report_data_weeks.error_count is 'Errors so far. Waiting of any kind counts none.';

create function amc_history.set_week_instance() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  select c.instance_id into new.instance_id
    from public.report_data_collections c where c.id = new.collection_id;
  return new;
end;
$$;
comment on function amc_history.set_week_instance() is 'Gives a week its collection''s instance.';
revoke execute on function amc_history.set_week_instance() from public, anon, authenticated;
create trigger set_week_instance before insert or update of collection_id, instance_id
  on public.report_data_weeks for each row execute function amc_history.set_week_instance();

-- Attempts ------------------------------------------------------------------------------------------

create table public.week_attempts (
  id uuid primary key default gen_random_uuid(),
  week_id uuid not null references public.report_data_weeks (id) on delete cascade,
  instance_id text not null references public.amc_instances (id) on delete cascade,
  number integer not null constraint number_is_positive check (number > 0),
  kind text not null
    constraint kind_is_known check (kind in ('collected', 'restated', 'external')),
  state text not null
    constraint state_is_known check (state in ('intended', 'unknown', 'created', 'ended')),
  outcome text
    constraint outcome_is_known check (outcome in ('collected', 'failed', 'rejected', 'cancelled',
      'cancelled_outside', 'refused', 'quota', 'not_visible', 'not_sent', 'abandoned', 'external')),
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
  cancel_requested_at timestamptz,
  watch_until timestamptz,
  ended_at timestamptz,
  unique (week_id, number),
  constraint outcome_matches_state check ((state = 'ended') = (outcome is not null)),
  constraint ended_at_matches_state check ((state = 'ended') = (ended_at is not null)),
  constraint created_has_an_execution check (state <> 'created' or execution_id is not null),
  constraint open_intent_has_no_execution check (state not in ('intended', 'unknown') or execution_id is null),
  constraint live_attempt_is_accounted_for check (state = 'ended' or
    (slot is not null and fingerprint is not null and window_key is not null and settle_after is not null)),
  constraint external_is_never_live check (kind <> 'external' or state = 'ended'),
  constraint only_abandoned_is_watched check (watch_until is null or outcome = 'abandoned')
);
create unique index one_live_attempt_per_week on public.week_attempts (week_id) where state <> 'ended';
create unique index one_live_attempt_per_slot on public.week_attempts (instance_id, slot) where state <> 'ended';
create unique index one_live_attempt_per_window on public.week_attempts (instance_id, window_key) where state <> 'ended';
create unique index one_attempt_per_execution on public.week_attempts (execution_id);
create index week_attempts_instance_id_idx on public.week_attempts (instance_id, intended_at);
create index week_attempts_watched_idx on public.week_attempts (instance_id, watch_until) where watch_until is not null;
comment on table public.week_attempts is
  'Tries to get a week. Each is committed before AMC is asked, and POSTed at most once: only by the call that made it.';
comment on column public.week_attempts.kind is
  'collected; restated (the week had a result already); external (an id that a caller of update_week_status brought).';
comment on column public.week_attempts.state is
  'intended: may be on its way to AMC. unknown: AMC''s answer was lost, AMC''s list decides. created: AMC gave an id. ended.';
comment on column public.week_attempts.intended_at is 'When the intent was written, on the database''s clock.';
comment on column public.week_attempts.settle_after is
  'A listing begun before this proves nothing: the create may still be under way, or AMC''s list may lag.';
comment on column public.week_attempts.fingerprint is
  'The workflowExecutionTimeoutSeconds that is sent: free to choose up to 86400, echoed by AMC (captured, H), and so a mark by which our execution is known in its list.';
comment on column public.week_attempts.window_key is 'Workflow, window, zone and parameters: no two live attempts ask the same.';
comment on column public.week_attempts.slot is 'Which of the instance''s max_parallel places it holds while live.';
comment on column public.week_attempts.fence is 'Raised each time a worker takes the attempt up; a report with an earlier one is stale.';
comment on column public.week_attempts.leased_until is 'Until then the worker that took it up has it to itself.';
comment on column public.week_attempts.due_at is 'When its load may be tried again.';
comment on column public.week_attempts.amc_answer is 'What AMC answered to the create: status, words, request id.';
comment on column public.week_attempts.cancel_requested_at is 'Since when its execution is to be cancelled, also while that is not known yet.';
comment on column public.week_attempts.watch_until is 'Until when an abandoned attempt is still looked for in AMC''s list.';

create function amc_history.forbid_slot_beyond_cap() returns trigger
language plpgsql security invoker set search_path = ''
as $$
declare
  cap integer;
begin
  select i.max_parallel into cap from public.amc_instances i where i.id = new.instance_id;
  if new.slot > cap then
    raise exception 'Slot % of instance % does not exist: expected 1 to %.', new.slot, new.instance_id, cap
      using errcode = '23514', constraint = 'slot_is_within_the_cap';
  end if;
  return new;
end;
$$;
comment on function amc_history.forbid_slot_beyond_cap() is 'Refuses an attempt beyond the instance''s max_parallel places.';
revoke execute on function amc_history.forbid_slot_beyond_cap() from public, anon, authenticated;
create trigger forbid_slot_beyond_cap before insert on public.week_attempts
  for each row when (new.state <> 'ended') execute function amc_history.forbid_slot_beyond_cap();

create function amc_history.forbid_attempt_revival() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  raise exception 'Attempt % ended as %: expected it to stay so.', old.id, old.outcome
    using errcode = '23514', constraint = 'ended_is_final';
end;
$$;
comment on function amc_history.forbid_attempt_revival() is 'Refuses to bring an ended attempt back, or to take an attempt''s execution from it.';
revoke execute on function amc_history.forbid_attempt_revival() from public, anon, authenticated;
create trigger forbid_attempt_revival before update on public.week_attempts
  for each row
  when (old.state = 'ended' and new.state <> 'ended'
    or old.execution_id is not null and new.execution_id is distinct from old.execution_id)
  execute function amc_history.forbid_attempt_revival();

-- Loads ---------------------------------------------------------------------------------------------

create table public.result_loads (
  id uuid primary key default gen_random_uuid(),
  execution_id text not null references public.workflow_executions (id) on delete cascade,
  fence integer not null,
  table_name text not null,
  header text[] not null,
  complete boolean not null default false,
  files integer,
  segment_bytes bigint not null default 67108864
    constraint segment_bytes_are_positive check (segment_bytes > 0),
  file integer not null default 0,
  byte_offset bigint not null default 0,
  etag text,
  line_end text constraint line_end_is_known check (line_end in ('LF', 'CRLF')),
  lines bigint not null default 0,
  records bigint not null default 0,
  bytes bigint not null default 0,
  digests text[] not null default '{}',
  uncast jsonb not null default '{}',
  checksum text,
  summary jsonb,
  started_at timestamptz not null default amc_history.clock_now(),
  completed_at timestamptz,
  constraint complete_is_dated check (complete = (completed_at is not null)),
  constraint complete_has_a_summary check (not complete or (summary is not null and checksum is not null)),
  constraint cursor_is_within_the_files check (file between 0 and files),
  -- Whoever goes on in the middle of a file must be able to tell that it is still the same one.
  constraint cursor_within_a_file_has_its_etag check (byte_offset = 0 or etag is not null)
);
create unique index one_complete_load_per_execution on public.result_loads (execution_id) where complete;
create index result_loads_execution_id_idx on public.result_loads (execution_id);
comment on table public.result_loads is 'Fillings of a result from an execution. Rows of an incomplete one are never shown.';
comment on column public.result_loads.fence is 'The attempt''s fence when the load began.';
comment on column public.result_loads.table_name is 'The table in amc_results that its rows are in.';
comment on column public.result_loads.header is 'Column names as in the file.';
comment on column public.result_loads.files is 'How many files the result has.';
comment on column public.result_loads.segment_bytes is
  'A segment ends with the first record that reaches so many bytes from its start, or with its file.';
comment on column public.result_loads.file is 'Cursor: how many files are in.';
comment on column public.result_loads.byte_offset is 'Cursor: bytes of the next file that are in.';
comment on column public.result_loads.etag is 'Cursor: the next file''s entity tag, where some of it is in.';
comment on column public.result_loads.line_end is 'Cursor: how the next file''s lines end, where some of it is in.';
comment on column public.result_loads.lines is 'Cursor: lines of the next file that are in, its header''s too.';
comment on column public.result_loads.records is 'Cursor: rows that are in.';
comment on column public.result_loads.bytes is 'Cursor: bytes of all files that are in, headers too.';
comment on column public.result_loads.digests is 'SHA-256 of each segment that is in, in hex and in order.';
comment on column public.result_loads.uncast is 'Cells that do not cast to their column''s type, by column: {"column": n}.';
comment on column public.result_loads.checksum is
  'SHA-256 in hex: of the file''s bytes if one segment was all; else of the segments'' digests in order, then - and their number.';

create function amc_history.require_complete_load() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  if exists (select from public.week_attempts a
      where a.week_id = new.id and a.kind <> 'external'
        and (a.execution_id = new.execution_id or new.execution_id is null and a.state <> 'ended'))
    and not exists (select from public.result_loads l where l.execution_id = new.execution_id and l.complete) then
    raise exception 'Week % cannot show execution %: expected a complete load of it.', new.id, new.execution_id
      using errcode = '23514', constraint = 'completed_has_a_complete_load';
  end if;
  return new;
end;
$$;
comment on function amc_history.require_complete_load() is
  'Refuses to complete a collected week, or to change what it shows, before all of the result is in.';
revoke execute on function amc_history.require_complete_load() from public, anon, authenticated;
create trigger require_complete_load before update of status, execution_id on public.report_data_weeks
  for each row
  when (new.status = 'completed'
    and (old.status <> 'completed' or old.execution_id is distinct from new.execution_id))
  execute function amc_history.require_complete_load();

-- What happened, and what someone should look at -------------------------------------------------------

create table public.tracking_events (
  id bigint generated always as identity primary key,
  happened_at timestamptz not null default amc_history.clock_now(),
  event text not null,
  instance_id text,
  collection_id uuid,
  week_id uuid,
  attempt_id uuid,
  execution_id text,
  detail jsonb
);
create index tracking_events_week_id_idx on public.tracking_events (week_id, happened_at);
create index tracking_events_happened_at_idx on public.tracking_events (happened_at);
comment on table public.tracking_events is
  'What happened to the tracking of executions. Kept without foreign keys, so that it outlives what it tells of.';

create table public.tracking_alerts (
  id bigint generated always as identity primary key,
  code text not null,
  message text not null,
  instance_id text references public.amc_instances (id) on delete cascade,
  week_id uuid references public.report_data_weeks (id) on delete cascade,
  detail jsonb,
  times integer not null default 1,
  raised_at timestamptz not null default amc_history.clock_now(),
  last_raised_at timestamptz not null default amc_history.clock_now(),
  resolved_at timestamptz
);
create unique index one_open_alert_of_a_kind on public.tracking_alerts (code, instance_id, week_id)
  nulls not distinct where resolved_at is null;
create index tracking_alerts_instance_id_idx on public.tracking_alerts (instance_id);
create index tracking_alerts_week_id_idx on public.tracking_alerts (week_id);
comment on table public.tracking_alerts is 'What a person should look at. One open row for each code, instance and week.';
comment on column public.tracking_alerts.times is 'How often it was raised since it was opened.';

create function amc_history.record_event(
  event text, attempt public.week_attempts, week public.report_data_weeks,
  execution_id text default null, detail jsonb default null
) returns void
language plpgsql security invoker set search_path = ''
as $$
begin
  insert into public.tracking_events
    (event, instance_id, collection_id, week_id, attempt_id, execution_id, detail)
  values (record_event.event, (record_event.week).instance_id, (record_event.week).collection_id,
    (record_event.week).id, (record_event.attempt).id, record_event.execution_id, record_event.detail);
end;
$$;
comment on function amc_history.record_event(text, public.week_attempts, public.report_data_weeks, text, jsonb) is
  'Writes one tracking event about an attempt (or null) of a week.';

create function amc_history.raise_alert(
  code text, message text, instance_id text, week_id uuid default null, detail jsonb default null
) returns void
language sql security invoker set search_path = ''
as $$
  insert into public.tracking_alerts (code, message, instance_id, week_id, detail)
  values (raise_alert.code, raise_alert.message, raise_alert.instance_id, raise_alert.week_id, raise_alert.detail)
  on conflict (code, instance_id, week_id) where resolved_at is null
  do update set times = tracking_alerts.times + 1, message = excluded.message, detail = excluded.detail,
    last_raised_at = amc_history.clock_now();
$$;
comment on function amc_history.raise_alert(text, text, text, uuid, jsonb) is
  'Opens an alert for a person, or counts it up if the same one is open.';
revoke execute on function amc_history.record_event(text, public.week_attempts, public.report_data_weeks, text, jsonb)
  from public, anon, authenticated;
revoke execute on function amc_history.raise_alert(text, text, text, uuid, jsonb) from public, anon, authenticated;
grant execute on function amc_history.record_event(text, public.week_attempts, public.report_data_weeks, text, jsonb)
  to service_role;
grant execute on function amc_history.raise_alert(text, text, text, uuid, jsonb) to service_role;

-- Who may read what ---------------------------------------------------------------------------------

alter table public.workflow_executions enable row level security;
alter table public.week_attempts enable row level security;
alter table public.result_loads enable row level security;
alter table public.tracking_events enable row level security;
alter table public.tracking_alerts enable row level security;

create policy "owners read their executions" on public.workflow_executions
  for select to authenticated using (exists (select from public.report_data_weeks w where w.id = week_id));
create policy "owners read their attempts" on public.week_attempts
  for select to authenticated using (exists (select from public.report_data_weeks w where w.id = week_id));
create policy "owners read their loads" on public.result_loads
  for select to authenticated using (exists (select from public.workflow_executions e where e.id = execution_id));
create policy "owners read their events" on public.tracking_events
  for select to authenticated
  using (collection_id in (select c.id from public.report_data_collections c where c.owner_id = (select auth.uid())));
create policy "members read their instances' alerts" on public.tracking_alerts
  for select to authenticated
  using (instance_id in (select m.instance_id from public.amc_instance_members m where m.user_id = (select auth.uid()))
    and (week_id is null or exists (select from public.report_data_weeks w where w.id = week_id)));

revoke all on public.workflow_executions, public.week_attempts, public.result_loads,
  public.tracking_events, public.tracking_alerts from anon, authenticated, service_role;
grant select on public.workflow_executions, public.week_attempts, public.result_loads,
  public.tracking_events, public.tracking_alerts to authenticated;
grant select, insert, update, delete on public.workflow_executions, public.week_attempts,
  public.result_loads, public.tracking_events, public.tracking_alerts to service_role;
