-- Reading: what a load came to, any week's rows as JSON, and what became of each week.

-- What a load came to -----------------------------------------------------------------------------------

alter table public.result_loads add column cells_checked_at timestamptz;
create index result_loads_to_check_idx on public.result_loads (completed_at) where complete and cells_checked_at is null;
comment on column public.result_loads.cells_checked_at is
  'When it was counted which cells do not fit their column''s type; null until then.';

create function amc_history.load_types(load_id uuid) returns text[]
language sql stable security invoker set search_path = ''
as $$
  select coalesce(t.types, amc_history.column_types(l.header, e.output_columns))
  from public.result_loads l
  join public.workflow_executions e on e.id = l.execution_id
  join amc_history.result_tables t on t.table_name = l.table_name
  where l.id = load_types.load_id;
$$;
comment on function amc_history.load_types(uuid) is
  'The types in SQL of a load''s columns: those of its view, or those that it will have once the load is complete; null if AMC has not told its columns.';

create function amc_history.needs_output_columns(execution_id text) returns boolean
language sql stable security invoker set search_path = ''
as $$
  select e.output_columns is null and f.output_columns is null
  from public.workflow_executions e
  join public.report_data_weeks w on w.id = e.week_id
  join public.report_data_collections c on c.id = w.collection_id
  join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
  where e.id = needs_output_columns.execution_id;
$$;
comment on function amc_history.needs_output_columns(text) is
  'Whether AMC''s outputColumns are known neither from an execution nor from an earlier one of its workflow version: then AMC''s answer to a GET tells them (captured, H); of its list that is not known.';

create function amc_history.record_output_columns(execution_id text, output_columns jsonb) returns boolean
language sql security invoker set search_path = ''
as $$
  update public.workflow_executions e set output_columns = record_output_columns.output_columns
  where e.id = record_output_columns.execution_id and jsonb_typeof(record_output_columns.output_columns) = 'array'
    and e.output_columns is null
  returning true;
$$;
comment on function amc_history.record_output_columns(text, jsonb) is
  'Keeps AMC''s outputColumns of an execution that has ended without having told them. Before begin_load, so that the types are known to the load. Answers true, or null if they were known or are not an array.';

create function amc_history.count_uncast(load_id uuid, from_line bigint, to_line bigint) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
declare
  target amc_history.result_tables;
  types text[] := amc_history.load_types(count_uncast.load_id);
  counts text;
  found bigint[];
begin
  select t.* into target from amc_history.result_tables t
    join public.result_loads l on l.table_name = t.table_name where l.id = count_uncast.load_id;
  select string_agg(format('count(*) filter (where r.%I <> '''' and not %s)', name,
    amc_history.cell_fits_sql(format('r.%I', name), type)), ', ' order by i)
    into counts from unnest(target.columns, types) with ordinality as t(name, type, i) where type <> 'text';
  if counts is null then
    return '{}';
  end if;
  execute format('select array[%s] from amc_results.%I r where r.load_id = $1 and r.line between $2 and $3',
    counts, target.table_name) into found using count_uncast.load_id, count_uncast.from_line, count_uncast.to_line;
  return (select coalesce(jsonb_object_agg(name, n) filter (where n > 0), '{}') from unnest(found,
    array(select name from unnest(target.columns, types) with ordinality as t(name, type, i) where type <> 'text' order by i))
    as t(n, name));
end;
$$;
comment on function amc_history.count_uncast(uuid, bigint, bigint) is
  $$Counts the cells of a load that are not empty and do not fit their column's type, which the view therefore shows as null.

from_line, to_line: the lines to look at, both inclusive; counts of parts can be added up. Answers {column: n},
without the columns that have none; {} while AMC has not told the columns' types. One pass over those lines.$$;

create function amc_history.load_summary(load_id uuid) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
#variable_conflict use_column
declare
  longest_cell constant integer := 1000;
  -- So many rows are looked at within the load. Looking takes about as long as COPY did: more are left to check_cells.
  most_rows constant integer := 50000;
  load public.result_loads;
  target amc_history.result_tables;
  told jsonb;
  columns jsonb;
  uncast jsonb;
  first_rows jsonb;
begin
  select * into load from public.result_loads l where l.id = load_summary.load_id;
  if load.cells_checked_at is not null then
    uncast := load.uncast;
  elsif load.records <= most_rows and amc_history.load_types(load.id) is not null then
    uncast := amc_history.count_uncast(load.id, 1, load.records);
  end if;
  select * into target from amc_history.result_tables t where t.table_name = load.table_name;
  told := coalesce((select e.output_columns from public.workflow_executions e where e.id = load.execution_id),
    (select f.output_columns from public.amc_workflows f
      where f.id = target.workflow_id and f.output_columns is not null limit 1));
  select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', n, 'type', o ->> 'dataType', 'kind', o ->> 'columnType',
      'read_as', type)) order by i)
    into columns
    from unnest(target.columns, target.header, amc_history.load_types(load.id)) with ordinality as t(n, h, type, i)
    left join lateral (select o from jsonb_array_elements(case jsonb_typeof(told) when 'array' then told else '[]' end) o
      where o ->> 'name' = h limit 1) on true;
  execute format('select coalesce(jsonb_agg(to_jsonb(f) - ''line'' order by f.line), ''[]'') from (
      select r.line, %s from amc_results.%I r where r.load_id = $1 order by r.line limit 20) f',
    (select string_agg(format('left(r.%1$I, %2$s) as %1$I', n, longest_cell), ', ' order by i)
      from unnest(target.columns) with ordinality as t(n, i)), target.table_name)
    into first_rows using load.id;
  return jsonb_strip_nulls(jsonb_build_object(
    'columns', columns, 'rows', load.records, 'bytes', load.bytes, 'files', load.file,
    'segments', cardinality(load.digests), 'segment_bytes', load.segment_bytes,
    'checksum', 'sha256:' || load.checksum, 'uncast', uncast,
    'seconds', round(extract(epoch from coalesce(load.completed_at, amc_history.clock_now()) - load.started_at)::numeric, 3)))
    -- Not stripped of nulls: a cell without a value is one.
    || jsonb_build_object('first_rows', first_rows);
end;
$$;
comment on function amc_history.load_summary(uuid) is
  $$What the week's data tells of a load: columns [{name, type and kind as AMC told, read_as: the type in SQL}], rows,
bytes, files, segments, segment_bytes, checksum, uncast (cells that do not fit their type, by column; left out while
that is not counted), seconds from its begin, and first_rows: the first 20, as text, cells cut at 1000 characters.$$;

create function amc_history.record_checked_cells() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  if new.summary ? 'uncast' then
    new.uncast := new.summary -> 'uncast';
    new.cells_checked_at := amc_history.clock_now();
  end if;
  return new;
end;
$$;
comment on function amc_history.record_checked_cells() is 'Keeps what the summary tells of cells that do not fit, as a load becomes complete.';
create trigger record_checked_cells before update of complete on public.result_loads
  for each row when (new.complete and not old.complete) execute function amc_history.record_checked_cells();

create function amc_history.check_cells(max_records bigint default 2000000) returns integer
language plpgsql security invoker set search_path = ''
as $$
declare
  load public.result_loads;
  found_uncast jsonb;
  checked integer := 0;
  looked_at bigint := 0;
begin
  for load in
    select l.* from public.result_loads l
    join amc_history.result_tables t on t.table_name = l.table_name and t.types is not null
    where l.complete and l.cells_checked_at is null
      -- Its worker has the summary already, and is about to report it.
      and not exists (select from public.week_attempts a where a.execution_id = l.execution_id and a.state <> 'ended')
    order by l.completed_at limit 100
  loop
    exit when checked > 0 and looked_at + load.records > check_cells.max_records;
    found_uncast := amc_history.count_uncast(load.id, 1, load.records);
    -- The week before the load, as everywhere.
    update public.report_data_weeks w set data = w.data || jsonb_build_object('uncast', found_uncast)
    where w.execution_id = load.execution_id and w.data = load.summary;
    update public.result_loads l set uncast = found_uncast, cells_checked_at = amc_history.clock_now(),
      summary = l.summary || jsonb_build_object('uncast', found_uncast)
    where l.id = load.id;
    checked := checked + 1;
    looked_at := looked_at + load.records;
  end loop;
  return checked;
end;
$$;
comment on function amc_history.check_cells(bigint) is
  'Counts the cells that do not fit their type in results that were too large to look at while they were loaded, or whose types have become known since, and adds the count to their summaries and their weeks'' data: oldest first, no more than max_records rows unless the first alone has more. Answers how many results. Run by pg_cron.';

-- Rows as JSON ------------------------------------------------------------------------------------------

create function amc_history.json_number(value text) returns text
language sql immutable security invoker set search_path = ''
as $$
  -- A function called for each cell would cost more than all else that is done with it.
  select format($q$(select case
      when abs(n) > 9007199254740992 or n <> 0 and abs(n) < 1e-300
        or n <> trunc(n) and length(ltrim(replace(trim_scale(abs(n))::text, '.', ''), '0')) > 15 then to_jsonb(n::text)
      else to_jsonb(n)
    end from (select %s as n offset 0) v)$q$, json_number.value);
$$;
comment on function amc_history.json_number(text) is
  'SQL that makes JSON of a number: a string where JavaScript would round it, beyond 2^53 or with more than 15 significant digits. value: SQL of the number.';

create function amc_history.json_cells(table_name text) returns text
language sql stable security invoker set search_path = ''
as $$
  select string_agg(format('%s as %I', case v.atttypid when 'numeric'::regtype then amc_history.json_number(c.cell) else c.cell end,
    a.attname), ', ' order by a.attnum)
  from pg_catalog.pg_attribute a
  left join pg_catalog.pg_attribute v on v.attname = a.attname
    and v.attrelid = to_regclass(format('public.%I', 'results_' || json_cells.table_name))
  cross join lateral (
    select amc_history.typed_cell_sql(format('r.%I', a.attname), coalesce(format_type(v.atttypid, null), 'text')) as cell
  ) c
  where a.attrelid = format('amc_results.%I', json_cells.table_name)::regclass
    and a.attnum > 0 and not a.attisdropped and a.attname not in ('load_id', 'line');
$$;
comment on function amc_history.json_cells(text) is
  'SQL of the columns of a results table (the row r), each read as its view reads it, numbers by amc_history.json_number.';

create function amc_history.load_rows(load_id uuid, max_rows integer, after_line bigint) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
declare
  most constant integer := 10000;
  load public.result_loads;
  rows jsonb;
begin
  if load_rows.max_rows is null or load_rows.max_rows not between 1 and most then
    perform amc_history.refuse('rows_out_of_range', format('Expected 1 to %s rows at once, got %s.', most,
      coalesce(load_rows.max_rows::text, 'null')),
      'Read in pages: pass the line of the last row that you have as after_line.');
  end if;
  select * into load from public.result_loads l where l.id = load_rows.load_id;
  if not found then
    return '[]';
  end if;
  execute format('select coalesce(jsonb_agg(to_jsonb(s) order by s.line), ''[]'') from (
      select r.line, $2 as execution_id, %s from amc_results.%I r
      where r.load_id = $1 and r.line > $3 order by r.line limit $4) s',
    amc_history.json_cells(load.table_name), load.table_name)
    into rows using load.id, load.execution_id, coalesce(load_rows.after_line, 0), load_rows.max_rows;
  return rows;
end;
$$;
comment on function amc_history.load_rows(uuid, integer, bigint) is
  'A page of a load''s rows, as public.week_rows answers them; [] for null. Refuses with rows_out_of_range.';

create function public.week_rows(week_id uuid, max_rows integer default 1000, after_line bigint default 0) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
#variable_conflict use_column
declare
  week public.report_data_weeks;
begin
  select * into week from public.report_data_weeks w where w.id = week_rows.week_id;
  if not found then
    perform amc_history.refuse('week_not_found', format('No week %s of yours.', coalesce(week_rows.week_id::text, 'null')),
      'Check the id.', 'PT404');
  end if;
  return amc_history.load_rows((select l.id from public.result_loads l
    where l.execution_id = week.execution_id and l.complete and week.status = 'completed'),
    week_rows.max_rows, week_rows.after_line);
end;
$$;
comment on function public.week_rows(uuid, integer, bigint) is
  $$The rows that a week shows, in the order of AMC's file: an array of objects {line, execution_id, …columns}.

max_rows: 1 to 10000. after_line: only rows with a higher line; for the next page, the line of the last row. All
rows of one answer are of one execution; to read on from the same one though the week is restated meanwhile, ask
execution_rows. Cells have the types of the workflow's view; a number that JavaScript would round (beyond 2^53, or
with more than 15 significant digits) is a string. [] for a week that shows no result: see week_results.
Refuses with week_not_found, rows_out_of_range. Owners only.$$;

create function amc_history.retained_load(execution_id text) returns public.result_loads
language plpgsql stable security invoker set search_path = ''
as $$
declare
  load public.result_loads;
begin
  if not exists (select from public.workflow_executions e where e.id = retained_load.execution_id) then
    perform amc_history.refuse('execution_not_found', format('No execution %s of your weeks.',
      coalesce(quote_literal(retained_load.execution_id), 'null')), 'Check the id.', 'PT404');
  end if;
  select * into load from public.result_loads l where l.execution_id = retained_load.execution_id and l.complete;
  if not found then
    perform amc_history.refuse('result_not_kept', format('No result of execution %s is kept.', retained_load.execution_id),
      'It was not loaded, or was pruned: a week keeps its collection''s keep_versions.', 'PT404');
  end if;
  return load;
end;
$$;
comment on function amc_history.retained_load(text) is
  'The complete load of an execution of the caller''s. Refuses with execution_not_found, result_not_kept.';

create function public.execution_rows(execution_id text, max_rows integer default 1000, after_line bigint default 0)
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select amc_history.load_rows((amc_history.retained_load(execution_rows.execution_id)).id, execution_rows.max_rows, execution_rows.after_line);
$$;
comment on function public.execution_rows(text, integer, bigint) is
  $$The rows that an execution produced, shown or superseded, while they are kept: as week_rows answers them.

max_rows, after_line: as for week_rows. Refuses with execution_not_found, result_not_kept, rows_out_of_range.
Owners only.$$;

-- What became of each week ----------------------------------------------------------------------------------

alter table public.result_loads add column filtered_records bigint;
comment on column public.result_loads.filtered_records is
  'Rows that AMC marks as filtered for privacy, in its column filtered; null if the result has no such column.';

create function amc_history.count_filtered() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  flag text;
begin
  select t.columns[i] into flag from amc_history.result_tables t, generate_subscripts(t.header, 1) i
    where t.table_name = new.table_name and lower(t.header[i]) = 'filtered' limit 1;
  if found then
    execute format('select count(*) from amc_results.%I r where r.load_id = $1 and upper(r.%I) = ''TRUE''', new.table_name, flag)
      into new.filtered_records using new.id;
  end if;
  return new;
end;
$$;
comment on function amc_history.count_filtered() is
  'Counts a load''s filtered rows as it becomes complete. Definer: whoever writes loads need not read the list of results tables.';
create trigger count_filtered before update of complete on public.result_loads
  for each row when (new.complete and not old.complete) execute function amc_history.count_filtered();

create view public.week_results with (security_invoker = true) as
select w.collection_id, w.instance_id, c.workflow_id, w.id as week_id, w.week_start_date, w.week_end_date,
  w.status, w.execution_id,
  case
    when w.status = 'pending' then 'waiting'
    when w.status = 'completed' and l.id is null then 'reported'
    when w.status = 'completed' and l.records = 0 then 'empty'
    when w.status = 'completed' and l.filtered_records > 0 then 'filtered'
    when w.status = 'completed' then 'rows'
    when w.status = 'failed' and w.error_code = 'result_gone' then 'gone'
    else w.status
  end as state,
  l.records, l.filtered_records, l.completed_at as loaded_at,
  (select a.ended_at from public.week_attempts a
    where a.execution_id = w.execution_id and a.kind = 'restated' and a.outcome = 'collected') as restated_at,
  w.status = 'completed' and (w.due_at is not null
    or exists (select from public.week_attempts a where a.week_id = w.id and a.state <> 'ended')) as restating,
  (select count(*)::integer from public.workflow_executions e
    join public.result_loads s on s.execution_id = e.id and s.complete
    where e.week_id = w.id and e.id is distinct from w.execution_id
      and not exists (select from public.week_attempts a where a.execution_id = e.id and a.state <> 'ended')) as superseded_versions,
  w.error_code, w.error_message
from public.report_data_weeks w
join public.report_data_collections c on c.id = w.collection_id
left join public.result_loads l on l.execution_id = w.execution_id and l.complete and w.status = 'completed';
comment on view public.week_results is
  'What became of each week. state: waiting, running; rows; filtered (rows, some of which AMC has filtered for privacy); empty (AMC had no row to give: none, or all suppressed); reported (completed by another system, without rows here); failed; gone (failed: AMC no longer keeps the result); skipped; cancelled.';
comment on column public.week_results.records is 'Rows of the result that the week shows.';
comment on column public.week_results.filtered_records is 'Those of them that AMC marks as filtered; null if the result has no column filtered.';
comment on column public.week_results.restated_at is 'When the shown result replaced an earlier one; null if it is the first.';
comment on column public.week_results.restating is 'Whether a new attempt is due or under way, while the week shows what it shows.';
comment on column public.week_results.superseded_versions is 'Earlier results that are still kept; execution_rows reads them.';

revoke all on public.week_results from public, anon, authenticated, service_role;
grant select on public.week_results to authenticated, service_role;
revoke execute on function amc_history.load_types(uuid), amc_history.needs_output_columns(text), amc_history.record_output_columns(text, jsonb), amc_history.count_uncast(uuid, bigint, bigint),
  amc_history.load_summary(uuid), amc_history.record_checked_cells(), amc_history.check_cells(bigint), amc_history.count_filtered() from public, anon, authenticated, service_role;
do $$
declare
  f regprocedure;
begin
  foreach f in array array[
    'amc_history.cell_fits_sql(text, text)', 'amc_history.typed_cell_sql(text, text)', 'amc_history.json_number(text)',
    'amc_history.json_cells(text)', 'amc_history.retained_load(text)', 'amc_history.load_rows(uuid, integer, bigint)',
    'public.week_rows(uuid, integer, bigint)', 'public.execution_rows(text, integer, bigint)'
  ]::regprocedure[] loop
    execute format('revoke execute on function %s from public, anon', f);
    execute format('grant execute on function %s to authenticated, service_role', f);
  end loop;
end;
$$;

select cron.schedule('amc-history-check', '* * * * *', 'select amc_history.check_cells()');
