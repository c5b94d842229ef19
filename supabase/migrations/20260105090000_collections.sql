-- Collections and their weeks, as they were before executions were tracked.
--
-- An instance is an AMC instance. A workflow is a saved AMC query whose text never changes. A collection
-- is one request to collect a range of weeks of one workflow; a week is a window of seven days of it.
-- Everything that follows (executions, attempts, loads) hangs on the weeks made here.

create schema amc_history;
comment on schema amc_history is
  'Helpers that the API must not reach: functions with their owner''s rights, triggers, the clock.';
revoke all on schema amc_history from public;
grant usage on schema amc_history to authenticated, service_role;

-- The clock ---------------------------------------------------------------------------------------

-- Stable, though the clock goes on within a statement: so that "due by now" can be the bound of an index range.
-- PL/pgSQL, as are all functions that every report calls: it keeps plans for the session, while a function in SQL
-- that is not inlined is planned anew in each query (PostgreSQL before 18).
create function amc_history.clock_now() returns timestamptz
language plpgsql stable security invoker set search_path = ''
as $$
begin
  return coalesce(nullif(current_setting('amc_history.clock', true), '')::timestamptz, clock_timestamp());
end;
$$;
comment on function amc_history.clock_now() is
  'The time by which every wait, lease and timestamp is measured. A test owns it by setting amc_history.clock in its session; otherwise it is the database''s clock.';
revoke execute on function amc_history.clock_now() from public, anon, authenticated;
grant execute on function amc_history.clock_now() to authenticated, service_role;

-- Instances and who may use them --------------------------------------------------------------------

create table public.amc_instances (
  id text primary key
    constraint instance_id_is_well_formed check (id ~ '^[A-Za-z0-9_-]{3,64}$'),
  name text,
  entity_id text not null
    constraint entity_id_is_well_formed check (entity_id ~ '^[A-Za-z0-9]{3,64}$'),
  marketplace_id text not null
    constraint marketplace_id_is_well_formed check (marketplace_id ~ '^[A-Z0-9]{3,32}$'),
  region text not null
    constraint region_is_known check (region in ('NA', 'EU', 'FE')),
  credential_name text not null,
  credential_version integer not null default 1,
  created_at timestamptz not null default amc_history.clock_now()
);
comment on table public.amc_instances is 'AMC instances, one row each, however many people use them.';
comment on column public.amc_instances.id is 'AMC''s own instance id, such as amcr1aaaa1a.';
comment on column public.amc_instances.entity_id is
  'AMC account id, sent as Amazon-Advertising-API-AdvertiserId (SPEC, H).';
comment on column public.amc_instances.marketplace_id is
  'Sent as Amazon-Advertising-API-MarketplaceId (SPEC, H).';
comment on column public.amc_instances.region is 'Which regional host is called: NA, EU or FE.';
comment on column public.amc_instances.credential_name is
  'Name of the Vault secret that holds the Login with Amazon credential. The secret itself is never in this table.';
comment on column public.amc_instances.credential_version is
  'Raised when another credential is stored under the name: who reports that Amazon refused an earlier one is late.';

create table public.amc_instance_members (
  instance_id text not null references public.amc_instances (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  added_at timestamptz not null default amc_history.clock_now(),
  primary key (instance_id, user_id)
);
create index amc_instance_members_user_id_idx on public.amc_instance_members (user_id);
comment on table public.amc_instance_members is 'Who may collect from an instance.';

-- Workflows -----------------------------------------------------------------------------------------

create table public.amc_workflows (
  instance_id text not null references public.amc_instances (id) on delete cascade,
  id text not null
    constraint workflow_id_is_well_formed check (id ~ '^[A-Za-z0-9._-]{1,128}$'),
  name text not null
    constraint workflow_name_is_short check (char_length(name) between 1 and 100),
  sql_query text not null
    constraint sql_query_is_not_empty check (char_length(btrim(sql_query)) > 0),
  parameters jsonb not null default '[]'
    constraint parameters_is_an_array check (jsonb_typeof(parameters) = 'array'),
  output_format jsonb not null
    default '{"separatorCharacter": ",", "quoteCharacter": "\"", "escapeCharacter": "\""}',
  output_columns jsonb,
  saved_at timestamptz,
  created_at timestamptz not null default amc_history.clock_now(),
  primary key (instance_id, id)
);
comment on table public.amc_workflows is
  'Saved AMC queries. A version never changes: another text is another row with another id.';
comment on column public.amc_workflows.id is
  'AMC''s workflowId: the name, and a hash of everything that decides the result.';
comment on column public.amc_workflows.parameters is
  'Declared inputParameters, as AMC takes them (SPEC, H): [{name, dataType, columnType, defaultValue}].';
comment on column public.amc_workflows.output_format is
  'Always sent to AMC, whose defaults are not documented, so that the form of a result is known.';
comment on column public.amc_workflows.output_columns is 'AMC''s outputColumns, once an execution told them.';
comment on column public.amc_workflows.saved_at is 'When the workflow was saved at AMC; null until then.';

create function amc_history.set_workflow_version_id() returns trigger
language plpgsql security invoker set search_path = ''
as $$
declare
  stem text := btrim(left(regexp_replace(lower(new.name), '[^a-z0-9]+', '-', 'g'), 40), '-');
  digest text := encode(sha256(convert_to(
    jsonb_build_array(new.sql_query, new.parameters, new.output_format)::text, 'UTF8')), 'hex');
begin
  new.id := coalesce(nullif(stem, ''), 'workflow') || '-' || left(digest, 12);
  return new;
end;
$$;
comment on function amc_history.set_workflow_version_id() is
  'Gives a workflow its AMC id: a readable stem and a hash of SQL, parameters and output format, so that one id always means one result.';
revoke execute on function amc_history.set_workflow_version_id() from public, anon, authenticated;
create trigger set_workflow_version_id before insert on public.amc_workflows
  for each row execute function amc_history.set_workflow_version_id();

create function amc_history.forbid_workflow_version_change() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  raise exception 'A workflow version never changes: expected % to stay as it is.', old.id
    using errcode = '23514', hint = 'Save the changed query as a new version with save_workflow.';
end;
$$;
comment on function amc_history.forbid_workflow_version_change() is 'Refuses a change of what decides a workflow''s result.';
revoke execute on function amc_history.forbid_workflow_version_change() from public, anon, authenticated;
create trigger forbid_workflow_version_change before update on public.amc_workflows
  for each row
  when ((old.instance_id, old.id, old.sql_query, old.parameters, old.output_format)
    is distinct from (new.instance_id, new.id, new.sql_query, new.parameters, new.output_format))
  execute function amc_history.forbid_workflow_version_change();

-- Collections ---------------------------------------------------------------------------------------

create table public.report_data_collections (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid references auth.users (id) on delete set null,
  instance_id text not null,
  workflow_id text not null,
  start_date date not null,
  end_date date not null,
  week_starts_on text not null default 'monday',
  time_zone text not null default 'UTC',
  parameter_values jsonb not null default '{}'
    constraint parameter_values_is_an_object check (jsonb_typeof(parameter_values) = 'object'),
  idempotency_key text
    constraint idempotency_key_is_short check (char_length(idempotency_key) between 1 and 200),
  request_hash text,
  paused_at timestamptz,
  cancelled_at timestamptz,
  created_at timestamptz not null default amc_history.clock_now(),
  constraint report_data_collections_workflow_fkey foreign key (instance_id, workflow_id)
    references public.amc_workflows (instance_id, id),
  constraint range_is_whole_weeks check (end_date > start_date and (end_date - start_date + 1) % 7 = 0),
  constraint week_starts_on_is_a_weekday check (week_starts_on in
    ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')),
  constraint range_starts_on_its_weekday check (extract(isodow from start_date) = array_position(
    array['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'], week_starts_on))
);
create unique index report_data_collections_idempotency_key_key
  on public.report_data_collections (owner_id, idempotency_key) where idempotency_key is not null;
create index report_data_collections_owner_id_idx
  on public.report_data_collections (owner_id, request_hash, created_at);
create index report_data_collections_workflow_idx
  on public.report_data_collections (instance_id, workflow_id);
comment on table public.report_data_collections is
  'Requests to collect a range of weeks. Progress and status are derived from the weeks, never kept here.';
comment on column public.report_data_collections.owner_id is
  'Who asked. Null once that user is gone: the history stays.';
comment on column public.report_data_collections.end_date is 'Last day of the last week, inclusive.';
comment on column public.report_data_collections.time_zone is
  'tz database name in which the weeks begin at 00:00.';
comment on column public.report_data_collections.idempotency_key is
  'The caller''s key: the same key answers the same collection.';
comment on column public.report_data_collections.request_hash is
  'Hash of what was asked: the same request within ten minutes answers the same collection.';

-- Weeks ---------------------------------------------------------------------------------------------

create table public.report_data_weeks (
  id uuid primary key default gen_random_uuid(),
  collection_id uuid not null references public.report_data_collections (id) on delete cascade,
  week_start_date date not null,
  week_end_date date not null,
  status text not null default 'pending'
    constraint status_is_known check (status in
      ('pending', 'running', 'completed', 'failed', 'skipped', 'cancelled')),
  data jsonb,
  error_code text,
  error_message text,
  started_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default amc_history.clock_now(),
  updated_at timestamptz not null default amc_history.clock_now(),
  unique (collection_id, week_start_date),
  constraint week_is_seven_days check (week_end_date = week_start_date + 6),
  constraint finished_at_matches_status check
    ((finished_at is not null) = (status in ('completed', 'failed', 'skipped', 'cancelled')))
);
comment on table public.report_data_weeks is
  'Weeks of a collection: half-open windows [week_start_date 00:00, week_end_date + 1 day 00:00) in its time zone.';
comment on column public.report_data_weeks.week_end_date is 'Last day of the week, inclusive.';
comment on column public.report_data_weeks.data is
  'Summary of the result: columns, rows, bytes, first rows. The rows themselves are in the view of the workflow.';
comment on column public.report_data_weeks.error_code is 'Why the week failed or was last put off, as a stable code.';
comment on column public.report_data_weeks.error_message is 'The same in words: AMC''s own where AMC said why.';
comment on column public.report_data_weeks.started_at is 'When the week first became running.';
comment on column public.report_data_weeks.finished_at is 'When the week reached its terminal status; null before.';

create function amc_history.forbid_misplaced_week() returns trigger
language plpgsql security invoker set search_path = ''
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
  'Keeps the weeks of a collection contiguous: each starts a whole number of weeks after the range does and lies inside it.';
revoke execute on function amc_history.forbid_misplaced_week() from public, anon, authenticated;
create trigger forbid_misplaced_week before insert or update of collection_id, week_start_date, week_end_date
  on public.report_data_weeks for each row execute function amc_history.forbid_misplaced_week();

create function amc_history.set_week_timestamps() returns trigger
language plpgsql security invoker set search_path = ''
as $$
declare
  now_at timestamptz := amc_history.clock_now();
begin
  new.updated_at := now_at;
  if new.status = 'running' then
    new.started_at := coalesce(new.started_at, now_at);
  end if;
  new.finished_at := case
    when new.status in ('completed', 'failed', 'skipped', 'cancelled') then coalesce(new.finished_at, now_at)
  end;
  return new;
end;
$$;
comment on function amc_history.set_week_timestamps() is 'Keeps a week''s timestamps in step with its status, whoever writes it.';
revoke execute on function amc_history.set_week_timestamps() from public, anon, authenticated;
create trigger set_week_timestamps before insert or update on public.report_data_weeks
  for each row execute function amc_history.set_week_timestamps();

-- Who may read what ---------------------------------------------------------------------------------

alter table public.amc_instances enable row level security;
alter table public.amc_instance_members enable row level security;
alter table public.amc_workflows enable row level security;
alter table public.report_data_collections enable row level security;
alter table public.report_data_weeks enable row level security;

create policy "members read their instances" on public.amc_instances
  for select to authenticated
  using (id in (select m.instance_id from public.amc_instance_members m where m.user_id = (select auth.uid())));
create policy "users read their own memberships" on public.amc_instance_members
  for select to authenticated using (user_id = (select auth.uid()));
create policy "members read their instances' workflows" on public.amc_workflows
  for select to authenticated
  using (instance_id in (select m.instance_id from public.amc_instance_members m where m.user_id = (select auth.uid())));
create policy "members add workflows to their instances" on public.amc_workflows
  for insert to authenticated
  with check (instance_id in (select m.instance_id from public.amc_instance_members m where m.user_id = (select auth.uid())));
create policy "owners read their collections" on public.report_data_collections
  for select to authenticated using (owner_id = (select auth.uid()));
create policy "owners read their weeks" on public.report_data_weeks
  for select to authenticated
  using (collection_id in (select c.id from public.report_data_collections c where c.owner_id = (select auth.uid())));

revoke all on public.amc_instances, public.amc_instance_members, public.amc_workflows,
  public.report_data_collections, public.report_data_weeks from anon, authenticated, service_role;
grant select on public.amc_instances, public.amc_instance_members, public.amc_workflows,
  public.report_data_collections, public.report_data_weeks to authenticated;
grant insert (instance_id, name, sql_query, parameters) on public.amc_workflows to authenticated;
grant select, insert, update, delete on public.amc_instances, public.amc_instance_members,
  public.amc_workflows, public.report_data_collections, public.report_data_weeks to service_role;
