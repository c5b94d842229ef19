-- Collections and their weeks, as they were before executions were tracked.
--
-- A collection is the history of one query: a workflow version with its parameters, by weeks that begin on one weekday
-- in one zone. A week is a window of seven days of it.
-- Everything that follows (executions, attempts, loads) belongs to a week.

create function amc_history.parameter_value_fault(given jsonb) returns text
language sql immutable set search_path = ''
as $$
  select case
    when count(*) > 50 then 'too_many_parameters'
    when max(octet_length(v.value::text)) > 4000 then 'parameter_value_too_large'
    when octet_length(parameter_value_fault.given::text) > 10000 then 'parameter_values_too_large'
    when not coalesce(bool_and(jsonb_typeof(v.value) = 'string' or jsonb_typeof(v.value) = 'array'
      and not v.value @? 'strict $[*] ? (@.type() != "string")'), true) then 'parameter_value_not_text'
  end
  from jsonb_each(case jsonb_typeof(parameter_value_fault.given) when 'object' then parameter_value_fault.given
    else '{}' end) v;
$$;
comment on function amc_history.parameter_value_fault(jsonb) is
  $$What is wrong with a collection's parameter values, as a code; null if nothing is: at most 50 of them
(too_many_parameters), each of at most 4,000 bytes (parameter_value_too_large), 10,000 in all
(parameter_values_too_large), each a text, or a list of texts for an ARRAY (parameter_value_not_text: SPEC, H for
texts; docs, M for lists). Every execution of AMC's list repeats them: their size, times the weeks, is the list's.$$;

create table public.report_data_collections (
  id uuid primary key default gen_random_uuid(),
  created_by uuid,
  instance_id text not null,
  workflow_id text not null,
  series_view text not null,
  name text
    constraint collection_name_is_short check (char_length(name) between 1 and 200),
  imported_from text
    constraint imported_from_is_short check (char_length(imported_from) between 1 and 200),
  start_date date not null,
  end_date date not null,
  week_starts_on text not null default 'monday',
  time_zone text not null default 'UTC'
    constraint time_zone_is_short check (char_length(time_zone) between 1 and 100),
  parameter_values jsonb not null default '{}'
    constraint parameter_values_is_an_object check (jsonb_typeof(parameter_values) = 'object')
    constraint parameter_values_are_limited check (amc_history.parameter_value_fault(parameter_values) is null),
  parameters_hash text not null generated always as (md5(parameter_values::text)) stored,
  series text generated always as (amc_history.series_words(week_starts_on, time_zone, parameter_values)) stored,
  restate_weeks integer not null default 0
    constraint restate_weeks_is_sane check (restate_weeks between 0 and 12),
  restate_every_days integer not null default 7
    constraint restate_every_days_is_sane check (restate_every_days between 1 and 90),
  keep_versions integer not null default 3
    constraint keep_versions_is_sane check (keep_versions between 1 and 100),
  last_claimed_at timestamptz,
  keep_current boolean not null default false,
  settle_days integer not null default 14
    constraint settle_days_are_sane check (settle_days between 2 and 60),
  kept_by uuid,
  kept_until date,
  failed_retries integer not null default 0
    constraint failed_retries_is_sane check (failed_retries between 0 and 10),
  paused_at timestamptz,
  archived_at timestamptz
    constraint what_is_archived_is_paused check (archived_at is null or paused_at is not null),
  cancelled_at timestamptz,
  created_at timestamptz not null default amc_history.clock_now(),
  constraint report_data_collections_workflow_fkey foreign key (instance_id, workflow_id)
    references public.amc_workflows (instance_id, id),
  -- One that goes on where another ends may have no week yet.
  constraint range_is_whole_weeks check (end_date >= start_date - 1 and (end_date - start_date + 1) % 7 = 0),
  constraint cancelled_is_not_kept_current check (cancelled_at is null or not keep_current),
  -- Ours of the same query may be, and each new week would run twice.
  constraint imported_is_not_kept_current check (imported_from is null or not keep_current),
  -- Beyond every retention, and within what all who read dates of four digits can read.
  constraint dates_are_sane check (start_date >= '2000-01-01' and end_date < '2100-01-01'),
  constraint week_starts_on_is_a_weekday check (week_starts_on in
    ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')),
  constraint range_starts_on_its_weekday check (extract(isodow from start_date) = array_position(
    array['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'], week_starts_on))
);

-- What came from another system is never the same as one of ours.
create unique index one_collection_of_a_query
  on public.report_data_collections (instance_id, workflow_id, week_starts_on, time_zone, parameters_hash)
  where imported_from is null;
create index report_data_collections_workflow_idx
  on public.report_data_collections (instance_id, workflow_id);
create index report_data_collections_kept_idx on public.report_data_collections (end_date) where keep_current;
create index report_data_collections_to_restate_idx on public.report_data_collections (id) where restate_weeks > 0;

comment on table public.report_data_collections is
  $$Histories of queries: one row for each workflow version, first weekday, zone and parameter values of an instance
(one_collection_of_a_query). Progress and status are derived from the weeks, never kept here.$$;
comment on column public.report_data_collections.created_by is
  $$The user who started it; the id stays once the account is deleted. No foreign key, here as wherever it is kept who
asked: an account is deleted without a lock on what it asked for. Who asked for more since is in collection_requests.$$;
comment on column public.report_data_collections.name is
  'What its members call it: 1 to 200 characters; null for none.';
comment on column public.report_data_collections.imported_from is
  $$From which other system it came; null for one of ours. One that came from elsewhere never counts as the same as one
of ours, whatever its query.$$;
comment on column public.report_data_collections.start_date is
  'First day of the earliest week that was ever asked for.';
comment on column public.report_data_collections.end_date is
  $$Last day of the latest week that was ever asked for, inclusive. Not every week between is asked for: see
week_states.$$;
comment on column public.report_data_collections.time_zone is
  'tz database name in which the weeks begin at 00:00, in its one normal form (amc_history.normal_time_zone).';
comment on column public.report_data_collections.parameters_hash is
  $$MD5 of parameter_values. Equal values have an equal hash: jsonb writes its keys in one order, each text in one
spelling, whatever escapes came, and of equal values only numbers are written in several ways (1 and 1.0), which no
value may be or hold (parameter_values_are_limited). Claims and window keys carry it in place of the values.$$;
comment on column public.report_data_collections.series is
  $$First weekday, zone and parameters in words. Results of different series are not added up.$$;
comment on column public.report_data_collections.last_claimed_at is
  'The collection served longest ago is served first, within an instance and among those of one person.';
comment on column public.report_data_collections.keep_current is
  'Whether each week is added once it has settled, for as long as the collection lives.';
comment on column public.report_data_collections.settle_days is
  $$How many days after its last day a week is added: attribution settles for 14 days (docs, M).$$;
comment on column public.report_data_collections.kept_until is
  $$The last day up to which weeks were added since it is kept current; null before the first. Weeks that somebody asks
for beyond it leave none out.$$;
comment on column public.report_data_collections.kept_by is
  'Who asked for it to be kept current; the id stays once the account is deleted.';
comment on column public.report_data_collections.archived_at is
  'When a person archived it: no new week starts, as while it is paused, and lists may leave it out.';
comment on column public.report_data_collections.failed_retries is
  $$How often the system retries a week whose execution ended at AMC as FAILED. It never retries rejections and
refusals.$$;
comment on column public.report_data_collections.keep_versions is
  'How many results are kept of each week, including the shown one. Older ones are pruned.';
comment on column public.report_data_collections.restate_weeks is
  $$How many of the newest completed weeks are collected again on a schedule; 0 for none. Not those that ended more
than restate_days ago (amc_history.allowances).$$;
comment on column public.report_data_collections.restate_every_days is
  'How many days pass between two collections of such a week.';

alter table public.report_data_collections enable row level security;

create function amc_history.is_final_week_status(status text) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  return is_final_week_status.status in ('completed', 'failed', 'skipped', 'cancelled');
end;
$$;
comment on function amc_history.is_final_week_status(text) is
  'Whether a week with this status is finished. Queries of report_data_weeks read finished_at, which says the same.';

create function amc_history.local_midnight(day date) returns text
-- to_char is marked stable for its patterns that name months and days in the reader's language. This has none.
language plpgsql immutable set search_path = ''
as $$
begin
  return to_char(local_midnight.day, 'YYYY-MM-DD"T00:00:00"');
end;
$$;
comment on function amc_history.local_midnight(date) is
  'The start of a day as AMC takes times of a window: local, without a zone.';

create table public.report_data_weeks (
  id uuid primary key default gen_random_uuid(),
  collection_id uuid not null references public.report_data_collections (id) on delete cascade,
  instance_id text not null,
  requested_by uuid,
  week_start_date date not null,
  week_end_date date not null,
  time_window_start text not null
    generated always as (amc_history.local_midnight(week_start_date)) stored,
  time_window_end text not null
    generated always as (amc_history.local_midnight(week_start_date + 7)) stored,
  status text not null default 'pending'
    constraint status_is_known check (status in
      ('pending', 'running', 'completed', 'failed', 'skipped', 'cancelled')),
  data jsonb,
  due_at timestamptz,
  surveyed_at timestamptz,
  refused_at timestamptz,
  failed_creates integer not null default 0
    constraint failed_creates_is_not_negative check (failed_creates >= 0),
  error_count integer not null default 0
    constraint error_count_is_not_negative check (error_count >= 0),
  error_code text,
  error_message text,
  started_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default amc_history.clock_now(),
  updated_at timestamptz not null default amc_history.clock_now(),
  unique (collection_id, week_start_date),
  constraint week_is_seven_days check (week_end_date = week_start_date + 6),
  constraint finished_at_matches_status check
    ((finished_at is not null) = amc_history.is_final_week_status(status)),
  constraint refused_week_waits check (refused_at is null or due_at is not null),
  constraint only_open_weeks_are_due check (due_at is null or status in ('pending', 'running', 'completed'))
);

create index report_data_weeks_due_idx
  on public.report_data_weeks (instance_id, due_at, week_start_date) where due_at is not null;
create index report_data_weeks_open_idx
  on public.report_data_weeks (instance_id, collection_id) where finished_at is null;
create index report_data_weeks_due_of_collection_idx
  on public.report_data_weeks (instance_id, collection_id, due_at, week_start_date) where due_at is not null;
create index report_data_weeks_requested_by_idx on public.report_data_weeks (requested_by, finished_at);
create index report_data_weeks_refused_idx on public.report_data_weeks (collection_id) where refused_at is not null;
create index report_data_weeks_to_survey_idx on public.report_data_weeks (instance_id, collection_id)
  where surveyed_at is null and due_at is not null;

comment on table public.report_data_weeks is
  'Weeks of a collection: half-open windows [week_start_date 00:00, week_end_date + 1 day 00:00) in its time zone.';
comment on column public.report_data_weeks.requested_by is
  $$Who asked for it last: by the request that made it, or by reopening, retrying or restating it. The id stays once
the account is deleted. Null where no person asked.$$;
comment on column public.report_data_weeks.week_end_date is 'Last day of the week, inclusive.';
comment on column public.report_data_weeks.time_window_start is
  'The week''s first moment as AMC takes it: local time without a zone, 2025-01-06T00:00:00 (captured, H).';
comment on column public.report_data_weeks.time_window_end is
  'The first moment after the week, in the same form: AMC''s windows are half-open.';
comment on column public.report_data_weeks.data is
  'Summary of the result: columns, rows, bytes, first rows. The rows themselves are in the view of the workflow.';
comment on column public.report_data_weeks.error_code is 'Why the week failed or last had to wait, as a stable code.';
comment on column public.report_data_weeks.error_message is 'The same in words: AMC''s own where AMC said why.';
comment on column public.report_data_weeks.started_at is 'When the week first became running.';
comment on column public.report_data_weeks.finished_at is 'When the week reached its terminal status; null before.';
comment on column public.report_data_weeks.instance_id is
  'The collection''s instance, copied so that the due weeks of one instance are one index range.';
comment on column public.report_data_weeks.due_at is
  $$From when the next attempt may start; null if none is wanted; infinity while the week is held. A completed week is
due when it is to be restated.$$;
comment on column public.report_data_weeks.error_count is 'Errors so far. Waiting is no error.';
comment on column public.report_data_weeks.surveyed_at is
  $$When AMC's list was read for an execution of the week that the database does not know. Until then nothing is created
for it: a database that was restored from a backup does not run again what AMC has.$$;
comment on column public.report_data_weeks.refused_at is
  $$When AMC refused its create, while nobody knows yet whether it refuses the collection's other weeks too. Until then,
or until refusal_wait is over (amc_history.allowances), the week waits and has not failed.$$;
comment on column public.report_data_weeks.failed_creates is
  $$Creates in a row that brought no execution. With create_tries of them (amc_history.allowances) the week is held.
Those that met a limit of AMC, or were not sent, do not count.$$;

alter table public.report_data_weeks enable row level security;

create function amc_history.forbid_misplaced_week() returns trigger
language plpgsql set search_path = ''
as $$
declare
  collection public.report_data_collections;
begin
  select * into collection from public.report_data_collections c where c.id = new.collection_id;
  if found and (new.week_start_date < collection.start_date or new.week_end_date > collection.end_date
      or (new.week_start_date - collection.start_date) % 7 <> 0) then
    raise exception 'Week % is not a week of its collection: expected every seventh day from % to %.',
      new.week_start_date, collection.start_date, collection.end_date
      using errcode = '23514', constraint = 'week_lies_in_its_collection';
  end if;
  return new;
end;
$$;
comment on function amc_history.forbid_misplaced_week() is
  $$Refuses a week that does not lie in its collection's range, a whole number of weeks after its start: so the
weeks never overlap.$$;
create trigger forbid_misplaced_week before insert or update of collection_id, week_start_date, week_end_date
  on public.report_data_weeks for each row execute function amc_history.forbid_misplaced_week();

create function amc_history.set_week_instance() returns trigger
language plpgsql set search_path = ''
as $$
begin
  select c.instance_id into new.instance_id
    from public.report_data_collections c where c.id = new.collection_id;
  return new;
end;
$$;
comment on function amc_history.set_week_instance() is 'Copies the instance of a week''s collection to the week.';
create trigger set_week_instance before insert or update of collection_id, instance_id
  on public.report_data_weeks for each row execute function amc_history.set_week_instance();

create function amc_history.set_week_timestamps() returns trigger
language plpgsql set search_path = ''
as $$
declare
  now_at timestamptz := amc_history.clock_now();
begin
  new.updated_at := now_at;
  if new.due_at is null then
    new.refused_at := null;
  end if;
  if new.status = 'running' then
    new.started_at := coalesce(new.started_at, now_at);
  end if;
  new.finished_at := case
    when amc_history.is_final_week_status(new.status) then coalesce(new.finished_at, now_at)
  end;
  return new;
end;
$$;
comment on function amc_history.set_week_timestamps() is
  $$Sets updated_at, started_at and finished_at as the status demands, whoever writes it. A week that is not due waits
for no other week's refusal.$$;
create trigger set_week_timestamps before insert or update on public.report_data_weeks
  for each row execute function amc_history.set_week_timestamps();
