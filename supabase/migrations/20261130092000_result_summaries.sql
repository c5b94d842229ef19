-- The summary of a load: its columns and types, its first rows, the cells that do not fit, the rows that AMC filtered.

create function amc_history.load_types(load_id uuid) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
  return (select coalesce(t.types, amc_history.column_types(t.header, e.output_columns))
    from public.result_loads l
    join public.workflow_executions e on e.id = l.execution_id
    join amc_history.result_tables t on t.table_name = l.table_name
    where l.id = load_types.load_id);
end;
$$;
comment on function amc_history.load_types(uuid) is
  $$The types in SQL of a load's columns: those of its view, or those that the view will have once the load is complete;
null while AMC's outputColumns are not known.$$;

create function amc_history.needs_output_columns(execution_id text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
  return (select e.output_columns is null and f.output_columns is null
    from public.workflow_executions e
    join public.report_data_weeks w on w.id = e.week_id
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where e.id = needs_output_columns.execution_id);
end;
$$;
comment on function amc_history.needs_output_columns(text) is
  $$Whether AMC's outputColumns are known neither from this execution nor from an earlier one of its workflow version.
Then the worker asks: AMC's answer to a GET carries them (captured, H); whether its list does is not known.$$;

create function amc_history.record_output_columns(execution_id text, output_columns jsonb) returns boolean
language sql set search_path = ''
as $$
  update public.workflow_executions e set output_columns = record_output_columns.output_columns
  where e.id = record_output_columns.execution_id and jsonb_typeof(record_output_columns.output_columns) = 'array'
    and e.output_columns is null
  returning true;
$$;
comment on function amc_history.record_output_columns(text, jsonb) is
  $$Stores AMC's outputColumns of an ended execution that lacks them; called before begin_load, so that the load knows
the types. Answers true, or null if they were known or are not an array.$$;

create function amc_history.count_uncast(load_id uuid, from_line bigint, to_line bigint) returns jsonb
language plpgsql stable set search_path = ''
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
    return '{}'::jsonb;
  end if;
  execute format('select array[%s] from amc_results.%I r where r.load_id = $1 and r.line between $2 and $3',
    counts, target.table_name) into found using count_uncast.load_id, count_uncast.from_line, count_uncast.to_line;
  return (select coalesce(jsonb_object_agg(name, n) filter (where n > 0), '{}') from unnest(found,
    array(select name from unnest(target.columns, types) with ordinality as t(name, type, i)
      where type <> 'text' order by i))
    as t(n, name));
end;
$$;
comment on function amc_history.count_uncast(uuid, bigint, bigint) is
  $$Counts the cells of a load that are not empty and do not fit their column's type, which the view therefore shows as
null.

from_line, to_line: the lines to look at, both inclusive; counts of parts can be added up. Answers {column: n},
without the columns that have none; {} while the columns' types are not known. One pass over those lines.$$;

create function amc_history.load_summary(load_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
  max_cell_length constant integer := 1000;
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
  -- Checking takes about as long as COPY did: the load itself checks a quarter of what check_cells does in a run.
  elsif load.records <= amc_history.lines_at_once(load.records, load.bytes) / 4
    and amc_history.load_types(load.id) is not null then
    uncast := amc_history.count_uncast(load.id, 1, load.records);
  end if;
  select * into target from amc_history.result_tables t where t.table_name = load.table_name;
  told := coalesce((select e.output_columns from public.workflow_executions e where e.id = load.execution_id),
    (select f.output_columns from public.amc_workflows f
      where f.instance_id = target.instance_id and f.id = target.workflow_id));
  select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', n, 'type', o ->> 'dataType', 'kind', o ->> 'columnType',
      'read_as', type)) order by i)
    into columns
    from unnest(target.columns, target.header, amc_history.load_types(load.id)) with ordinality as t(n, h, type, i)
    left join lateral (select o
      from jsonb_array_elements(case jsonb_typeof(told) when 'array' then told else '[]' end) o
      where lower(o ->> 'name') = lower(h) limit 1) on true;
  execute format('select coalesce(jsonb_agg(to_jsonb(f) - ''line'' order by f.line), ''[]'') from (
      select r.line, %s from amc_results.%I r where r.load_id = $1 order by r.line limit 20) f',
    (select string_agg(format('left(r.%1$I, %2$s) as %1$I', n, max_cell_length), ', ' order by i)
      from unnest(target.columns) with ordinality as t(n, i)), target.table_name)
    into first_rows using load.id;
  return jsonb_strip_nulls(jsonb_build_object(
    'columns', columns, 'rows', load.records, 'bytes', load.bytes, 'files', load.file,
    'segments', cardinality(load.digests), 'segment_bytes', load.segment_bytes,
    'checksum', 'sha256:' || load.checksum, 'uncast', uncast,
    'seconds', round(extract(epoch from
      coalesce(load.completed_at, amc_history.clock_now()) - load.started_at)::numeric, 3)))
    -- Added after the nulls were stripped: here null is a cell without a value.
    || jsonb_build_object('first_rows', first_rows);
end;
$$;
comment on function amc_history.load_summary(uuid) is
  $$What a week's data says of a load: columns [{name, type and kind as AMC names them, read_as: the type in SQL}],
rows, bytes, files, segments, segment_bytes, checksum, uncast (cells that do not fit their type, by column; left out
until they are counted), seconds since it began, and first_rows: the first 20, as text, cells cut at 1000 characters.$$;

create function amc_history.record_checked_cells() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.summary ? 'uncast' then
    new.uncast := new.summary -> 'uncast';
    new.cells_checked_at := amc_history.clock_now();
  end if;
  return new;
end;
$$;
comment on function amc_history.record_checked_cells() is
  'Stores the summary''s count of cells that do not fit as a load becomes complete.';
create trigger record_checked_cells before update of complete on public.result_loads
  for each row when (new.complete and not old.complete) execute function amc_history.record_checked_cells();

create function amc_history.count_filtered(load_id uuid, from_line bigint) returns bigint
language plpgsql stable set search_path = ''
as $$
declare
  flag text;
  target text;
  filtered bigint;
begin
  select t.columns[i], t.table_name into flag, target from public.result_loads l
    join amc_history.result_tables t on t.table_name = l.table_name
    cross join generate_subscripts(t.header, 1) i
    where l.id = count_filtered.load_id and lower(t.header[i]) = 'filtered' limit 1;
  if found then
    execute format('select count(*) from amc_results.%I r where r.load_id = $1 and r.line >= $2
      and upper(r.%I) = ''TRUE''', target, flag)
      into filtered using count_filtered.load_id, count_filtered.from_line;
  end if;
  return filtered;
end;
$$;
comment on function amc_history.count_filtered(uuid, bigint) is
  $$Counts the rows of a load, from a line on, that AMC marks as filtered; null if the result has no such column.
commit_segment counts those of its segment: a whole result may take minutes.$$;

create function amc_history.add_counts(one jsonb, other jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
  select coalesce(jsonb_object_agg(name, n), '{}') from (
    select c.key as name, sum(c.value::bigint) as n
    from (select * from jsonb_each_text(add_counts.one) union all select * from jsonb_each_text(add_counts.other)) c
    group by c.key
  ) s;
$$;
comment on function amc_history.add_counts(jsonb, jsonb) is 'Adds up two counts by name, {"column": n}.';

create function amc_history.check_some_cells(load public.result_loads, lines bigint) returns bigint
language plpgsql set search_path = ''
as $$
declare
  last_line constant bigint := least((load).records, (load).checked_lines + check_some_cells.lines);
  found_uncast jsonb := amc_history.add_counts((load).uncast,
    amc_history.count_uncast((load).id, (load).checked_lines + 1, last_line));
begin
  if last_line < (load).records then
    update public.result_loads l set uncast = found_uncast, checked_lines = last_line where l.id = (load).id;
  else
    -- Locks the week before the load, as everywhere.
    update public.report_data_weeks w set data = w.data || jsonb_build_object('uncast', found_uncast)
    where w.execution_id = (load).execution_id and w.data = (load).summary;
    update public.result_loads l set uncast = found_uncast, checked_lines = last_line,
      cells_checked_at = amc_history.clock_now(),
      summary = l.summary || jsonb_build_object('uncast', found_uncast)
    where l.id = (load).id;
  end if;
  return last_line - (load).checked_lines;
end;
$$;
comment on function amc_history.check_some_cells(public.result_loads, bigint) is
  $$Counts the cells that do not fit their type in so many lines of a load, from where it is, and adds them to its
count; with the last line, also to its summary and its week's data. Answers how many lines that were.$$;

create function amc_history.loads_to_check() returns setof public.result_loads
language sql stable set search_path = ''
as $$
  select l.* from public.result_loads l
  join amc_history.result_tables t on t.table_name = l.table_name and t.types is not null
  where l.complete and l.cells_checked_at is null
    -- The worker of a live attempt holds the summary already and is about to report it.
    and not exists (select from public.week_attempts a where a.execution_id = l.execution_id and a.is_live)
    and not amc_history.is_held_up('job', 'amc-history-check/' || l.id)
  order by l.completed_at, l.id limit 100;
$$;
comment on function amc_history.loads_to_check() is
  'Loads whose cells are to be checked now, oldest first, at most 100; without those that are set aside.';

create function amc_history.check_cells() returns bigint
language plpgsql set search_path = ''
as $$
declare
  load public.result_loads;
  at_once bigint;
  -- What of this run's work is left; a run does the piece of one large load, or several small ones.
  share numeric := 1;
  looked_at bigint := 0;
  piece bigint;
begin
  for load in select * from amc_history.loads_to_check() loop
    at_once := amc_history.lines_at_once(load.records, load.bytes);
    exit when share * at_once < 1;
    begin
      piece := amc_history.check_some_cells(load, floor(share * at_once)::bigint);
      looked_at := looked_at + piece;
      share := share - piece::numeric / at_once;
      perform amc_history.end_stoppage('job', 'amc-history-check/' || load.id);
    exception when query_canceled or others then
      perform amc_history.set_load_aside('amc-history-check', load.id, sqlstate, sqlerrm);
      -- The statement's time is over.
      exit when sqlstate = '57014';
    end;
  end loop;
  return looked_at;
end;
$$;
comment on function amc_history.check_cells() is
  $$Counts the cells that do not fit their type in results that were too large to check while they were loaded, or whose
types became known later, and adds the count to their summaries and their weeks' data: oldest first, in one run
rows_at_once rows or bytes_at_once bytes at most (amc_history.allowances). Its place is in result_loads.checked_lines.
A load that fails is set aside, and the others go on. Answers how many rows it looked at. Run by pg_cron.$$;

create function amc_history.set_load_aside(job text, load_id uuid, code text, words text) returns void
language sql set search_path = ''
as $$
  select amc_history.record_stoppage('job', set_load_aside.job || '/' || set_load_aside.load_id, set_load_aside.code,
    'postgres', set_load_aside.words, w.instance_id, w.collection_id, w.id)
  from (select) one
  left join public.result_loads l on l.id = set_load_aside.load_id
  left join public.workflow_executions e on e.id = l.execution_id
  left join public.report_data_weeks w on w.id = e.week_id;
$$;
comment on function amc_history.set_load_aside(text, uuid, text, text) is
  $$Records that a job is held up at one load: code and words are the SQLSTATE and the message of the error.$$;

create function amc_history.end_passed_stoppages(job text) returns void
language sql set search_path = ''
as $$
  select amc_history.end_stoppage('job', s.subject) from public.stoppages s
  where s.kind = 'job' and s.ended_at is null and starts_with(s.subject, end_passed_stoppages.job || '/')
    and s.retry_at <= amc_history.clock_now();
$$;
comment on function amc_history.end_passed_stoppages(text) is
  $$Ends the stoppages of a job's rows that were to be tried again by now. A run that went through all its rows calls
it: a row that failed again waits anew, so the others succeeded, or are not to be done any more.$$;
