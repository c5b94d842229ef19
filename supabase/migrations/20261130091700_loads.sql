-- Loads: the bytes of an execution's files become rows of its workflow's results table.
--
-- A load is filled in segments: each is a COPY of some bytes and, in the same transaction, commit_segment, which
-- moves the load's cursor. So a worker that stops loses one segment at most, and any other goes on from the cursor.
-- Nothing that others need is locked before a segment's bytes are in.
-- The functions that load run on the direct connection, as postgres: API roles cannot call them.

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
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has taken it up.';
  end if;
  return attempt;
end;
$$;
comment on function amc_history.lock_load(uuid, integer) is
  $$Locks week and attempt and refuses (SQLSTATE AH001, stale_load) a loader whose fence is not the attempt's any more.$$;

create function amc_history.loader_application_name(load_id uuid, fence integer) returns text
language sql stable set search_path = ''
as $$
  select format('amc-history load %s %s', loader_application_name.load_id, loader_application_name.fence);
$$;
comment on function amc_history.loader_application_name(uuid, integer) is
  'The application_name of a session while it fills a load: by it a later worker finds an earlier one that hangs.';

create function amc_history.end_earlier_loaders(load_id uuid, fence integer) returns integer
language sql volatile set search_path = ''
as $$
  -- Uncommitted rows of a frozen session would hold up the same lines of its successor: its key waits for them.
  select (count(*) filter (where pg_terminate_backend(a.pid, 5000)))::integer
  from pg_stat_activity a
  where a.datname = current_database() and a.usename = current_user and a.pid <> pg_backend_pid()
    and a.application_name in (
      select amc_history.loader_application_name(end_earlier_loaders.load_id, f)
      from generate_series(1, end_earlier_loaders.fence - 1) f);
$$;
comment on function amc_history.end_earlier_loaders(uuid, integer) is
  $$Ends the sessions that fill this load with an earlier fence, and waits up to 5 s for each to be gone. Answers how
many.$$;

create function amc_history.copy_statement(table_name text) returns text
language sql stable set search_path = ''
as $$
  select format('copy amc_results.%I (%s) from stdin with (format csv, header false, delimiter %L, quote %L, escape %L)',
    t.table_name, (select string_agg(quote_ident(n), ', ' order by i) from unnest(t.columns) with ordinality as c(n, i)),
    f.output_format ->> 'separatorCharacter', f.output_format ->> 'quoteCharacter',
    f.output_format ->> 'escapeCharacter')
  from amc_history.result_tables t join public.amc_workflows f on f.id = t.workflow_id
  where t.table_name = copy_statement.table_name
  limit 1;
$$;
comment on function amc_history.copy_statement(text) is
  'The COPY that takes records of a workflow''s files, without header, into its results table.';

create function amc_history.resume_load(attempt_id uuid, fence integer, out load public.result_loads, out copy_statement text)
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
begin
  -- Before anything is locked.
  perform amc_history.end_earlier_loaders(l.id, resume_load.fence) from public.result_loads l
    join public.week_attempts a on a.execution_id = l.execution_id
    where a.id = resume_load.attempt_id and not l.complete;
  attempt := amc_history.lock_load(resume_load.attempt_id, resume_load.fence);
  update public.result_loads l set fence = resume_load.fence
    where l.execution_id = attempt.execution_id and not l.complete
    returning l.* into load;
  copy_statement := amc_history.copy_statement(load.table_name);
end;
$$;
comment on function amc_history.resume_load(uuid, integer) is
  $$Takes an open load of the attempt's execution up, for the worker that holds the fence: ends an earlier worker's
session if one hangs, and answers the load with its cursor and its COPY statement; both null if none is open.
Refuses with stale_load (AH001).$$;

create function amc_history.begin_load(
  attempt_id uuid, fence integer, header text[], files integer default 1, segment_bytes bigint default 67108864,
  out load_id uuid, out copy_statement text
)
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  workflow public.amc_workflows;
  target amc_history.result_tables;
begin
  select f.* into workflow from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where a.id = begin_load.attempt_id;
  -- Two first results of one workflow version at once would both make its table.
  perform pg_advisory_xact_lock(hashtextextended('amc_results ' || workflow.id, 0));
  attempt := amc_history.lock_load(begin_load.attempt_id, begin_load.fence);
  select * into target from amc_history.result_tables t where t.workflow_id = workflow.id;
  if not found then
    target := amc_history.create_result_table(workflow.id, begin_load.header);
  elsif target.header <> begin_load.header then
    raise exception 'The header of workflow % changed: %. Expected %; got %.', workflow.id,
      amc_history.describe_header_change(target.header, begin_load.header),
      array_to_string(target.header, ', '), array_to_string(begin_load.header, ', ')
      using errcode = 'AH002', detail = 'header_changed',
        hint = 'A workflow version has one header. Save the query anew to make a new version.';
  end if;
  delete from public.result_loads l where l.execution_id = attempt.execution_id and not l.complete;
  insert into public.result_loads (execution_id, fence, table_name, header, files, segment_bytes)
  values (attempt.execution_id, begin_load.fence, target.table_name, begin_load.header, begin_load.files,
    begin_load.segment_bytes) returning id into load_id;
  copy_statement := amc_history.copy_statement(target.table_name);
end;
$$;
comment on function amc_history.begin_load(uuid, integer, text[], integer, bigint) is
  $$Begins a load of an attempt's execution anew, for the worker that holds its fence: makes the results table at the
first header, and answers the COPY statement that takes records. files: how many the result has. segment_bytes: see
the column. Refuses with header_changed (AH002) or stale_load (AH001).$$;

create function amc_history.open_load(load_id uuid, fence integer) returns void
language plpgsql set search_path = ''
as $$
declare
  load public.result_loads;
begin
  -- The name first: whoever raises the fence after the look at it below finds this session by its name.
  perform set_config('application_name', amc_history.loader_application_name(open_load.load_id, open_load.fence), true);
  select l.* into load from public.result_loads l
    join public.week_attempts a on a.execution_id = l.execution_id
    where l.id = open_load.load_id and not l.complete and a.fence = open_load.fence and a.state = 'created';
  if not found then
    raise exception 'Load % is not open for fence %.', open_load.load_id, open_load.fence
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has taken it up.';
  end if;
  create temporary sequence if not exists amc_history_lines cache 1000;
  perform setval('pg_temp.amc_history_lines', load.records + 1, false);
  perform set_config('amc_history.lines', 'pg_temp.amc_history_lines', true),
    set_config('amc_history.load_id', open_load.load_id::text, true),
    set_config('statement_timeout', '140s', true), set_config('idle_in_transaction_session_timeout', '140s', true),
    set_config('lock_timeout', '20s', true),
    set_config('tcp_keepalives_idle', '30', true), set_config('tcp_keepalives_interval', '10', true),
    set_config('tcp_keepalives_count', '3', true);
end;
$$;
comment on function amc_history.open_load(uuid, integer) is
  $$Prepares this transaction for the COPY of a segment: its rows get the load's id and the lines after those that are
in. Sets the timeouts, and a name by which a later worker finds the session. Refuses with stale_load (AH001).
Called in the transaction that copies.$$;

create function amc_history.commit_segment(segment jsonb) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  load public.result_loads;
  copied bigint;
begin
  attempt := amc_history.lock_load((segment ->> 'attempt_id')::uuid, (segment ->> 'fence')::integer);
  select * into load from public.result_loads l where l.id = (segment ->> 'load_id')::uuid
    and l.execution_id = attempt.execution_id and not l.complete for update;
  if not found or load.file <> (segment -> 'from' ->> 'file')::integer
    or load.byte_offset <> (segment -> 'from' ->> 'byte_offset')::bigint then
    raise exception 'Load % is not at byte % of file %, where this segment began.', segment ->> 'load_id',
      segment -> 'from' ->> 'byte_offset', (segment -> 'from' ->> 'file')::integer + 1
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has taken it up.';
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
    bytes = load.bytes + (segment ->> 'bytes')::bigint,
    digests = load.digests || array(select jsonb_array_elements_text(segment -> 'digests'))
  where l.id = load.id;
  -- From here on it holds what others need: a worker that freezes before it commits is not waited for.
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
  'Lets a load go in the middle, so that the next worker goes on at once. Refuses with stale_load (AH001).';

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
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has taken it up.';
  end if;
  if load.file <> load.files then
    raise exception 'Load % is not whole: expected all of % files, % are in.', load.id, load.files, load.file
      using errcode = 'AH003', detail = 'load_not_whole', hint = 'Go on from its cursor.';
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
  -- A load that another worker has taken up bears a higher fence. Its rows go along, so this may take seconds:
  -- nothing else is locked meanwhile.
  delete from public.result_loads l using public.week_attempts a
  where a.id = drop_load.attempt_id and l.execution_id = a.execution_id and not l.complete
    and l.fence <= drop_load.fence;
$$;
comment on function amc_history.drop_load(uuid, integer) is
  $$Takes back what is loaded of an attempt's execution, so that its load begins anew; not what a later worker has
taken up.$$;

create function amc_history.drop_ended_loads(attempt_id uuid default null) returns bigint
language sql set search_path = ''
as $$
  with dropped as (
    delete from public.result_loads l using public.week_attempts a
    where a.execution_id = l.execution_id and not a.is_live and not l.complete
      and (drop_ended_loads.attempt_id is null or a.id = drop_ended_loads.attempt_id)
    returning l.id
  )
  select count(*) from dropped;
$$;
comment on function amc_history.drop_ended_loads(uuid) is
  'Drops what is loaded in part for attempts that have ended, of one attempt or of all. Answers how many loads.';

create function public.claim_loads(max_loads integer default 2, lease_seconds integer default 150)
returns table (
  attempt_id uuid, fence integer, week_id uuid, collection_id uuid, execution_id text, instance_id text,
  entity_id text, marketplace_id text, region text, credential_name text, workflow_id text,
  output_format jsonb, summary jsonb
)
language sql volatile set search_path = ''
as $$
  with ready as (
    select a.id from public.week_attempts a
    join public.workflow_executions e on e.id = a.execution_id
    join public.amc_instances i on i.id = a.instance_id
    where a.is_live and a.state = 'created' and e.status = 'SUCCEEDED' and a.cancel_requested_at is null
      and coalesce(a.leased_until <= amc_history.clock_now(), true)
      and coalesce(a.due_at <= amc_history.clock_now(), true)
      and coalesce(i.paused_until <= amc_history.clock_now(), true)
    order by a.intended_at
    limit claim_loads.max_loads
    for update of a skip locked
  ),
  taken as (
    update public.week_attempts a set fence = a.fence + 1,
      leased_until = amc_history.clock_now() + make_interval(secs => claim_loads.lease_seconds)
    from ready r where r.id = a.id
    returning a.*
  )
  select t.id, t.fence, w.id, c.id, t.execution_id, i.id, i.entity_id, i.marketplace_id, i.region,
    i.credential_name, f.id, f.output_format,
    (select l.summary from public.result_loads l where l.execution_id = t.execution_id and l.complete)
  from taken t
  join public.report_data_weeks w on w.id = t.week_id
  join public.report_data_collections c on c.id = w.collection_id
  join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
  join public.amc_instances i on i.id = c.instance_id
  order by t.intended_at;
$$;
comment on function public.claim_loads(integer, integer) is
  $$Takes attempts whose execution succeeded, so that one worker alone loads each.

fence: for the functions that load, and fail_load. summary: not null if the load is complete already and only
the week is to be completed. lease_seconds: how long nobody else takes it. For service_role.$$;

create function public.fail_load(attempt_id uuid, fence integer, code text, message text, permanent boolean)
returns public.tracking_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  most_errors integer := 8;
  attempt public.week_attempts;
  week public.report_data_weeks;
  ended_at timestamptz;
  waits interval;
begin
  select * into week from public.report_data_weeks w
    where w.id = (select a.week_id from public.week_attempts a where a.id = fail_load.attempt_id) for no key update;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select * into attempt from public.week_attempts a where a.id = fail_load.attempt_id for update;
  -- Without a lease it was reported already: a repeated report counts no second error.
  if attempt.state <> 'created' or attempt.fence <> fail_load.fence or attempt.leased_until is null then
    return row('stale', 'attempt_taken_up_or_ended', week.status, week.execution_id)::public.tracking_report;
  end if;
  if fail_load.code in ('not_ready', 'not_found') then
    select coalesce(e.amc_updated_at, e.updated_at) into ended_at
      from public.workflow_executions e where e.id = attempt.execution_id;
    -- How long AMC keeps a result is not known. A day after its end it is no longer about to be ready.
    if ended_at < amc_history.clock_now() - interval '24 hours' then
      fail_load.code := 'result_gone';
      fail_load.message := format('AMC no longer keeps the result of execution %s, which ended on %s. Retry the week to run it again. AMC said: %s',
        attempt.execution_id, to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD'), fail_load.message);
      most_errors := 3;
    else
      -- AMC's own advice is to wait and ask again (guide, M): no error, asked for less often as time goes on.
      waits := least(interval '5 minutes', greatest(interval '15 seconds', (amc_history.clock_now() - ended_at) / 4));
    end if;
  end if;
  if fail_load.permanent or waits is null and week.error_count + 1 >= most_errors then
    perform amc_history.end_attempt(attempt.id, 'failed');
    perform amc_history.fail_week(week, fail_load.code, fail_load.message);
  else
    update public.week_attempts a set leased_until = null, due_at = amc_history.clock_now()
      + coalesce(waits, make_interval(secs => 5 + random() * least(900, 10 * 2 ^ week.error_count)))
    where a.id = attempt.id;
    update public.report_data_weeks w set
      error_count = w.error_count + case when waits is null then 1 else 0 end, error_code = fail_load.code,
      error_message = left(fail_load.message, 2000)
    where w.id = week.id;
  end if;
  perform amc_history.record_event('load_failed', attempt, week, attempt.execution_id,
    jsonb_build_object('code', fail_load.code, 'message', left(fail_load.message, 500), 'permanent', fail_load.permanent));
  select * into week from public.report_data_weeks w where w.id = week.id;
  return row('applied', null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.fail_load(uuid, integer, text, text, boolean) is
  $$Reports that a load did not succeed. permanent: the week fails at once with code and message; otherwise it
is tried again later, at most eight times in all. not_ready and not_found, within a day of the execution's end, are
waiting and count as no error; later they mean result_gone. fence: from claim_loads; an earlier one is stale.
Answers {outcome: applied, stale or not_found, …}. For service_role.$$;
