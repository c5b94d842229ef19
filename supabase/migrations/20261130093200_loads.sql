-- Loads: the bytes of an execution's files become rows of its workflow's results table.
--
-- A load is filled in segments: each is a COPY of some bytes and, in the same transaction, commit_segment, which
-- moves the load's cursor. A worker that stops loses one segment at most, and any other resumes at the cursor.
-- While a segment's bytes arrive, nothing is locked that others need.
-- These functions run on the direct connection, as postgres: no API role may call them.

create function amc_history.lock_load(attempt_id uuid, fence integer) returns public.week_attempts
language plpgsql set search_path = ''
as $$
declare
  attempt public.week_attempts;
begin
  perform from public.report_data_weeks w
    join public.week_attempts a on a.week_id = w.id
    where a.id = lock_load.attempt_id for no key update of w;
  select * into attempt from public.week_attempts a where a.id = lock_load.attempt_id for update;
  if attempt.state is distinct from 'created' or attempt.fence <> lock_load.fence then
    raise exception 'The load of attempt % is no longer this worker''s: expected fence % of a live attempt, got %.',
      lock_load.attempt_id, lock_load.fence, coalesce(attempt.fence || ' (' || attempt.state || ')', 'no attempt')
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has claimed it.';
  end if;
  return attempt;
end;
$$;
comment on function amc_history.lock_load(uuid, integer) is
  $$Locks week and attempt, and answers the attempt. Refuses (AH001, stale_load) a fence that is not the attempt's.$$;

create function amc_history.loader_application_name(load_id uuid, fence integer) returns text
language sql stable set search_path = ''
as $$
  select format('amc-history load %s %s', loader_application_name.load_id, loader_application_name.fence);
$$;
comment on function amc_history.loader_application_name(uuid, integer) is
  'The application_name of a session while it fills a load: a later worker finds an earlier one that hangs by it.';

create function amc_history.end_earlier_loaders(load_id uuid, fence integer) returns integer
language sql volatile set search_path = ''
as $$
  -- The successor's rows would wait for the uncommitted rows of a frozen session, which have the same keys.
  select (count(*) filter (where pg_terminate_backend(a.pid, 5000)))::integer
  from pg_stat_activity a
  where a.datname = current_database() and a.usename = current_user and a.pid <> pg_backend_pid()
    and a.application_name in (
      select amc_history.loader_application_name(end_earlier_loaders.load_id, f)
      from generate_series(1, end_earlier_loaders.fence - 1) f);
$$;
comment on function amc_history.end_earlier_loaders(uuid, integer) is
  $$Ends the sessions that fill this load with an earlier fence, waiting up to 5 s for each. Answers how many.$$;

create function amc_history.copy_statement(load public.result_loads) returns text
language sql stable set search_path = ''
as $$
  select format(
    'copy amc_results.%I (%s) from stdin with (format csv, header false, delimiter %L, quote %L, escape %L)',
    t.table_name,
    (select string_agg(quote_ident(n), ', ' order by i)
      from unnest(coalesce((load).columns, t.columns)) with ordinality as c(n, i)),
    f.output_format ->> 'separatorCharacter', f.output_format ->> 'quoteCharacter',
    f.output_format ->> 'escapeCharacter')
  from amc_history.result_tables t
  join public.amc_workflows f on f.instance_id = t.instance_id and f.id = t.workflow_id
  where t.table_name = (load).table_name;
$$;
comment on function amc_history.copy_statement(public.result_loads) is
  'The COPY that takes records of a load''s files, without header, into its results table, in the order of the file.';

create type amc_history.resumed_load as (load public.result_loads, copy_statement text);
comment on type amc_history.resumed_load is
  'An open load with its cursor, and its COPY statement; both null where none is open (amc_history.resume_load).';

create function amc_history.resume_load(attempt_id uuid, fence integer) returns amc_history.resumed_load
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  load public.result_loads;
begin
  -- Before anything is locked.
  perform amc_history.end_earlier_loaders(l.id, resume_load.fence) from public.result_loads l
    join public.week_attempts a on a.execution_id = l.execution_id
    where a.id = resume_load.attempt_id and not l.complete;
  attempt := amc_history.lock_load(resume_load.attempt_id, resume_load.fence);
  update public.result_loads l set fence = resume_load.fence
    where l.execution_id = attempt.execution_id and not l.complete
    returning l.* into load;
  return row(load, amc_history.copy_statement(load))::amc_history.resumed_load;
end;
$$;
comment on function amc_history.resume_load(uuid, integer) is
  $$Resumes an open load of the attempt's execution, for the worker that holds the fence: ends the session of an earlier
worker if one hangs, and answers the load with its cursor and its COPY statement; both null if none is open. Refuses
with stale_load (AH001).$$;

create function amc_history.begin_load(
  attempt_id uuid, fence integer, header text[], files integer default 1, segment_bytes bigint default 67108864,
  file_ids text[] default null, out load_id uuid, out copy_statement text
)
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  workflow public.amc_workflows;
  target amc_history.result_tables;
  load public.result_loads;
begin
  select f.* into workflow from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where a.id = begin_load.attempt_id;
  -- Two first results of one workflow version at once would both create its table.
  perform amc_history.take_lock('amc_results ' || workflow.result_table);
  attempt := amc_history.lock_load(begin_load.attempt_id, begin_load.fence);
  target := amc_history.prepare_result_table(workflow, attempt, begin_load.header);
  if target.table_name is null then
    return;
  end if;
  delete from public.result_loads l where l.execution_id = attempt.execution_id and not l.complete;
  insert into public.result_loads (execution_id, fence, table_name, header, columns, files, segment_bytes,
    file_ids)
  values (attempt.execution_id, begin_load.fence, target.table_name, begin_load.header,
    array(select target.columns[place] from unnest(amc_history.match_header(target.header, begin_load.header))
      with ordinality as t(place, i) order by i), begin_load.files, begin_load.segment_bytes,
    begin_load.file_ids)
  returning * into load;
  load_id := load.id;
  copy_statement := amc_history.copy_statement(load);
end;
$$;
comment on function amc_history.begin_load(uuid, integer, text[], integer, bigint, text[]) is
  $$Begins a load of an attempt's execution from the start, for the worker that holds its fence: creates the results
table with the first header, and answers the COPY statement that takes records; both null if the load waits, for a
person who accepts the header or for another load: then its lease has ended.

header: column names as in the file. files: how many the result has. segment_bytes, file_ids: see result_loads.
Refuses with too_many_columns, column_name_too_long (AH002) or stale_load (AH001).$$;

create function amc_history.open_load(load_id uuid, fence integer) returns void
language plpgsql set search_path = ''
as $$
declare
  load public.result_loads;
begin
  -- The name first: whoever raises the fence after the check below finds this session by its name.
  perform set_config('application_name', amc_history.loader_application_name(open_load.load_id, open_load.fence), true);
  select l.* into load from public.result_loads l
    join public.week_attempts a on a.execution_id = l.execution_id
    where l.id = open_load.load_id and not l.complete and a.fence = open_load.fence and a.state = 'created';
  if not found then
    raise exception 'Load % is not open for fence %.', open_load.load_id, open_load.fence
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has claimed it.';
  end if;
  create temporary sequence if not exists amc_history_lines cache 1000;
  -- Looked up when it runs: no session that checks or prepares this function has the sequence.
  perform setval(to_regclass('pg_temp.amc_history_lines'), load.records + 1, false);
  perform set_config('amc_history.lines', 'pg_temp.amc_history_lines', true),
    set_config('amc_history.load_id', open_load.load_id::text, true),
    set_config('statement_timeout', '140s', true), set_config('idle_in_transaction_session_timeout', '140s', true),
    set_config('lock_timeout', '20s', true),
    set_config('tcp_keepalives_idle', '30', true), set_config('tcp_keepalives_interval', '10', true),
    set_config('tcp_keepalives_count', '3', true);
end;
$$;
comment on function amc_history.open_load(uuid, integer) is
  $$Prepares this transaction for the COPY of a segment: its rows get the load's id and the lines that follow the loaded
ones. Sets the timeouts, and a name by which a later worker finds the session. Called in the transaction that copies.
Refuses with stale_load (AH001).$$;

create function amc_history.commit_segment(segment jsonb) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  load public.result_loads;
  copied bigint;
  filtered bigint;
begin
  -- Before anything is locked: it reads what was copied.
  filtered := amc_history.count_filtered((segment ->> 'load_id')::uuid,
    (select l.records + 1 from public.result_loads l where l.id = (segment ->> 'load_id')::uuid));
  attempt := amc_history.lock_load((segment ->> 'attempt_id')::uuid, (segment ->> 'fence')::integer);
  select * into load from public.result_loads l where l.id = (segment ->> 'load_id')::uuid
    and l.execution_id = attempt.execution_id and not l.complete for update;
  if not found or load.file <> (segment -> 'from' ->> 'file')::integer
    or load.byte_offset <> (segment -> 'from' ->> 'byte_offset')::bigint then
    raise exception 'Load % is not at byte % of file %, where this segment began.', segment ->> 'load_id',
      segment -> 'from' ->> 'byte_offset', (segment -> 'from' ->> 'file')::integer + 1
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has claimed it.';
  end if;
  execute format('select max(line) from amc_results.%I where load_id = $1', load.table_name) into copied using load.id;
  copied := coalesce(copied, 0) - load.records;
  if copied <> (segment ->> 'records')::bigint then
    raise exception 'Expected % records from the bytes of the segment, COPY made % rows of them.',
      segment ->> 'records', copied
      using errcode = 'AH003', detail = 'record_count_differs',
        hint = 'The file is written in another form than its workflow''s outputFormat says.';
  end if;
  update public.result_loads l set
    file = (segment -> 'to' ->> 'file')::integer,
    byte_offset = (segment -> 'to' ->> 'byte_offset')::bigint,
    etag = segment -> 'to' ->> 'etag',
    line_end = segment -> 'to' ->> 'line_end',
    lines = (segment -> 'to' ->> 'lines')::bigint,
    records = load.records + copied,
    filtered_records = coalesce(load.filtered_records + filtered, filtered),
    bytes = load.bytes + (segment ->> 'bytes')::bigint,
    digests = load.digests || array(select jsonb_array_elements_text(segment -> 'digests'))
  where l.id = load.id;
  -- From here on it holds locks that others need: nobody waits for a worker that freezes before it commits.
  perform set_config('idle_in_transaction_session_timeout', '5s', true);
end;
$$;
comment on function amc_history.commit_segment(jsonb) is
  $$Moves a load's cursor behind the segment that this transaction copied: its last statement.

segment: {load_id, attempt_id, fence, from: {file, byte_offset} where it began, to: {file, byte_offset, lines,
etag, line_end} where the next begins, records and bytes that it has, digests: SHA-256 in hex}. Refuses a worker
whose fence or whose place is not the load's any more (AH001), and a segment of which COPY made other than its
records (AH003); then nothing of it stays.$$;

create function amc_history.release_load(attempt_id uuid, fence integer) returns void
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.lock_load(release_load.attempt_id, release_load.fence);
  update public.week_attempts a set leased_until = null, due_at = amc_history.clock_now()
  where a.id = release_load.attempt_id;
end;
$$;
comment on function amc_history.release_load(uuid, integer) is
  'Ends the lease of an unfinished load, so that the next worker resumes it at once. Refuses with stale_load (AH001).';

create function amc_history.finish_load(load_id uuid, attempt_id uuid, fence integer) returns jsonb
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  load public.result_loads;
  parts integer;
  made jsonb;
begin
  attempt := amc_history.lock_load(finish_load.attempt_id, finish_load.fence);
  select * into load from public.result_loads l
    where l.id = finish_load.load_id and l.execution_id = attempt.execution_id for update;
  if not found or load.complete then
    raise exception 'Load % of attempt % is not open.', finish_load.load_id, finish_load.attempt_id
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has claimed it.';
  end if;
  if load.file <> load.files then
    raise exception 'Load % is not whole: expected % files, and % are loaded.', load.id, load.files, load.file
      using errcode = 'AH003', detail = 'load_not_whole', hint = 'Resume it at its cursor.';
  end if;
  parts := cardinality(load.digests);
  update public.result_loads l set checksum = case parts when 1 then load.digests[1]
    else encode(sha256((select string_agg(decode(d, 'hex'), '' order by i)
      from unnest(load.digests) with ordinality as t(d, i))), 'hex') || '-' || parts end
  where l.id = load.id;
  made := amc_history.load_summary(load.id);
  update public.result_loads l set complete = true, completed_at = amc_history.clock_now(), summary = made
  where l.id = load.id;
  return made;
end;
$$;
comment on function amc_history.finish_load(uuid, uuid, integer) is
  $$Completes a load whose files are all in, if the worker still holds the fence (else AH001). Answers the summary that
becomes the week's data.$$;

create function amc_history.drop_load(attempt_id uuid, fence integer) returns void
language sql set search_path = ''
as $$
  -- A load that another worker has claimed has a higher fence.
  delete from public.result_loads l using public.week_attempts a
  where a.id = drop_load.attempt_id and l.execution_id = a.execution_id and not l.complete
    and l.fence <= drop_load.fence;
$$;
comment on function amc_history.drop_load(uuid, integer) is
  $$Drops what is loaded of an attempt's execution, so that its load begins from the start; not what a later worker has
claimed.$$;

create function amc_history.drop_ended_loads(attempt_id uuid default null) returns bigint
language sql set search_path = ''
as $$
  with dropped as (
    delete from public.result_loads l where l.id in (
      select o.id from public.result_loads o
      join public.week_attempts a on a.execution_id = o.execution_id and not a.is_live
      where not o.complete and (drop_ended_loads.attempt_id is null or a.id = drop_ended_loads.attempt_id)
      limit 1000)
    returning l.id
  )
  select count(*) from dropped;
$$;
comment on function amc_history.drop_ended_loads(uuid) is
  $$Drops unfinished loads of attempts that have ended: of one attempt, or of all, then at most 1000. Answers how many
loads.$$;
