-- Loads: the bytes of an execution's files become rows of its workflow's results table.
--
-- The functions that load run on the direct connection, as postgres: API roles cannot call them.

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
    raise exception 'The header of workflow % changed: %. Expected %; got %.', workflow.id,
      private.describe_header_change(target.header, begin_load.header),
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
    'private.lock_load(uuid, integer)',
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
