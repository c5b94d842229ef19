-- Results: the rows that an execution produced, as text, exactly as AMC sent them.
--
-- A workflow version of an instance has one table in amc_results, which its first header creates, and two views in
-- public: results_… reads cells as AMC's types, raw_… as the text that came. The views show a load's rows once the
-- load is complete and its execution is the week's.

create table amc_history.result_tables (
  instance_id text not null,
  workflow_id text not null,
  table_name text not null unique,
  header text[] not null,
  columns text[] not null,
  types text[],
  created_at timestamptz not null default amc_history.clock_now(),
  primary key (instance_id, workflow_id),
  foreign key (instance_id, workflow_id) references public.amc_workflows (instance_id, id) on delete cascade,
  constraint types_fit_columns check (cardinality(types) = cardinality(columns)),
  constraint types_are_known check (types <@ '{text,numeric,date,timestamp,boolean}')
);

comment on table amc_history.result_tables is
  $$The results table of each workflow version of an instance: its header as in AMC's files, and the columns' names in
SQL. Two instances never share one, whatever their queries.$$;
comment on column amc_history.result_tables.types is
  $$Type in SQL of each column, from AMC's outputColumns; null until an execution carried them: then the view reads all
columns as text.$$;

alter table amc_history.result_tables enable row level security;

create function amc_history.column_names(header text[]) returns text[]
language plpgsql immutable set search_path = ''
as $$
declare
  -- As keys of an object: looked up, not searched through.
  taken jsonb := (select jsonb_object_agg(reserved, 1) from unnest(array['instance_id', 'collection_id', 'week_id',
    'week_start_date', 'week_end_date', 'time_zone', 'window_start', 'window_end', 'execution_id', 'load_id', 'line',
    'tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax']) as t(reserved));
  names text[] := '{}';
  stem text;
  name text;
  n integer;
begin
  for i in 1 .. cardinality(header) loop
    -- Postgres keeps 63 bytes of a name: five are left for a suffix. No character has less than a byte.
    stem := left(coalesce(nullif(btrim(header[i]), ''), 'column_' || i), 58);
    while octet_length(stem) > 58 loop
      stem := left(stem, -1);
    end loop;
    name := stem;
    -- The number that was last given to this stem.
    n := coalesce((taken ->> stem)::integer, 1);
    while taken ? name loop
      n := n + 1;
      name := stem || '_' || n;
    end loop;
    taken := taken || jsonb_build_object(stem, n) || jsonb_build_object(name, coalesce(taken -> name, '1'));
    names := names || name;
  end loop;
  return names;
end;
$$;
comment on function amc_history.column_names(text[]) is
  $$Names in SQL for the columns of a result: as in the file where that is possible, else cut, numbered (name_2) or
named by place (column_3).$$;

create function amc_history.copy_load_id() returns uuid
language sql immutable set search_path = ''
as $$ select current_setting('amc_history.load_id')::uuid; $$;
comment on function amc_history.copy_load_id() is
  $$The load that the running COPY fills: the default of load_id. amc_history.open_load sets it.

Declared immutable, which it is within one COPY: COPY plans its defaults anew in each statement and so reads the
setting once, not for each row. For COPY only: a prepared INSERT would keep the load for which it was planned.$$;

create function amc_history.copy_line_sequence() returns regclass
language sql immutable set search_path = ''
as $$ select current_setting('amc_history.lines')::regclass; $$;
comment on function amc_history.copy_line_sequence() is
  $$The sequence that numbers the lines of the running COPY. amc_history.open_load sets it; declared immutable for the
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
      when t.data_type = 'BOOLEAN' or lower(a.name) = 'filtered' and coalesce(t.data_type, 'STRING') = 'STRING'
        then 'boolean'
      when t.data_type = 'DATE' then 'date'
      when t.data_type = 'TIMESTAMP' then 'timestamp'
      when t.data_type in ('DECIMAL', 'DOUBLE', 'FLOAT') then 'numeric'
      when t.data_type in ('BYTE', 'SHORT', 'INTEGER', 'LONG') and t.column_type = 'METRIC' then 'numeric'
      else 'text'
    end order by a.i) end
  from asked a left join told t using (name, nth);
$$;
comment on function amc_history.column_types(text[], jsonb) is
  $$The type in SQL of each column of a header, by AMC's outputColumns [{name, columnType, dataType}] (captured, H).

numeric: DECIMAL, and integers that are METRIC. text: integers that are DIMENSION, which are ids and may go beyond
2^53, and everything else. date, timestamp (AMC writes it without a zone: guide, M), boolean: as AMC says. The column
filtered, which AMC fills with TRUE and FALSE (guide, M), is boolean also where AMC says STRING or nothing. Null if
output_columns names no column.$$;

create function amc_history.cell_forms(cell text, sql_type text) returns table (fits text, value text)
language sql immutable set search_path = ''
as $$
  -- The form first, since Postgres would also read today, NaN, 1_000, 1/2/25 and 25-1-6; the length before that.
  select replace(replace(replace(replace(f.fits, '<day>', '[0-9]{4}-[0-9][0-9]-[0-9][0-9]'),
      '<time>', '[0-9][0-9]:[0-9][0-9]:[0-9][0-9]'), '<b>', '[ \t]*'), '#', cell_forms.cell),
    replace(f.value, '#', cell_forms.cell)
  from (values
    -- Within these bounds every text of this form is a numeric; pg_input_is_valid would parse it a second time.
    ('numeric', $q$(octet_length(#) < 1000
      and # ~ '^<b>[-+]?[0-9]*[.]?[0-9]+(?:[eE][-+]?[0-9][0-9]?[0-9]?)?<b>$')$q$, '#::numeric'),
    ('date', $q$(octet_length(#) < 99 and # ~ '^<b><day><b>$'
      and pg_catalog.pg_input_is_valid(#, 'date'))$q$, '#::date'),
    -- At midnight UTC: with any other time or offset it may be another day.
    ('date', $q$(octet_length(#) < 99
      and # ~ '^<b><day>[T ]00:00:00(?:[.]0{1,9})?(?:Z| ?UTC|[-+]00(?::?00)?)?<b>$'
      and pg_catalog.pg_input_is_valid(left(btrim(#, E' \t'), 10), 'date'))$q$,
      $q$left(btrim(#, E' \t'), 10)::date$q$),
    -- Z and UTC say nothing new of a time in UTC, and Postgres drops them.
    ('timestamp', $q$(octet_length(#) < 99
      and # ~ '^<b><day>[T ]<time>(?:[.][0-9]{1,6})?(?:Z| ?UTC)?<b>$'
      and pg_catalog.pg_input_is_valid(#, 'timestamp'))$q$, '#::timestamp'),
    -- Postgres keeps six digits of a second, and would round the others, into the next day if need be: they are cut.
    ('timestamp', $q$(octet_length(#) < 99
      and # ~ '^<b><day>[T ]<time>[.][0-9]{7,9}(?:Z| ?UTC)?<b>$'
      and pg_catalog.pg_input_is_valid(left(btrim(#, E' \t'), 26), 'timestamp'))$q$,
      $q$left(btrim(#, E' \t'), 26)::timestamp$q$),
    ('timestamp', $q$(octet_length(#) < 99
      and # ~ '^<b><day>[T ]<time>(?:[.][0-9]{1,9})?[-+][0-9][0-9](?::?[0-9][0-9])?<b>$'
      and pg_catalog.pg_input_is_valid(regexp_replace(#, '([.][0-9]{6})[0-9]+', '\1'), 'timestamptz'))$q$,
      $q$(regexp_replace(#, '([.][0-9]{6})[0-9]+', '\1')::timestamptz at time zone 'UTC')$q$),
    ('boolean', $q$# in ('TRUE', 'FALSE', 'true', 'false')$q$, '#::boolean'),
    ('boolean', $q$(octet_length(#) < 99 and lower(btrim(#, E' \t')) in ('true', 'false'))$q$, '#::boolean')
  ) as f(sql_type, fits, value)
  where f.sql_type = cell_forms.sql_type;
$$;
comment on function amc_history.cell_forms(text, text) is
  $$The forms in which a cell of a type of amc_history.column_types is read: SQL that says whether it has the form, and
SQL of its value then. cell: SQL of the cell, of type text.

AMC writes DATE as yyyy-MM-dd and TIMESTAMP as yyyy-MM-ddTHH:mm:ss.SSS (SPEC, M); the other forms are what it may
write. A time with an offset is that instant in UTC.$$;

create function amc_history.cell_fits_sql(cell text, sql_type text) returns text
language sql immutable set search_path = ''
as $$
  select case when cell_fits_sql.sql_type = 'text' then 'true' else
    (select format('(%s)', string_agg(fits, ' or ')) from amc_history.cell_forms(cell_fits_sql.cell,
      cell_fits_sql.sql_type)) end;
$$;
comment on function amc_history.cell_fits_sql(text, text) is
  $$SQL that says whether a cell can be read as a type of amc_history.column_types. cell: SQL of the cell, of type
text.$$;

create function amc_history.typed_cell_sql(cell text, sql_type text) returns text
language sql immutable set search_path = ''
as $$
  select case when typed_cell_sql.sql_type = 'text' then typed_cell_sql.cell else
    (select format('case %s end', string_agg(format('when %s then %s', fits, value), ' '))
      from amc_history.cell_forms(typed_cell_sql.cell, typed_cell_sql.sql_type)) end;
$$;
comment on function amc_history.typed_cell_sql(text, text) is
  $$SQL that reads a cell as a type of amc_history.column_types, and as null where it does not fit. cell: SQL of the
cell, of type text.$$;

create function amc_history.create_result_view(
  target amc_history.result_tables, view_name text, cells text[], about text
) returns void
language plpgsql set search_path = ''
as $$
declare
  columns text := (select string_agg(format('%s as %I', cell, name), ', ' order by i)
    from unnest(create_result_view.cells, target.columns) with ordinality as t(cell, name, i));
begin
  execute format('drop view if exists public.%I', create_result_view.view_name);
  execute format('create view public.%I with (security_invoker = true) as
    select w.instance_id, w.collection_id, w.id as week_id, w.week_start_date, w.week_end_date, c.time_zone,
      w.week_start_date::timestamp at time zone c.time_zone as window_start,
      (w.week_end_date + 1)::timestamp at time zone c.time_zone as window_end,
      w.execution_id, r.line, %s
    from public.report_data_weeks w
    join public.report_data_collections c on c.id = w.collection_id
    join public.result_loads l on l.execution_id = w.execution_id and l.complete
    join amc_results.%I r on r.load_id = l.id
    where w.status = ''completed''', create_result_view.view_name, columns, target.table_name);
  execute format('comment on view public.%I is %L', create_result_view.view_name,
    format(create_result_view.about, target.workflow_id, target.instance_id));
  execute format('revoke all on public.%I from public, anon, authenticated, service_role',
    create_result_view.view_name);
  execute format('grant select on public.%I to authenticated, service_role', create_result_view.view_name);
end;
$$;
comment on function amc_history.create_result_view(amc_history.result_tables, text, text[], text) is
  $$Creates one view of a results table, in place of the one that is there.

cells: SQL of each column, of the row r. about: its comment, with %1$s for the workflow and %2$s for the instance.$$;

create function amc_history.create_result_views(target amc_history.result_tables) returns void
language plpgsql set search_path = ''
as $$
declare
  workflow public.amc_workflows;
  cells text[];
begin
  select * into workflow from public.amc_workflows f
    where f.instance_id = (target).instance_id and f.id = (target).workflow_id;
  select array_agg(format('r.%I', name) order by i) into cells
  from unnest(target.columns) with ordinality as t(name, i);
  perform amc_history.create_result_view(target, workflow.raw_view, cells,
    'Results of AMC workflow %1$s of instance %2$s, of completed weeks, with their execution; '
    'every cell as the text that AMC sent.');
  select array_agg(amc_history.typed_cell_sql(cell, coalesce(target.types[i], 'text')) order by i) into cells
  from unnest(cells) with ordinality as t(cell, i);
  perform amc_history.create_result_view(target, workflow.results_view, cells,
    'Results of AMC workflow %1$s of instance %2$s, of completed weeks, with their execution. '
    'A cell that does not fit its type is null; raw_… shows it.');
  -- The API serves the views without waiting for a restart.
  notify pgrst, 'reload schema';
end;
$$;
comment on function amc_history.create_result_views(amc_history.result_tables) is
  'Creates the two views of a workflow version, in place of those that are there: one with types, one with text.';

create function amc_history.create_result_table(workflow public.amc_workflows, header text[])
returns amc_history.result_tables
language plpgsql set search_path = ''
as $$
declare
  name constant text := (workflow).result_table;
  columns text[] := amc_history.column_names(create_result_table.header);
  created amc_history.result_tables;
begin
  execute format('create table amc_results.%I (
      load_id uuid not null default amc_history.copy_load_id(),
      line bigint not null default nextval(amc_history.copy_line_sequence()),
      %s, primary key (load_id, line))', name,
    (select string_agg(format('%I text', n), ', ' order by i) from unnest(columns) with ordinality as t(n, i)));
  execute format('comment on table amc_results.%I is %L', name,
    format('Rows of AMC workflow %s of instance %s', (workflow).id, (workflow).instance_id));
  execute format('alter table amc_results.%I enable row level security', name);
  execute format('create policy "owners read their rows" on amc_results.%I for select to authenticated
    using (load_id in (select amc_history.loads_of_caller()))', name);
  execute format('revoke all on amc_results.%I from public, anon, authenticated, service_role', name);
  execute format('grant select on amc_results.%I to authenticated, service_role', name);
  insert into amc_history.result_tables (instance_id, workflow_id, table_name, header, columns)
  values ((workflow).instance_id, (workflow).id, name, create_result_table.header, columns)
  returning * into created;
  perform amc_history.create_result_views(created);
  return created;
end;
$$;
comment on function amc_history.create_result_table(public.amc_workflows, text[]) is
  'Creates the table and the views of a workflow version once its first header is known. Answers its row.';

create function amc_history.drop_result_table() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  execute format('drop view if exists public.%I, public.%I', 'results_' || old.table_name, 'raw_' || old.table_name);
  execute format('drop table if exists amc_results.%I', old.table_name);
  notify pgrst, 'reload schema';
  return null;
end;
$$;
comment on function amc_history.drop_result_table() is
  $$Drops the table and the views of a workflow version that is deleted (with its instance, say). Definer: whoever
deletes a workflow need not own them.$$;
create trigger drop_result_table after delete on amc_history.result_tables
  for each row execute function amc_history.drop_result_table();

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
    'added ' || (select string_agg(quote_ident(name), ', ' order by n.i)
      from new n where (name, nth) not in (select name, nth from old)),
    'removed ' || (select string_agg(quote_ident(name), ', ' order by o.i)
      from old o where (name, nth) not in (select name, nth from new)),
    'moved ' || (select string_agg(format('%I from place %s to %s', name, old_place, new_place), ', '
        order by new_place)
      from kept where moved));
$$;
comment on function amc_history.describe_header_change(text[], text[]) is
  'Says which columns of a header were added, removed and moved; empty if none was.';
