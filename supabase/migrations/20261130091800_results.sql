-- Results: the rows that an execution produced, as text, exactly as AMC sent them.
--
-- A workflow version of an instance has one table in amc_results, which its first header creates, and two views in
-- public: results_… reads cells as AMC's types, raw_… as the text that came. A third, series_…, unites the
-- versions of one name. The views show a load's rows once the load is complete and its execution is the week's.

create table amc_history.result_tables (
  instance_id text not null,
  workflow_id text not null,
  table_name text not null unique,
  header text[] not null,
  columns text[] not null,
  types text[],
  series_view text not null,
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

comment on column amc_history.result_tables.series_view is
  $$The workflow's series_view, copied so that the view can be made anew when the workflow is gone.$$;

create index result_tables_series_view_idx on amc_history.result_tables (series_view);

alter table amc_history.result_tables enable row level security;

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

create function amc_history.result_query(
  target amc_history.result_tables, columns text[], types text[] default null, newer text[] default '{}'
) returns text
language sql stable set search_path = ''
as $$
  select format('select w.instance_id, w.collection_id, c.series, c.workflow_id, w.id as week_id, w.week_start_date,
      w.week_end_date, c.time_zone,
      coalesce(e.window_start_at, w.week_start_date::timestamp at time zone c.time_zone) as window_start,
      coalesce(e.window_end_at, (w.week_end_date + 1)::timestamp at time zone c.time_zone) as window_end,
      w.execution_id, r.line%s
    from public.report_data_weeks w
    join public.report_data_collections c on c.id = w.collection_id
    join public.result_loads l on l.execution_id = w.execution_id and l.complete
    join amc_results.%I r on r.load_id = l.id
    -- Left: a query that reads no window does without it.
    left join public.workflow_executions e on e.id = w.execution_id
    where w.status = ''completed''%s',
    (select string_agg(format(', %s as %I', amc_history.typed_cell_sql(format('r.%I', name),
      coalesce(result_query.types[i], 'text')), name), '' order by i)
      from unnest(result_query.columns) with ordinality as t(name, i)),
    (target).table_name,
    case when cardinality(result_query.newer) > 0 then format(' and not exists (
      select from public.report_data_collections nc
      join public.report_data_weeks nw on nw.collection_id = nc.id
      join public.result_loads nl on nl.execution_id = nw.execution_id and nl.complete
      where nc.instance_id = %L and nc.workflow_id = any (%L) and nc.series = c.series
        and nw.week_start_date = w.week_start_date and nw.status = ''completed'')',
      (target).instance_id, result_query.newer) end);
$$;
comment on function amc_history.result_query(amc_history.result_tables, text[], text[], text[]) is
  $$SQL of the rows that the completed weeks of a workflow version show, with their week, series and execution.

columns: which of the table's. types: by which each is read; null: as text. newer: versions of which a result of the
same week and series takes the place of this one's.$$;

create function amc_history.create_result_view(view_name text, query text, about text) returns void
language plpgsql set search_path = ''
as $$
declare
  definition text := format('create or replace view public.%I with (security_invoker = true) as %s',
    create_result_view.view_name, create_result_view.query);
begin
  begin
    -- More columns behind the others: what depends on the view stays.
    execute definition;
  exception
    when invalid_table_definition then
      execute format('drop view public.%I', create_result_view.view_name);
      execute definition;
  end;
  execute format('comment on view public.%I is %L', create_result_view.view_name, create_result_view.about);
  execute format('revoke all on public.%I from public, anon, authenticated, service_role',
    create_result_view.view_name);
  execute format('grant select on public.%I to authenticated, service_role, amc_history_reader',
    create_result_view.view_name);
end;
$$;
comment on function amc_history.create_result_view(text, text, text) is
  $$Creates one view of results, in place of the one that is there. query: what it shows. about: its comment.$$;

create function amc_history.create_series_view(view_name text) returns void
language plpgsql set search_path = ''
as $$
declare
  versions amc_history.result_tables[];
  columns text[];
  types text[];
  newer text[] := '{}';
  query text;
begin
  -- Two versions whose first results come at once: the second sees the table of the first.
  perform amc_history.take_lock(create_series_view.view_name);
  versions := array(select t from amc_history.result_tables t
    join public.amc_workflows f on f.instance_id = t.instance_id and f.id = t.workflow_id
    where t.series_view = create_series_view.view_name order by f.created_at desc, f.id);
  if cardinality(versions) = 0 then
    execute format('drop view if exists public.%I', create_series_view.view_name);
    return;
  end if;
  -- Where AMC has not told a version's types yet, those of the others hold.
  select array_agg(n.name order by n.i), array_agg(case when k.types = 1 then k.type else 'text' end order by n.i)
    into columns, types
  from unnest((versions[1]).columns) with ordinality as n(name, i)
  cross join lateral (select bool_and(n.name = any (v.columns)) as common, min(d.type) as type,
      count(distinct d.type) as types
    from unnest(versions) v
    cross join lateral (select v.types[array_position(v.columns, n.name)] as type) d) k
  where k.common;
  for i in 1 .. cardinality(versions) loop
    query := concat_ws(' union all ', query, amc_history.result_query(versions[i], columns, types, newer));
    newer := newer || (versions[i]).workflow_id;
  end loop;
  perform amc_history.create_result_view(create_series_view.view_name, query, format(
    'Results of all versions of a query of instance %s: their common columns; in each series, of each week the newest '
    'version''s that has it.', (versions[1]).instance_id));
exception
  -- Results matter more than this view, which can be made anew.
  when dependent_objects_still_exist then
    perform amc_history.raise_alert('types_not_applied', format(
      'Other objects depend on the view public.%s, so it stays without what is new: %s Drop what depends on it, then '
      'run: select amc_history.create_series_view(%L).', create_series_view.view_name, sqlerrm,
      create_series_view.view_name), (versions[1]).instance_id);
end;
$$;
comment on function amc_history.create_series_view(text) is
  $$Makes the view anew that unites the versions of a query, that is, those saved under one name on an instance: over
their tables, since a view over their views would keep those from getting their types. A column that all of them have
has their common type, or is text. Drops the view where no version has a table. view_name: amc_workflows.series_view.
Where other objects depend on it, it stays as it is, with an alert types_not_applied.$$;

create function amc_history.create_result_views(target amc_history.result_tables) returns void
language plpgsql set search_path = ''
as $$
declare
  whose constant text := format('Results of AMC workflow %s of instance %s, of completed weeks, with their execution',
    (target).workflow_id, (target).instance_id);
  workflow public.amc_workflows;
begin
  select * into workflow from public.amc_workflows f
    where f.instance_id = (target).instance_id and f.id = (target).workflow_id;
  perform amc_history.create_result_view(workflow.raw_view, amc_history.result_query(target, (target).columns),
    whose || '; every cell as the text that AMC sent.');
  perform amc_history.create_result_view(workflow.results_view,
    amc_history.result_query(target, (target).columns, (target).types),
    whose || '. A cell that does not fit its type is null; raw_… shows it.');
  perform amc_history.create_series_view(workflow.series_view);
  -- The API serves the views without waiting for a restart.
  notify pgrst, 'reload schema';
end;
$$;
comment on function amc_history.create_result_views(amc_history.result_tables) is
  $$Creates the views of a workflow version, in place of those that are there: one with types, one with text, and the
one that unites the versions of its name.$$;

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
  -- A constant of the table: asked once per query.
  execute format('create policy "members read the rows of their instance" on amc_results.%I for select
    to authenticated using ((select %L in (select amc_history.instances_of_caller())))', name,
    (workflow).instance_id);
  execute format('create policy "BI logins read the rows of their instances" on amc_results.%I for select
    to amc_history_reader using ((select %L in (select amc_history.instances_of_login())))', name,
    (workflow).instance_id);
  execute format('revoke all on amc_results.%I from public, anon, authenticated, service_role', name);
  execute format('grant select on amc_results.%I to authenticated, service_role, amc_history_reader', name);
  insert into amc_history.result_tables (instance_id, workflow_id, table_name, header, columns, series_view)
  values ((workflow).instance_id, (workflow).id, name, create_result_table.header, columns, (workflow).series_view)
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
  execute format('drop view if exists public.%I, public.%I, public.%I', 'results_' || old.table_name,
    'raw_' || old.table_name, old.series_view);
  execute format('drop table if exists amc_results.%I', old.table_name);
  perform amc_history.create_series_view(old.series_view);
  notify pgrst, 'reload schema';
  return null;
end;
$$;
comment on function amc_history.drop_result_table() is
  $$Drops the table and the views of a workflow version that is deleted (with its instance, say). Definer: whoever
deletes a workflow need not own them.$$;
create trigger drop_result_table after delete on amc_history.result_tables
  for each row execute function amc_history.drop_result_table();
