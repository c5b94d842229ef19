-- Results: the rows that an execution produced, as text, exactly as AMC sent them.
--
-- A workflow version has one table in amc_results, made when its first header is known, and one view in
-- public. A load fills the table in one transaction; its rows are shown once the week's execution is the
-- load's. The functions that load run on the direct connection, as postgres: API roles cannot call them.

create schema amc_results;
comment on schema amc_results is 'One table of rows per workflow version. Read through the views public.results_…';
revoke all on schema amc_results from public;
grant usage on schema amc_results to authenticated, service_role;

create table private.result_tables (
  workflow_id text primary key,
  table_name text not null unique,
  view_name text not null unique,
  header text[] not null,
  columns text[] not null,
  created_at timestamptz not null default private.current_time()
);
alter table private.result_tables enable row level security;
create policy "nobody through the API" on private.result_tables for select to authenticated using (false);
comment on table private.result_tables is 'The results table of each workflow version: its header as in AMC''s files, and the columns'' names in SQL.';

create function private.column_names(header text[]) returns text[]
language plpgsql immutable security invoker set search_path = ''
as $$
declare
  taken text[] := array['instance_id', 'collection_id', 'week_id', 'week_start_date', 'week_end_date',
    'execution_id', 'load_id', 'line', 'tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax'];
  names text[] := '{}';
  stem text;
  name text;
  n integer;
begin
  for i in 1 .. cardinality(header) loop
    stem := coalesce(nullif(btrim(header[i]), ''), 'column_' || i);
    -- Postgres cuts names at 63 bytes; room is left for a suffix.
    while octet_length(stem) > 58 loop
      stem := left(stem, -1);
    end loop;
    name := stem;
    n := 1;
    while name = any (taken || names) loop
      n := n + 1;
      name := stem || '_' || n;
    end loop;
    names := names || name;
  end loop;
  return names;
end;
$$;
comment on function private.column_names(text[]) is
  'Names in SQL for the columns of a result: as in the file where that is possible, else cut, numbered (name_2) or by place (column_3).';

create function private.create_results(workflow_id text, header text[]) returns private.result_tables
language plpgsql security invoker set search_path = ''
as $$
declare
  stem text := left(regexp_replace(lower(create_results.workflow_id), '[^a-z0-9]+', '_', 'g'), 54);
  names text[] := private.column_names(create_results.header);
  made private.result_tables;
begin
  execute format('create table amc_results.%I (
      load_id uuid not null default current_setting(''amc_history.load_id'')::uuid,
      line bigint not null default nextval(current_setting(''amc_history.lines'')::regclass),
      %s, primary key (load_id, line))',
    stem, (select string_agg(format('%I text', n), ', ' order by i) from unnest(names) with ordinality as t(n, i)));
  execute format('comment on table amc_results.%I is %L', stem, 'Rows of AMC workflow ' || create_results.workflow_id);
  execute format('alter table amc_results.%I enable row level security', stem);
  execute format('create policy "owners read their rows" on amc_results.%I for select to authenticated
    using (load_id in (select l.id from public.result_loads l where l.complete))', stem);
  execute format('revoke all on amc_results.%I from public, anon, authenticated, service_role', stem);
  execute format('grant select on amc_results.%I to authenticated, service_role', stem);
  execute format('create view public.%I with (security_invoker = true) as
    select w.instance_id, w.collection_id, w.id as week_id, w.week_start_date, w.week_end_date, w.execution_id, r.line, %s
    from public.report_data_weeks w
    join public.result_loads l on l.execution_id = w.execution_id and l.complete
    join amc_results.%I r on r.load_id = l.id
    where w.status = ''completed''',
    'results_' || stem, (select string_agg(format('r.%I', n), ', ' order by i) from unnest(names) with ordinality as t(n, i)), stem);
  execute format('comment on view public.%I is %L', 'results_' || stem,
    'Results of AMC workflow ' || create_results.workflow_id || ', of completed weeks, with their execution.');
  execute format('revoke all on public.%I from public, anon, authenticated, service_role', 'results_' || stem);
  execute format('grant select on public.%I to authenticated, service_role', 'results_' || stem);
  insert into private.result_tables (workflow_id, table_name, view_name, header, columns)
  values (create_results.workflow_id, stem, 'results_' || stem, create_results.header, names)
  returning * into made;
  -- The API serves the new view without waiting for a restart.
  notify pgrst, 'reload schema';
  return made;
end;
$$;
comment on function private.create_results(text, text[]) is
  'Makes the table and the view of a workflow version whose first header is known.';

-- Loading -------------------------------------------------------------------------------------------

create function private.lock_load(attempt_id uuid, fence integer) returns public.week_attempts
language plpgsql security invoker set search_path = ''
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
comment on function private.lock_load(uuid, integer) is
  'Locks week and attempt and refuses (SQLSTATE AH001, stale_load) a loader whose fence is not the attempt''s any more.';

create function private.begin_load(attempt_id uuid, fence integer, header text[], out load_id uuid, out copy_statement text)
language plpgsql security invoker set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  workflow public.amc_workflows;
  target private.result_tables;
begin
  select f.* into workflow from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where a.id = begin_load.attempt_id;
  -- Two first results of one workflow version at once would both make its table.
  perform pg_advisory_xact_lock(hashtextextended('amc_results ' || workflow.id, 0));
  attempt := private.lock_load(begin_load.attempt_id, begin_load.fence);
  select * into target from private.result_tables t where t.workflow_id = workflow.id;
  if not found then
    target := private.create_results(workflow.id, begin_load.header);
  elsif target.header <> begin_load.header then
    raise exception 'The header of workflow % changed: expected %, got %.', workflow.id,
      array_to_string(target.header, ', '), array_to_string(begin_load.header, ', ')
      using errcode = 'AH002', detail = 'header_changed',
        hint = 'A workflow version has one header. Save the query anew to make a new version.';
  end if;
  delete from public.result_loads l where l.execution_id = attempt.execution_id and not l.complete;
  insert into public.result_loads (execution_id, fence, table_name, header)
  values (attempt.execution_id, begin_load.fence, target.table_name, begin_load.header) returning id into load_id;
  copy_statement := format('copy amc_results.%I (%s) from stdin with (format csv, header true, delimiter %L, quote %L, escape %L)',
    target.table_name, (select string_agg(quote_ident(n), ', ' order by i) from unnest(target.columns) with ordinality as t(n, i)),
    workflow.output_format ->> 'separatorCharacter', workflow.output_format ->> 'quoteCharacter',
    workflow.output_format ->> 'escapeCharacter');
end;
$$;
comment on function private.begin_load(uuid, integer, text[]) is
  'Begins a load of an attempt''s execution, for the worker that holds its fence: makes the results table at the first header, and answers the COPY statement that takes a file''s bytes. Refuses with header_changed (AH002) or stale_load (AH001).';

create function private.open_load(load_id uuid) returns void
language plpgsql security invoker set search_path = ''
as $$
begin
  create temporary sequence if not exists amc_history_lines cache 1000;
  perform setval('pg_temp.amc_history_lines', 1, false);
  perform set_config('amc_history.lines', 'pg_temp.amc_history_lines', true),
    set_config('amc_history.load_id', open_load.load_id::text, true),
    set_config('statement_timeout', '140s', true), set_config('idle_in_transaction_session_timeout', '140s', true);
end;
$$;
comment on function private.open_load(uuid) is
  'Prepares this transaction for the COPY of a load: its rows get the load''s id and lines from 1. Called in the transaction that copies.';

create function private.finish_load(
  load_id uuid, attempt_id uuid, fence integer, bytes bigint, checksum text, files integer
) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  load public.result_loads;
  target private.result_tables;
  execution public.workflow_executions;
  loaded bigint;
  first_rows jsonb;
  made jsonb;
begin
  attempt := private.lock_load(finish_load.attempt_id, finish_load.fence);
  select * into load from public.result_loads l
    where l.id = finish_load.load_id and l.execution_id = attempt.execution_id for update;
  if not found or load.complete then
    raise exception 'Load % of attempt % is not open.', finish_load.load_id, finish_load.attempt_id
      using errcode = 'AH001', detail = 'stale_load', hint = 'Stop: another worker has taken it up.';
  end if;
  select * into execution from public.workflow_executions e where e.id = load.execution_id;
  select * into target from private.result_tables t where t.table_name = load.table_name;
  execute format('select count(*), coalesce(
      jsonb_agg(to_jsonb(r) - ''load_id'' - ''line'' order by r.line) filter (where r.line <= 20), ''[]'')
    from amc_results.%I r where r.load_id = $1', target.table_name)
    into loaded, first_rows using load.id;
  made := jsonb_build_object(
    'columns', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', n, 'type', o ->> 'dataType')) order by i)
      from unnest(target.columns, target.header) with ordinality as t(n, h, i)
      left join lateral (select o from jsonb_array_elements(
        case jsonb_typeof(execution.output_columns) when 'array' then execution.output_columns else '[]' end) o
        where o ->> 'name' = h limit 1) on true),
    'rows', loaded, 'bytes', finish_load.bytes, 'files', finish_load.files,
    'checksum', 'sha256:' || finish_load.checksum, 'first_rows', first_rows,
    'seconds', round(extract(epoch from private.current_time() - load.started_at)::numeric, 3));
  update public.result_loads l set complete = true, completed_at = private.current_time(), summary = made,
    records = loaded, bytes = finish_load.bytes, checksum = finish_load.checksum, file = finish_load.files
  where l.id = load.id;
  return made;
end;
$$;
comment on function private.finish_load(uuid, uuid, integer, bigint, text, integer) is
  'Completes a load in the transaction that copied its rows, if the worker still holds the fence (else AH001 and all is rolled back). bytes, checksum: of the files as they came (SHA-256, hex). Answers the summary that becomes the week''s data.';

create function private.delete_load_rows() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Definer: whoever may delete a load need not be allowed to write results. Rows have no foreign key to their
  -- load, since its check would run for each row of a COPY.
  execute format('delete from amc_results.%I where load_id = $1', old.table_name) using old.id;
  return old;
end;
$$;
comment on function private.delete_load_rows() is 'Takes a load''s rows away with it.';
create trigger delete_load_rows before delete on public.result_loads
  for each row execute function private.delete_load_rows();

create function public.claim_loads(max_loads integer default 2, lease_seconds integer default 150)
returns table (
  attempt_id uuid, fence integer, week_id uuid, collection_id uuid, execution_id text, instance_id text,
  entity_id text, marketplace_id text, region text, credential_name text, workflow_id text,
  output_format jsonb, summary jsonb
)
language sql volatile security invoker set search_path = ''
as $$
  with ready as (
    select a.id from public.week_attempts a
    join public.workflow_executions e on e.id = a.execution_id
    join public.amc_instances i on i.id = a.instance_id
    where a.state = 'created' and e.status = 'SUCCEEDED' and a.cancel_requested_at is null
      and coalesce(a.leased_until <= private.current_time(), true)
      and coalesce(a.due_at <= private.current_time(), true)
      and coalesce(i.paused_until <= private.current_time(), true)
    order by a.intended_at
    limit claim_loads.max_loads
    for update of a skip locked
  ),
  taken as (
    update public.week_attempts a set fence = a.fence + 1,
      leased_until = private.current_time() + make_interval(secs => claim_loads.lease_seconds)
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

fence: for begin_load, finish_load and fail_load. summary: not null if the load is complete already and only
the week is to be completed. lease_seconds: how long nobody else takes it. For service_role.$$;

create function public.fail_load(attempt_id uuid, fence integer, code text, message text, permanent boolean)
returns public.tracking_report
language plpgsql security invoker set search_path = ''
as $$
#variable_conflict use_column
declare
  most_errors constant integer := 8;
  attempt public.week_attempts;
  week public.report_data_weeks;
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
  if fail_load.permanent or week.error_count + 1 >= most_errors then
    perform private.end_attempt(attempt.id, 'failed');
    perform private.fail_week(week, fail_load.code, fail_load.message);
  else
    update public.week_attempts a set leased_until = null, due_at = private.current_time()
      + make_interval(secs => 5 + random() * least(900, 10 * 2 ^ week.error_count))
    where a.id = attempt.id;
    update public.report_data_weeks w set error_count = w.error_count + 1, error_code = fail_load.code,
      error_message = left(fail_load.message, 2000)
    where w.id = week.id;
  end if;
  perform private.note_event('load_failed', attempt, week, attempt.execution_id,
    jsonb_build_object('code', fail_load.code, 'message', left(fail_load.message, 500), 'permanent', fail_load.permanent));
  select * into week from public.report_data_weeks w where w.id = week.id;
  return row('applied', null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.fail_load(uuid, integer, text, text, boolean) is
  $$Reports that a load did not succeed. permanent: the week fails at once with code and message; otherwise it
is tried again later, at most eight times in all. fence: from claim_loads; an earlier one is stale.
Answers {outcome: applied, stale or not_found, …}. For service_role.$$;

do $$
declare
  f regprocedure;
begin
  -- On the direct connection only.
  foreach f in array array[
    'private.column_names(text[])', 'private.create_results(text, text[])', 'private.lock_load(uuid, integer)',
    'private.begin_load(uuid, integer, text[])', 'private.open_load(uuid)',
    'private.finish_load(uuid, uuid, integer, bigint, text, integer)', 'private.delete_load_rows()'
  ]::regprocedure[] loop
    execute format('revoke execute on function %s from public, anon, authenticated, service_role', f);
  end loop;
  foreach f in array array[
    'public.claim_loads(integer, integer)', 'public.fail_load(uuid, integer, text, text, boolean)'
  ]::regprocedure[] loop
    execute format('revoke execute on function %s from public, anon, authenticated', f);
    execute format('grant execute on function %s to service_role', f);
  end loop;
end;
$$;
