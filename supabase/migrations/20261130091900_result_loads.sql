-- Loads: each fills the rows of one result from one execution. The cursor tells how far it is.

create table public.result_loads (
  id uuid primary key default gen_random_uuid(),
  execution_id text not null references public.workflow_executions (id) on delete cascade,
  instance_id text not null,
  fence integer not null,
  table_name text not null,
  header text[] not null,
  columns text[],
  complete boolean not null default false,
  files integer,
  file_ids text[],
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
  checked_lines bigint not null default 0,
  cells_checked_at timestamptz,
  filtered_records bigint,
  checksum text,
  summary jsonb,
  started_at timestamptz not null default amc_history.clock_now(),
  completed_at timestamptz,
  constraint columns_fit_header check (cardinality(columns) = cardinality(header)),
  constraint complete_is_dated check (complete = (completed_at is not null)),
  constraint complete_has_a_summary check (not complete or (summary is not null and checksum is not null)),
  constraint cursor_is_within_the_files check (file between 0 and files),
  -- A worker that resumes in the middle of a file must be able to tell that it is still the same file.
  constraint cursor_within_a_file_has_its_etag check (byte_offset = 0 or etag is not null)
);

create unique index one_complete_load_per_execution on public.result_loads (execution_id) where complete;
create index result_loads_execution_id_idx on public.result_loads (execution_id);
create index result_loads_to_check_idx on public.result_loads (completed_at)
  where complete and cells_checked_at is null;

comment on table public.result_loads is
  'Loads of results, each from one execution. No view shows the rows of an incomplete one.';
comment on column public.result_loads.instance_id is
  'The execution''s instance, copied so that its policy asks one question per query.';
comment on column public.result_loads.fence is 'The attempt''s fence when the load began.';
comment on column public.result_loads.table_name is 'The table in amc_results that its rows are in.';
comment on column public.result_loads.header is 'Column names as in the file.';
comment on column public.result_loads.columns is
  'The results table''s columns for them, in the order of the file; null: all of the table''s, in its order.';
comment on column public.result_loads.files is 'How many files the result has.';
comment on column public.result_loads.file_ids is
  $$What identifies each file, in the order in which they are loaded: SHA-256 in hex of its link without the signature.
Where AMC names other files, or in another order, the load begins anew.$$;
comment on column public.result_loads.segment_bytes is
  'A segment ends with the first record that reaches so many bytes from its start, or with its file.';
comment on column public.result_loads.file is 'Cursor: files that are loaded.';
comment on column public.result_loads.byte_offset is 'Cursor: bytes of the next file that are loaded.';
comment on column public.result_loads.etag is 'Cursor: the next file''s entity tag, if some of it is loaded.';
comment on column public.result_loads.line_end is 'Cursor: how the next file''s lines end, if some of it is loaded.';
comment on column public.result_loads.lines is 'Cursor: lines of the next file that are loaded, its header''s too.';
comment on column public.result_loads.records is 'Cursor: rows that are loaded.';
comment on column public.result_loads.bytes is 'Cursor: bytes of all files that are loaded, headers too.';
comment on column public.result_loads.digests is 'SHA-256 of each loaded segment, in hex and in order.';
comment on column public.result_loads.uncast is
  'Cells that do not fit their column''s type, by column: {"column": n}.';
comment on column public.result_loads.checked_lines is
  'How many rows were looked at for uncast; it counts the cells of those.';
comment on column public.result_loads.checksum is
  $$SHA-256 in hex: of the file's bytes if there was one segment; else of the segments' digests in order, then - and
their number.$$;
comment on column public.result_loads.cells_checked_at is
  'When the cells that do not fit their column''s type were counted; null until then.';
comment on column public.result_loads.filtered_records is
  'Rows that AMC marks as filtered for privacy, in its column filtered; null if the result has no such column.';

alter table public.result_loads enable row level security;

create function amc_history.set_load_instance() returns trigger
language plpgsql set search_path = ''
as $$
begin
  select e.instance_id into new.instance_id from public.workflow_executions e where e.id = new.execution_id;
  return new;
end;
$$;
comment on function amc_history.set_load_instance() is 'Copies the instance of a load''s execution to the load.';
create trigger set_load_instance before insert or update of execution_id, instance_id on public.result_loads
  for each row execute function amc_history.set_load_instance();

create function amc_history.require_complete_load() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if exists (select from public.week_attempts a
      where a.week_id = new.id and a.kind <> 'external'
        and (a.execution_id = new.execution_id or new.execution_id is null and a.is_live))
    and not exists (select from public.result_loads l where l.execution_id = new.execution_id and l.complete) then
    raise exception 'Week % cannot show execution %: expected a complete load of it.', new.id, new.execution_id
      using errcode = '23514', constraint = 'completed_has_a_complete_load';
  end if;
  return new;
end;
$$;
comment on function amc_history.require_complete_load() is
  'Refuses to complete a collected week, or to change what it shows, before the whole result is loaded.';
create trigger require_complete_load before update of status, execution_id on public.report_data_weeks
  for each row
  when (new.status = 'completed'
    and (old.status <> 'completed' or old.execution_id is distinct from new.execution_id))
  execute function amc_history.require_complete_load();

create function amc_history.apply_column_types() returns trigger
language plpgsql security definer set search_path = '' set lock_timeout = '5s'
as $$
declare
  told jsonb := (select e.output_columns from public.workflow_executions e where e.id = new.execution_id);
  target amc_history.result_tables;
begin
  -- Two first loads meet only here: the second finds the types that the first has set.
  update amc_history.result_tables t set types = amc_history.column_types(t.header, told)
    where t.table_name = new.table_name and t.types is null
      and amc_history.column_types(t.header, told) is not null
    returning * into target;
  if not found then
    return null;
  end if;
  update public.amc_workflows f set output_columns = told
  where f.instance_id = target.instance_id and f.id = target.workflow_id and f.output_columns is null;
  perform amc_history.create_result_views(target);
  return null;
exception
  -- The result matters more than its types: the next load sets them.
  when dependent_objects_still_exist or lock_not_available then
    perform amc_history.raise_alert('types_not_applied', format(
      'AMC named the types of the columns of public.results_%s, but other objects depend on the view, so its columns '
      'stay text: %s Drop what depends on it; the next load creates the view with its types.',
      new.table_name, sqlerrm), new.instance_id);
    return null;
end;
$$;
comment on function amc_history.apply_column_types() is
  $$Gives a workflow version's view its types as soon as an execution carries AMC's outputColumns: when a load begins,
or at the latest in the transaction that completes it. Definer: whoever writes loads need not own the views.$$;
create trigger apply_column_types after insert or update of complete on public.result_loads
  for each row execute function amc_history.apply_column_types();

create function amc_history.lines_at_once(records bigint, bytes bigint) returns bigint
language plpgsql stable set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
begin
  return greatest(1, least(allowed.rows_at_once,
    floor(allowed.bytes_at_once::numeric * lines_at_once.records / nullif(lines_at_once.bytes, 0))))::bigint;
end;
$$;
comment on function amc_history.lines_at_once(bigint, bigint) is
  $$How many rows of a result with so many records and bytes one run of a job may check or delete: rows_at_once, or
those of bytes_at_once if they are fewer (amc_history.allowances); at least one.$$;

create table amc_history.dropped_loads (
  load_id uuid primary key,
  table_name text not null references amc_history.result_tables (table_name) on delete cascade,
  records bigint not null,
  bytes bigint not null,
  line bigint not null default 0,
  dropped_at timestamptz not null default amc_history.clock_now()
);
create index dropped_loads_table_name_idx on amc_history.dropped_loads (table_name);
create index dropped_loads_dropped_at_idx on amc_history.dropped_loads (dropped_at);

comment on table amc_history.dropped_loads is
  $$Loads that were deleted and whose rows are still to be. No view shows them: rows without a load are nobody's.$$;
comment on column amc_history.dropped_loads.records is 'Rows that were loaded.';
comment on column amc_history.dropped_loads.bytes is 'Bytes of the files that they came from.';
comment on column amc_history.dropped_loads.line is 'Rows up to this line are deleted.';

alter table amc_history.dropped_loads enable row level security;

create function amc_history.record_dropped_load() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- A load whose table is gone, or is going in the same statement, leaves no rows.
  insert into amc_history.dropped_loads (load_id, table_name, records, bytes)
  select old.id, t.table_name, old.records, old.bytes from amc_history.result_tables t
  where t.table_name = old.table_name;
  perform amc_history.end_stoppage('job', job || '/' || old.id)
  from unnest(array['amc-history-check', 'amc-history-prune']) job;
  return old;
end;
$$;
comment on function amc_history.record_dropped_load() is
  $$Leaves the rows of a load that is deleted to amc_history.delete_dropped_rows, since millions take minutes; and ends
what its jobs were held up by. Rows have no foreign key to their load: its check would run for each row of a COPY.
Definer: whoever may delete a load need not be allowed to write results.$$;
create trigger record_dropped_load before delete on public.result_loads
  for each row execute function amc_history.record_dropped_load();

create function amc_history.end_deletion_stoppage() returns trigger
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.end_stoppage('job', 'amc-history-delete/' || old.load_id);
  return null;
end;
$$;
comment on function amc_history.end_deletion_stoppage() is
  'Ends what the deletion of a load''s rows was held up by, once they are gone, or their table is.';
create trigger end_deletion_stoppage after delete on amc_history.dropped_loads
  for each row execute function amc_history.end_deletion_stoppage();

create function amc_history.protect_shown_load() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- A week that is deleted with everything that hangs on it is gone by now.
  if exists (select from public.report_data_weeks w
      where w.execution_id = old.execution_id and w.status = 'completed') then
    raise exception 'Load % is the result that its week shows: expected it to stay.', old.id
      using errcode = '23514', constraint = 'shown_load_is_kept', hint = 'Restate the week, or delete its collection.';
  end if;
  return old;
end;
$$;
comment on function amc_history.protect_shown_load() is
  'Refuses to delete the load whose rows a week shows. Definer: whoever deletes a load may not see the week.';
create trigger protect_shown_load before delete on public.result_loads
  for each row when (old.complete) execute function amc_history.protect_shown_load();
