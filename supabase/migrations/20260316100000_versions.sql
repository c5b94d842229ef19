-- Versions: what earlier executions of a week said is kept for a while, can be read and compared, and is pruned.

alter table public.report_data_collections add column keep_versions integer not null default 3
  constraint keep_versions_is_sane check (keep_versions between 1 and 100);
comment on column public.report_data_collections.keep_versions is
  'How many results are kept of each week, the shown one counted. Older ones are pruned.';

create view public.week_versions with (security_invoker = true) as
select e.week_id, w.collection_id, w.week_start_date, e.id as execution_id,
  e.id is not distinct from w.execution_id and w.status = 'completed' as shown,
  l.completed_at as loaded_at, l.records, l.filtered_records, l.bytes, l.checksum
from public.workflow_executions e
join public.report_data_weeks w on w.id = e.week_id
join public.result_loads l on l.execution_id = e.id and l.complete;
comment on view public.week_versions is
  'The results that are kept of each week: the shown one and those it superseded. execution_rows reads any of them, compare_executions tells two apart.';
comment on column public.week_versions.shown is 'Whether the week shows this one.';
revoke all on public.week_versions from public, anon, authenticated, service_role;
grant select on public.week_versions to authenticated, service_role;

-- Pruning -----------------------------------------------------------------------------------------------

create function amc_history.protect_shown_load() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- A week that is deleted with all it has is gone by now.
  if exists (select from public.report_data_weeks w where w.execution_id = old.execution_id and w.status = 'completed') then
    raise exception 'Load % is the result that its week shows: expected it to stay.', old.id
      using errcode = '23514', constraint = 'shown_load_is_kept', hint = 'Restate the week, or delete its collection.';
  end if;
  return old;
end;
$$;
comment on function amc_history.protect_shown_load() is
  'Refuses to delete the load whose rows a week shows. Definer: whoever deletes a load may not see the week.';
create trigger protect_shown_load before delete on public.result_loads
  for each row when (old.complete) execute function amc_history.protect_shown_load();

create function amc_history.versions_to_prune(max_loads integer)
returns table (load_id uuid, week_id uuid, execution_id text, records bigint)
language sql stable security invoker set search_path = ''
as $$
  select v.load_id, v.week_id, v.execution_id, v.records
  from (
    select l.id as load_id, w.id as week_id, l.execution_id, l.records, l.completed_at, c.keep_versions, s.shown,
      row_number() over (partition by w.id order by s.shown desc, l.completed_at desc, l.id) as place
    from public.result_loads l
    join public.workflow_executions e on e.id = l.execution_id
    join public.report_data_weeks w on w.id = e.week_id
    join public.report_data_collections c on c.id = w.collection_id
    cross join lateral (select w.status = 'completed' and l.execution_id is not distinct from w.execution_id as shown) s
    -- The result of a live attempt is about to be shown: it neither goes nor counts.
    where l.complete
      and not exists (select from public.week_attempts a where a.execution_id = e.id and a.state <> 'ended')
  ) v
  -- The shown one has place 1, and at least one is kept.
  where v.place > v.keep_versions
  order by v.completed_at, v.load_id
  limit versions_to_prune.max_loads;
$$;
comment on function amc_history.versions_to_prune(integer) is
  'Loads beyond the keep_versions newest of each week, oldest first. Never the shown one, nor that of a live attempt.';

create function amc_history.prune_versions(max_loads integer default 20, max_records bigint default 2000000) returns integer
language plpgsql security invoker set search_path = ''
as $$
declare
  candidate record;
  week public.report_data_weeks;
  pruned integer := 0;
  gone bigint := 0;
begin
  for candidate in select * from amc_history.versions_to_prune(prune_versions.max_loads) loop
    exit when pruned > 0 and gone + candidate.records > prune_versions.max_records;
    -- A week that somebody works on is left to the next run.
    select * into week from public.report_data_weeks w where w.id = candidate.week_id for no key update skip locked;
    continue when not found;
    -- Asked anew: until its lock was had, the week may have come to show another result.
    delete from public.result_loads l where l.id = candidate.load_id
      and not (week.status = 'completed' and l.execution_id is not distinct from week.execution_id);
    continue when not found;
    perform amc_history.record_event('version_pruned', null, week, candidate.execution_id,
      jsonb_build_object('records', candidate.records));
    pruned := pruned + 1;
    gone := gone + candidate.records;
  end loop;
  return pruned;
end;
$$;
comment on function amc_history.prune_versions(integer, bigint) is
  'Deletes results beyond their collection''s keep_versions, oldest first: at most max_loads, and no more than max_records rows unless the first alone has more. Each leaves an event version_pruned. Answers how many. Run by pg_cron.';

create function amc_history.set_keep_versions(collection_id uuid, keep_versions integer) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_own_collection(set_keep_versions.collection_id);
begin
  if set_keep_versions.keep_versions is null or set_keep_versions.keep_versions not between 1 and 100 then
    perform amc_history.refuse('keep_versions_out_of_range', format('Expected to keep 1 to 100 versions, got %s.',
      coalesce(set_keep_versions.keep_versions::text, 'null')), 'The shown result counts as one.');
  elsif collection.keep_versions = set_keep_versions.keep_versions then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set keep_versions = set_keep_versions.keep_versions where c.id = collection.id;
  return row('applied', null, 0)::public.control_report;
end;
$$;
comment on function amc_history.set_keep_versions(uuid, integer) is 'See public.set_keep_versions. Definer: users may not write collections.';

create function public.set_keep_versions(collection_id uuid, keep_versions integer) returns public.control_report
language sql security invoker set search_path = ''
as $$ select amc_history.set_keep_versions(set_keep_versions.collection_id, set_keep_versions.keep_versions); $$;
comment on function public.set_keep_versions(uuid, integer) is
  'Sets how many results are kept of each week of a collection, the shown one counted: 1 to 100. Older ones are pruned within the hour. Refuses with keep_versions_out_of_range, collection_not_found. Owners only.';

-- Comparing ---------------------------------------------------------------------------------------------

create function amc_history.key_columns(load public.result_loads) returns text[]
language sql stable security invoker set search_path = ''
as $$
  with told as (
    select coalesce(e.output_columns, f.output_columns, '[]') as columns
    from public.workflow_executions e
    join public.report_data_weeks w on w.id = e.week_id
    join public.report_data_collections c on c.id = w.collection_id
    -- Whoever is no member of the instance any more still reads what he collected.
    left join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where e.id = (load).execution_id
  )
  select array_agg(a.attname::text order by a.attnum)
  from pg_catalog.pg_attribute a, told
  where a.attrelid = format('amc_results.%I', (load).table_name)::regclass and a.attnum > 0 and not a.attisdropped
    and a.attname not in ('load_id', 'line')
    -- Whether a row is filtered is said of the row, and is not what it is about.
    and lower(a.attname) <> 'filtered'
    and exists (select from jsonb_array_elements(case jsonb_typeof(told.columns) when 'array' then told.columns else '[]' end) o
      where o ->> 'name' = (load).header[a.attnum - 2] and upper(o ->> 'columnType') = 'DIMENSION');
$$;
comment on function amc_history.key_columns(public.result_loads) is
  'The columns of a load that are dimensions, by AMC''s outputColumns; null if none is known. The header''s columns are the table''s from the third on.';

create function amc_history.rows_at(load public.result_loads, lines bigint[])
returns table (line bigint, cells jsonb)
language plpgsql stable security invoker set search_path = ''
as $$
begin
  return query execute format('select s.line, to_jsonb(s) from (select r.line, %s from amc_results.%I r
      where r.load_id = $1 and r.line = any ($2)) s', amc_history.json_cells((load).table_name), (load).table_name)
    using (load).id, rows_at.lines;
end;
$$;
comment on function amc_history.rows_at(public.result_loads, bigint[]) is 'Rows of a load, by their lines, as JSON.';

create function amc_history.compare_loads(a public.result_loads, b public.result_loads, key text[], max_rows integer,
  out added bigint, out removed bigint, out changed bigint, out unchanged bigint,
  out added_lines bigint[], out removed_lines bigint[], out changed_lines bigint[], out changed_from bigint[])
language plpgsql stable security invoker set search_path = ''
as $$
declare
  -- The text of a record tells a null from an empty text, and is hashed and compared by its bytes.
  whole text := (select format('row(%s)::text', string_agg(format('r.%I', attname), ', ' order by attnum))
    from pg_catalog.pg_attribute where attrelid = format('amc_results.%I', (b).table_name)::regclass and attnum > 2 and not attisdropped);
  -- Without a key a row is known by all its cells, and equal rows are counted.
  known_by text := case when compare_loads.key is null then whole
    else (select format('row(%s)::text', string_agg(format('r.%I', name), ', ' order by i))
      from unnest(compare_loads.key) with ordinality as t(name, i)) end;
  nth text := case when compare_loads.key is null then format('row_number() over (partition by %s order by r.line)', whole) else '1' end;
begin
  execute format('with a as (select r.line, %1$s as k, %2$s as nth, %3$s as whole from amc_results.%4$I r where r.load_id = $1),
    b as (select r.line, %1$s as k, %2$s as nth, %3$s as whole from amc_results.%4$I r where r.load_id = $2),
    pairs as materialized (select a.line as a, b.line as b, a.whole is distinct from b.whole as differs
      from a full join b on a.k = b.k and a.nth = b.nth),
    counts as (select count(*) filter (where a is null) as added, count(*) filter (where b is null) as removed,
        count(*) filter (where a is not null and b is not null and differs) as changed, count(*) filter (where not differs) as unchanged
      from pairs)
    select c.*, array(select b from pairs where a is null order by b limit $3), array(select a from pairs where b is null order by a limit $3),
      array(select b from pairs where a is not null and b is not null and differs order by b limit $3),
      array(select a from pairs where a is not null and b is not null and differs order by b limit $3)
    from counts c', known_by, nth, whole, (b).table_name)
    into added, removed, changed, unchanged, added_lines, removed_lines, changed_lines, changed_from
    using (a).id, (b).id, compare_loads.max_rows;
end;
$$;
comment on function amc_history.compare_loads(public.result_loads, public.result_loads, text[], integer) is
  'Pairs the rows of two loads of one table by key, or without a key by all their cells, and counts them; up to max_rows lines of each kind, changed_from beside changed_lines.';

create function amc_history.is_unique(load public.result_loads, key text[]) returns boolean
language plpgsql stable strict security invoker set search_path = ''
as $$
declare
  answer boolean;
begin
  execute format('select not exists (select from amc_results.%I r where r.load_id = $1 group by %s having count(*) > 1)',
    (load).table_name, (select string_agg(format('r.%I', name), ', ' order by i) from unnest(is_unique.key) with ordinality as t(name, i)))
    into answer using (load).id;
  return answer;
end;
$$;
comment on function amc_history.is_unique(public.result_loads, text[]) is 'Whether no two rows of a load have the same key; null if there is no key.';

create function public.compare_executions(execution_a text, execution_b text, max_rows integer default 100) returns jsonb
language plpgsql stable security invoker set search_path = ''
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
    perform amc_history.refuse('executions_of_different_weeks', format('Expected two executions of one week; got one of %s and one of %s.',
      weeks[1], weeks[2]), 'Take two that week_versions lists for one week.');
  end if;
  if not (amc_history.is_unique(a, key) and amc_history.is_unique(b, key)) then
    key := null;
  end if;
  found := amc_history.compare_loads(a, b, key, compare_executions.max_rows);
  return jsonb_build_object('execution_a', a.execution_id, 'execution_b', b.execution_id, 'key', key,
    'added', found.added, 'removed', found.removed, 'changed', found.changed, 'unchanged', found.unchanged,
    'rows', jsonb_build_object(
      'added', (select coalesce(jsonb_agg(r.cells order by r.line), '[]') from amc_history.rows_at(b, found.added_lines) r),
      'removed', (select coalesce(jsonb_agg(r.cells order by r.line), '[]') from amc_history.rows_at(a, found.removed_lines) r),
      'changed', (select coalesce(jsonb_agg(jsonb_build_object('before', old.cells, 'after', new.cells,
          'columns', (select jsonb_agg(c.name) from jsonb_each(old.cells) as c(name, cell)
            where c.name <> 'line' and new.cells -> c.name is distinct from c.cell)) order by new.line), '[]')
        from unnest(found.changed_from, found.changed_lines) as p(old_line, new_line)
        join amc_history.rows_at(a, found.changed_from) old on old.line = p.old_line
        join amc_history.rows_at(b, found.changed_lines) new on new.line = p.new_line)));
end;
$$;
comment on function public.compare_executions(text, text, integer) is
  $$Tells what a restatement changed: rows that execution_b added to those of execution_a, removed from them, changed.

execution_a, execution_b: two executions of one week whose results are kept. max_rows: how many rows of each kind
are shown, 0 to 1000. Rows are paired by their dimensions (key), if AMC told which columns those are and no two
rows of one result have the same; else (key null) by all their cells, equal rows counted, and none is changed. Cells are compared as AMC's text and
shown as week_rows shows them. Answers {execution_a, execution_b, key, added, removed, changed, unchanged, rows:
{added, removed, changed: [{before, after, columns}]}}. Refuses with execution_not_found, result_not_kept,
executions_of_different_weeks, rows_out_of_range. Owners only.$$;

revoke execute on function amc_history.protect_shown_load(), amc_history.versions_to_prune(integer),
  amc_history.prune_versions(integer, bigint) from public, anon, authenticated, service_role;
do $$
declare
  f regprocedure;
begin
  foreach f in array array[
    'amc_history.key_columns(public.result_loads)', 'amc_history.rows_at(public.result_loads, bigint[])',
    'amc_history.compare_loads(public.result_loads, public.result_loads, text[], integer)',
    'amc_history.is_unique(public.result_loads, text[])', 'amc_history.set_keep_versions(uuid, integer)',
    'public.set_keep_versions(uuid, integer)', 'public.compare_executions(text, text, integer)'
  ]::regprocedure[] loop
    execute format('revoke execute on function %s from public, anon', f);
    execute format('grant execute on function %s to authenticated, service_role', f);
  end loop;
end;
$$;

select cron.schedule('amc-history-prune', '41 * * * *', 'select amc_history.prune_versions()');
