-- Results: the rows that an execution produced, as text, exactly as AMC sent them.
--
-- A workflow version has one table in amc_results, made when its first header is known, and two views in
-- public: results_… with the types that AMC told, raw_… with the text as it came. A load's rows are shown once
-- it is complete and the week's execution is the load's.

create table amc_history.result_tables (
  workflow_id text primary key,
  table_name text not null unique,
  view_name text not null unique,
  header text[] not null,
  columns text[] not null,
  types text[],
  created_at timestamptz not null default amc_history.clock_now(),
  constraint types_fit_columns check (cardinality(types) = cardinality(columns))
);

comment on table amc_history.result_tables is
  $$The results table of each workflow version: its header as in AMC's files, and the columns' names in SQL.$$;
comment on column amc_history.result_tables.types is
  $$Type in SQL of each column, once an execution told AMC's outputColumns; null until then, and all columns read as
text.$$;

alter table amc_history.result_tables enable row level security;

create function amc_history.column_names(header text[]) returns text[]
language plpgsql immutable set search_path = ''
as $$
declare
  taken text[] := array['instance_id', 'collection_id', 'week_id', 'week_start_date', 'week_end_date',
    'time_zone', 'window_start', 'window_end', 'execution_id', 'load_id', 'line', 'tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax'];
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
comment on function amc_history.column_names(text[]) is
  $$Names in SQL for the columns of a result: as in the file where that is possible, else cut, numbered (name_2) or by
place (column_3).$$;

create function amc_history.copy_load_id() returns uuid
language sql immutable set search_path = ''
as $$ select current_setting('amc_history.load_id')::uuid; $$;
comment on function amc_history.copy_load_id() is
  $$The load that the COPY under way fills: the default of load_id. Set by amc_history.open_load. Called immutable,
which it is within one COPY: COPY plans its defaults anew in each statement and so reads the setting once, not for
each row. Of use in a COPY only: a prepared INSERT would keep the load for which it was planned.$$;

create function amc_history.copy_line_sequence() returns regclass
language sql immutable set search_path = ''
as $$ select current_setting('amc_history.lines')::regclass; $$;
comment on function amc_history.copy_line_sequence() is
  $$The sequence that numbers the lines of the COPY under way. Set by amc_history.open_load; called immutable for the
reason that amc_history.copy_load_id gives.$$;

create function amc_history.column_types(header text[], output_columns jsonb) returns text[]
language sql immutable set search_path = ''
as $$
  with told as (
    select o ->> 'name' as name, split_part(upper(o ->> 'dataType'), '(', 1) as data_type,
      upper(o ->> 'columnType') as column_type, row_number() over (partition by o ->> 'name' order by i) as nth
    from jsonb_array_elements(case jsonb_typeof(column_types.output_columns)
      when 'array' then column_types.output_columns else '[]' end) with ordinality as t(o, i)
    where jsonb_typeof(o) = 'object'
  ),
  asked as (
    select name, i, row_number() over (partition by name order by i) as nth
    from unnest(column_types.header) with ordinality as t(name, i)
  )
  select case when exists (select from told) then array_agg(case
      when t.data_type = 'BOOLEAN' or lower(a.name) = 'filtered' and coalesce(t.data_type, 'STRING') = 'STRING' then 'boolean'
      when t.data_type = 'DATE' then 'date'
      when t.data_type = 'TIMESTAMP' then 'timestamp'
      when t.data_type in ('DECIMAL', 'DOUBLE', 'FLOAT') then 'numeric'
      when t.data_type in ('BYTE', 'SHORT', 'INTEGER', 'LONG') and t.column_type = 'METRIC' then 'numeric'
      else 'text'
    end order by a.i) end
  from asked a left join told t using (name, nth);
$$;
comment on function amc_history.column_types(text[], jsonb) is
  $$The type in SQL of each column of a header, after AMC's outputColumns [{name, columnType, dataType}] (captured, H).

numeric: DECIMAL, and integers that are METRIC. text: integers that are DIMENSION, which are ids and may go beyond
2^53, and all else. date, timestamp (AMC writes it without a zone: guide, M), boolean: as AMC says; filtered, AMC's
column of TRUE and FALSE (guide, M), is boolean also where AMC says STRING or nothing. Null if output_columns tells
of no column.$$;

create function amc_history.cell_fits_sql(cell text, sql_type text) returns text
language sql immutable set search_path = ''
as $$
  select replace(case cell_fits_sql.sql_type
    -- Within these bounds every number of this form is a numeric; asking pg_input_is_valid would parse it twice.
    when 'numeric' then $q$(# ~ '^[-+]?[0-9]*[.]?[0-9]+(?:[eE][-+]?[0-9][0-9]?[0-9]?)?$' and octet_length(#) < 1000)$q$
    -- The form first: Postgres would also take today, 1/2/25 and 25-1-6 for dates.
    when 'date' then $q$(# ~ '^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]$' and pg_catalog.pg_input_is_valid(#, 'date'))$q$
    -- At most six digits of a second: Postgres would round more.
    when 'timestamp' then $q$(octet_length(#) < 27
      and # ~ '^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][T ][0-9][0-9]:[0-9][0-9]:[0-9][0-9](?:[.][0-9]+)?$'
      and pg_catalog.pg_input_is_valid(#, 'timestamp'))$q$
    when 'boolean' then $q$(# in ('TRUE', 'FALSE', 'true', 'false'))$q$
    else 'true'
  end, '#', cell_fits_sql.cell);
$$;
comment on function amc_history.cell_fits_sql(text, text) is
  $$SQL that says whether a cell can be read as a type of amc_history.column_types. cell: SQL of the cell, of type
text.$$;

create function amc_history.typed_cell_sql(cell text, sql_type text) returns text
language sql immutable set search_path = ''
as $$
  select case when typed_cell_sql.sql_type = 'text' then typed_cell_sql.cell
    else format('case when %s then %s::%s end', amc_history.cell_fits_sql(typed_cell_sql.cell, typed_cell_sql.sql_type), typed_cell_sql.cell,
      typed_cell_sql.sql_type) end;
$$;
comment on function amc_history.typed_cell_sql(text, text) is
  $$SQL that reads a cell as a type of amc_history.column_types, and as null where it does not fit. cell: SQL of the
cell, of type text.$$;

create function amc_history.create_result_view(target amc_history.result_tables, view_name text, cells text[], about text) returns void
language plpgsql set search_path = ''
as $$
begin
  if to_regclass(format('public.%I', create_result_view.view_name)) is not null then
    execute format('drop view public.%I', create_result_view.view_name);
  end if;
  execute format('create view public.%I with (security_invoker = true) as
    select w.instance_id, w.collection_id, w.id as week_id, w.week_start_date, w.week_end_date, c.time_zone,
      w.week_start_date::timestamp at time zone c.time_zone as window_start,
      (w.week_end_date + 1)::timestamp at time zone c.time_zone as window_end,
      w.execution_id, r.line, %s
    from public.report_data_weeks w
    join public.report_data_collections c on c.id = w.collection_id
    join public.result_loads l on l.execution_id = w.execution_id and l.complete
    join amc_results.%I r on r.load_id = l.id
    where w.status = ''completed''',
    create_result_view.view_name, (select string_agg(format('%s as %I', cell, name), ', ' order by i)
      from unnest(create_result_view.cells, target.columns) with ordinality as t(cell, name, i)), target.table_name);
  execute format('comment on view public.%I is %L', create_result_view.view_name, format(create_result_view.about, target.workflow_id));
  execute format('revoke all on public.%I from public, anon, authenticated, service_role', create_result_view.view_name);
  execute format('grant select on public.%I to authenticated, service_role', create_result_view.view_name);
end;
$$;
comment on function amc_history.create_result_view(amc_history.result_tables, text, text[], text) is
  $$Makes one view of a results table anew. cells: SQL of each column, of the row r. about: its comment, with %s for
the workflow.$$;

create function amc_history.create_result_views(target amc_history.result_tables) returns void
language plpgsql set search_path = ''
as $$
declare
  cells text[];
begin
  select array_agg(format('r.%I', name) order by i) into cells from unnest(target.columns) with ordinality as t(name, i);
  perform amc_history.create_result_view(target, 'raw_' || target.table_name, cells,
    'Results of AMC workflow %s, of completed weeks, with their execution; every cell as the text that AMC sent.');
  select array_agg(amc_history.typed_cell_sql(cell, coalesce(target.types[i], 'text')) order by i) into cells
  from unnest(cells) with ordinality as t(cell, i);
  perform amc_history.create_result_view(target, target.view_name, cells,
    'Results of AMC workflow %s, of completed weeks, with their execution. A cell that does not fit its type is null; raw_… shows it.');
  -- The API serves the views without waiting for a restart.
  notify pgrst, 'reload schema';
end;
$$;
comment on function amc_history.create_result_views(amc_history.result_tables) is
  'Makes the two views of a workflow version anew: results_… with types, raw_… with text.';

create function amc_history.create_result_table(workflow_id text, header text[]) returns amc_history.result_tables
language plpgsql set search_path = ''
as $$
declare
  stem text := left(regexp_replace(lower(create_result_table.workflow_id), '[^a-z0-9]+', '_', 'g'), 54);
  names text[] := amc_history.column_names(create_result_table.header);
  made amc_history.result_tables;
begin
  execute format('create table amc_results.%I (
      load_id uuid not null default amc_history.copy_load_id(),
      line bigint not null default nextval(amc_history.copy_line_sequence()),
      %s, primary key (load_id, line))',
    stem, (select string_agg(format('%I text', n), ', ' order by i) from unnest(names) with ordinality as t(n, i)));
  execute format('comment on table amc_results.%I is %L', stem, 'Rows of AMC workflow ' || create_result_table.workflow_id);
  execute format('alter table amc_results.%I enable row level security', stem);
  execute format('create policy "owners read their rows" on amc_results.%I for select to authenticated
    using (load_id in (select amc_history.loads_of_caller()))', stem);
  execute format('revoke all on amc_results.%I from public, anon, authenticated, service_role', stem);
  execute format('grant select on amc_results.%I to authenticated, service_role', stem);
  insert into amc_history.result_tables (workflow_id, table_name, view_name, header, columns)
  values (create_result_table.workflow_id, stem, 'results_' || stem, create_result_table.header, names)
  returning * into made;
  perform amc_history.create_result_views(made);
  return made;
end;
$$;
comment on function amc_history.create_result_table(text, text[]) is
  'Makes the table and the views of a workflow version whose first header is known.';

create function amc_history.describe_header_change(expected text[], got text[]) returns text
language sql immutable set search_path = ''
as $$
  with old as (
    select name, i, row_number() over (partition by name order by i) as nth
    from unnest(describe_header_change.expected) with ordinality as t(name, i)
  ),
  new as (
    select name, i, row_number() over (partition by name order by i) as nth
    from unnest(describe_header_change.got) with ordinality as t(name, i)
  ),
  -- Places among the columns that both have: one column more moves none of the others.
  kept as (
    select name, o.i as old_place, n.i as new_place,
      row_number() over (order by o.i) <> row_number() over (order by n.i) as moved
    from old o join new n using (name, nth)
  )
  select concat_ws('; ',
    'added ' || (select string_agg(quote_ident(name), ', ' order by n.i) from new n where (name, nth) not in (select name, nth from old)),
    'removed ' || (select string_agg(quote_ident(name), ', ' order by o.i) from old o where (name, nth) not in (select name, nth from new)),
    'moved ' || (select string_agg(format('%I from place %s to %s', name, old_place, new_place), ', ' order by new_place) from kept where moved));
$$;
comment on function amc_history.describe_header_change(text[], text[]) is
  'In words, which columns of a header were added, removed and moved. Empty if none was.';
