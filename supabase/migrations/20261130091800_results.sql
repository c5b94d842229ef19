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

create function amc_history.create_result_view(
  target amc_history.result_tables, view_name text, cells text[], about text
) returns void
language plpgsql set search_path = ''
as $$
declare
  columns text := (select string_agg(format('%s as %I', cell, name), ', ' order by i)
    from unnest(create_result_view.cells, target.columns) with ordinality as t(cell, name, i));
  definition text;
begin
  definition := format('create or replace view public.%I with (security_invoker = true) as
    select w.instance_id, w.collection_id, w.id as week_id, w.week_start_date, w.week_end_date, c.time_zone,
      coalesce(e.window_start_at, w.week_start_date::timestamp at time zone c.time_zone) as window_start,
      coalesce(e.window_end_at, (w.week_end_date + 1)::timestamp at time zone c.time_zone) as window_end,
      w.execution_id, r.line, %s
    from public.report_data_weeks w
    join public.report_data_collections c on c.id = w.collection_id
    join public.result_loads l on l.execution_id = w.execution_id and l.complete
    join amc_results.%I r on r.load_id = l.id
    -- Left: a query that reads no window does without it.
    left join public.workflow_executions e on e.id = w.execution_id
    where w.status = ''completed''', create_result_view.view_name, columns, target.table_name);
  begin
    -- More columns behind the others: what depends on the view stays.
    execute definition;
  exception
    when invalid_table_definition then
      execute format('drop view public.%I', create_result_view.view_name);
      execute definition;
  end;
  execute format('comment on view public.%I is %L', create_result_view.view_name,
    format(create_result_view.about, target.workflow_id, target.instance_id));
  execute format('revoke all on public.%I from public, anon, authenticated, service_role',
    create_result_view.view_name);
  execute format('grant select on public.%I to authenticated, service_role, amc_history_reader',
    create_result_view.view_name);
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
  -- A constant of the table: asked once per query.
  execute format('create policy "members read the rows of their instance" on amc_results.%I for select
    to authenticated using ((select %L in (select amc_history.instances_of_caller())))', name,
    (workflow).instance_id);
  execute format('create policy "BI logins read the rows of their instances" on amc_results.%I for select
    to amc_history_reader using ((select %L in (select amc_history.instances_of_login())))', name,
    (workflow).instance_id);
  execute format('revoke all on amc_results.%I from public, anon, authenticated, service_role', name);
  execute format('grant select on amc_results.%I to authenticated, service_role, amc_history_reader', name);
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
