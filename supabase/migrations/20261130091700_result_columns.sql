-- Columns: the header of a result file becomes names in SQL, AMC's outputColumns become types; cells are read by them.

create function amc_history.match_header(expected text[], got text[]) returns integer[]
language plpgsql immutable set search_path = ''
as $$
begin
  return (
    with expected as (
      select name, i, row_number() over (partition by name order by i) as nth
      from unnest(match_header.expected) with ordinality as t(name, i)
    ),
    got as (
      select name, i, row_number() over (partition by name order by i) as nth
      from unnest(match_header.got) with ordinality as t(name, i)
    ),
    exact as (select e.i as place, g.i from expected e join got g using (name, nth)),
    -- What is left over is compared without regard to case.
    folded as (
      select e.i as place, g.i
      from (select lower(btrim(name)) as name, i, row_number() over (partition by lower(btrim(name)) order by i) as nth
        from expected where i not in (select place from exact)) e
      join (select lower(btrim(name)) as name, i, row_number() over (partition by lower(btrim(name)) order by i) as nth
        from got where i not in (select i from exact)) g using (name, nth)
    )
    select coalesce(array_agg(coalesce(x.place, f.place)::integer order by g.i), '{}')
    from got g left join exact x on x.i = g.i left join folded f on f.i = g.i);
end;
$$;
comment on function amc_history.match_header(text[], text[]) is
  $$For each name of a header (got) its place in another one (expected), by name, whatever the order and, where nothing
fits exactly, the case; null where it has none. Equal names are matched in their order.$$;

create function amc_history.describe_header_change(expected text[], got text[]) returns text
language sql immutable set search_path = ''
as $$
  with matched as (
    select amc_history.match_header(describe_header_change.expected, describe_header_change.got) as places
  ),
  -- Twenty names say enough, and a name may be long.
  added as (
    select left(quote_ident(t.name), 100) as name, t.i
    from matched m, unnest(describe_header_change.got, m.places) with ordinality as t(name, place, i)
    where t.place is null order by t.i limit 20
  ),
  removed as (
    select left(quote_ident(t.name), 100) as name, t.i
    from matched m, unnest(describe_header_change.expected) with ordinality as t(name, i)
    where t.i <> all (array_remove(m.places, null)) order by t.i limit 20
  )
  select concat_ws('; ', 'added ' || (select string_agg(name, ', ' order by i) from added),
    'removed ' || (select string_agg(name, ', ' order by i) from removed));
$$;
comment on function amc_history.describe_header_change(text[], text[]) is
  $$Says which columns a header (got) has that another one (expected) has not, and the other way round, whatever the
order and the case; empty if there are none. At most twenty of each, cut at 100 characters.$$;

create function amc_history.told_names(output_columns jsonb) returns text[]
language sql immutable set search_path = ''
as $$
  -- An element without a name keeps its place, so that places are those of the array.
  select case when count(o ->> 'name') > 0 then array_agg(o ->> 'name' order by i) end
  from jsonb_array_elements(case jsonb_typeof(told_names.output_columns)
    when 'array' then told_names.output_columns else '[]' end) with ordinality as t(o, i);
$$;
comment on function amc_history.told_names(jsonb) is
  $$The names of AMC's outputColumns, in their order; null if it told none.$$;

create function amc_history.column_names(header text[]) returns text[]
language plpgsql immutable set search_path = ''
as $$
declare
  -- As keys of an object: looked up, not searched through.
  taken jsonb := (select jsonb_object_agg(reserved, 1) from unnest(array['instance_id', 'collection_id', 'series',
    'workflow_id', 'week_id', 'week_start_date', 'week_end_date', 'time_zone', 'window_start', 'window_end',
    'execution_id', 'load_id', 'line', 'tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax']) as t(reserved));
  names text[] := '{}'::text[];
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

create function amc_history.column_types(header text[], output_columns jsonb) returns text[]
language sql immutable set search_path = ''
as $$
  with told as (
    select split_part(upper(o ->> 'dataType'), '(', 1) as data_type, upper(o ->> 'columnType') as column_type, i
    from jsonb_array_elements(case jsonb_typeof(column_types.output_columns)
      when 'array' then column_types.output_columns else '[]' end) with ordinality as t(o, i)
  )
  select case when cardinality(amc_history.told_names(column_types.output_columns)) > 0 then array_agg(case
      when t.data_type = 'BOOLEAN' or lower(a.name) = 'filtered' and coalesce(t.data_type, 'STRING') = 'STRING'
        then 'boolean'
      when t.data_type = 'DATE' then 'date'
      when t.data_type = 'TIMESTAMP' then 'timestamp'
      when t.data_type in ('DECIMAL', 'DOUBLE', 'FLOAT') then 'numeric'
      when t.data_type in ('BYTE', 'SHORT', 'INTEGER', 'LONG') and t.column_type = 'METRIC' then 'numeric'
      else 'text'
    end order by a.i) end
  from unnest(column_types.header, amc_history.match_header(
      amc_history.told_names(column_types.output_columns), column_types.header)) with ordinality as a(name, place, i)
  left join told t on t.i = a.place;
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
