-- Comparing: what a restatement changed, row by row.

create function amc_history.key_columns(load public.result_loads) returns text[]
language sql stable set search_path = ''
as $$
  with told as (
    select coalesce(e.output_columns, f.output_columns, '[]') as columns
    from public.workflow_executions e
    join public.report_data_weeks w on w.id = e.week_id
    join public.report_data_collections c on c.id = w.collection_id
    -- A former member of the instance still reads what they collected.
    left join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where e.id = (load).execution_id
  )
  select array_agg(a.attname::text order by a.attnum)
  from pg_catalog.pg_attribute a, told
  where a.attrelid = format('amc_results.%I', (load).table_name)::regclass and a.attnum > 0 and not a.attisdropped
    and a.attname not in ('load_id', 'line')
    -- filtered says something of the row; it does not identify it.
    and lower(a.attname) <> 'filtered'
    and exists (select
      from jsonb_array_elements(case jsonb_typeof(told.columns) when 'array' then told.columns else '[]' end) o
      where upper(o ->> 'columnType') = 'DIMENSION' and lower(o ->> 'name') = lower((load).header[
        case when (load).columns is null then a.attnum - 2 else array_position((load).columns, a.attname::text) end]));
$$;
comment on function amc_history.key_columns(public.result_loads) is
  $$The columns of a load that are dimensions, by AMC's outputColumns; null if none is known. Without columns of its
own, the load has the table's from the third on.$$;

create function amc_history.rows_at(load public.result_loads, lines bigint[])
returns table (line bigint, cells jsonb)
language plpgsql stable set search_path = ''
as $$
begin
  for line, cells in execute format('select s.line, to_jsonb(s) from (select r.line, %s from amc_results.%I r
      where r.load_id = $1 and r.line = any ($2)) s', amc_history.json_cells((load).table_name), (load).table_name)
      using (load).id, rows_at.lines loop
    return next;
  end loop;
end;
$$;
comment on function amc_history.rows_at(public.result_loads, bigint[]) is 'Rows of a load, by their lines, as JSON.';

create function amc_history.compare_loads(a public.result_loads, b public.result_loads, key text[], max_rows integer,
  out added bigint, out removed bigint, out changed bigint, out unchanged bigint,
  out added_lines bigint[], out removed_lines bigint[], out changed_lines bigint[], out changed_from bigint[])
language plpgsql stable set search_path = ''
as $$
declare
  -- The text of a record tells a null from an empty text, and is hashed and compared by its bytes.
  whole text := (select format('row(%s)::text', string_agg(format('r.%I', attname), ', ' order by attnum))
    from pg_catalog.pg_attribute
    where attrelid = format('amc_results.%I', (b).table_name)::regclass and attnum > 2 and not attisdropped);
  -- Without a key a row is known by all its cells, and equal rows are counted.
  known_by text := case when compare_loads.key is null then whole
    else (select format('row(%s)::text', string_agg(format('r.%I', name), ', ' order by i))
      from unnest(compare_loads.key) with ordinality as t(name, i)) end;
  nth text := case when compare_loads.key is null
    then format('row_number() over (partition by %s order by r.line)', whole) else '1' end;
begin
  execute format('with
    a as (select r.line, %1$s as k, %2$s as nth, %3$s as whole from amc_results.%4$I r where r.load_id = $1),
    b as (select r.line, %1$s as k, %2$s as nth, %3$s as whole from amc_results.%4$I r where r.load_id = $2),
    pairs as materialized (select a.line as a, b.line as b, a.whole is distinct from b.whole as differs
      from a full join b on a.k = b.k and a.nth = b.nth),
    counts as (select count(*) filter (where a is null) as added, count(*) filter (where b is null) as removed,
        count(*) filter (where a is not null and b is not null and differs) as changed,
        count(*) filter (where not differs) as unchanged
      from pairs)
    select c.*, array(select b from pairs where a is null order by b limit $3),
      array(select a from pairs where b is null order by a limit $3),
      array(select b from pairs where a is not null and b is not null and differs order by b limit $3),
      array(select a from pairs where a is not null and b is not null and differs order by b limit $3)
    from counts c', known_by, nth, whole, (b).table_name)
    into added, removed, changed, unchanged, added_lines, removed_lines, changed_lines, changed_from
    using (a).id, (b).id, compare_loads.max_rows;
end;
$$;
comment on function amc_history.compare_loads(public.result_loads, public.result_loads, text[], integer) is
  $$Pairs the rows of two loads of one table by key, or without a key by all their cells, and counts them; up to
max_rows lines of each kind, changed_from beside changed_lines.$$;

create function amc_history.is_unique(load public.result_loads, key text[]) returns boolean
language plpgsql stable strict set search_path = ''
as $$
declare
  answer boolean;
begin
  execute format(
    'select not exists (select from amc_results.%I r where r.load_id = $1 group by %s having count(*) > 1)',
    (load).table_name, (select string_agg(format('r.%I', name), ', ' order by i)
      from unnest(is_unique.key) with ordinality as t(name, i)))
    into answer using (load).id;
  return answer;
end;
$$;
comment on function amc_history.is_unique(public.result_loads, text[]) is
  'Whether no two rows of a load have the same key; null if there is no key.';

create function public.compare_executions(execution_a text, execution_b text, max_rows integer default 100)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  most constant integer := 1000;
  a public.result_loads := amc_history.retained_load(compare_executions.execution_a);
  b public.result_loads := amc_history.retained_load(compare_executions.execution_b);
  weeks text[] := array(select distinct format('week %s of collection %s', w.week_start_date, w.collection_id)
    from public.workflow_executions e join public.report_data_weeks w on w.id = e.week_id
    where e.id in (a.execution_id, b.execution_id));
  key text[] := coalesce(amc_history.key_columns(b), amc_history.key_columns(a));
  found record;
begin
  if compare_executions.max_rows is null or compare_executions.max_rows not between 0 and most then
    perform amc_history.refuse('rows_out_of_range', format('Expected 0 to %s rows of each kind, got %s.', most,
      coalesce(compare_executions.max_rows::text, 'null')), 'The counts are of all rows, however many are shown.');
  elsif cardinality(weeks) > 1 then
    perform amc_history.refuse('executions_of_different_weeks',
      format('Expected two executions of one week; got one of %s and one of %s.', weeks[1], weeks[2]),
      'Take two that week_versions lists for one week.');
  end if;
  if not (amc_history.is_unique(a, key) and amc_history.is_unique(b, key)) then
    key := null;
  end if;
  found := amc_history.compare_loads(a, b, key, compare_executions.max_rows);
  return jsonb_build_object('execution_a', a.execution_id, 'execution_b', b.execution_id, 'key', key,
    'added', found.added, 'removed', found.removed, 'changed', found.changed, 'unchanged', found.unchanged,
    'rows', jsonb_build_object(
      'added', (select coalesce(jsonb_agg(r.cells order by r.line), '[]')
        from amc_history.rows_at(b, found.added_lines) r),
      'removed', (select coalesce(jsonb_agg(r.cells order by r.line), '[]')
        from amc_history.rows_at(a, found.removed_lines) r),
      'changed', (select coalesce(jsonb_agg(jsonb_build_object('before', old.cells, 'after', new.cells,
          'columns', (select jsonb_agg(c.name) from jsonb_each(old.cells) as c(name, cell)
            where c.name <> 'line' and new.cells -> c.name is distinct from c.cell)) order by new.line), '[]')
        from unnest(found.changed_from, found.changed_lines) as p(old_line, new_line)
        join amc_history.rows_at(a, found.changed_from) old on old.line = p.old_line
        join amc_history.rows_at(b, found.changed_lines) new on new.line = p.new_line)));
end;
$$;
comment on function public.compare_executions(text, text, integer) is
  $$Says what a restatement changed: rows that execution_b added to those of execution_a, removed from them or changed.

execution_a, execution_b: two executions of one week whose results are kept. max_rows: how many rows of each kind
are shown, 0 to 1000. Rows are paired by their dimensions (key), if AMC told which columns those are and no two
rows of one result have the same; else (key null) by all their cells, equal rows counted, and none is changed.
Cells are compared as AMC's text and shown as week_rows shows them. Answers {execution_a, execution_b, key, added,
removed, changed, unchanged, rows: {added, removed, changed: [{before, after, columns}]}}. Refuses with
execution_not_found, result_not_kept, executions_of_different_weeks, rows_out_of_range. For members.$$;
