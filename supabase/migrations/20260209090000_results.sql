-- Results: the rows that an execution produced, as text, exactly as AMC sent them.
--
-- A workflow version has one table in amc_results, made when its first header is known, and one view in
-- public. A load's rows are shown once it is complete and the week's execution is the load's.

create schema amc_results;
comment on schema amc_results is 'One table of rows per workflow version. Read through the views public.results_…';
revoke all on schema amc_results from public;
grant usage on schema amc_results to authenticated, service_role;

create table private.result_tables (
  workflow_id text primary key,
  table_name text not null unique,
  view_name text not null unique,
  header text[] not null,
  columns text[] not null,
  created_at timestamptz not null default private.current_time()
);
alter table private.result_tables enable row level security;
create policy "nobody through the API" on private.result_tables for select to authenticated using (false);
comment on table private.result_tables is 'The results table of each workflow version: its header as in AMC''s files, and the columns'' names in SQL.';

create function private.column_names(header text[]) returns text[]
language plpgsql immutable security invoker set search_path = ''
as $$
declare
  taken text[] := array['instance_id', 'collection_id', 'week_id', 'week_start_date', 'week_end_date',
    'execution_id', 'load_id', 'line', 'tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax'];
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
comment on function private.column_names(text[]) is
  'Names in SQL for the columns of a result: as in the file where that is possible, else cut, numbered (name_2) or by place (column_3).';

create function private.load_of_copy() returns uuid
language sql immutable security invoker set search_path = ''
as $$ select current_setting('amc_history.load_id')::uuid; $$;
comment on function private.load_of_copy() is
  'The load that the COPY under way fills: the default of load_id. Set by private.open_load. Called immutable, which it is within one COPY: COPY plans its defaults anew in each statement and so reads the setting once, not for each row. Of use in a COPY only: a prepared INSERT would keep the load for which it was planned.';

create function private.lines_of_copy() returns regclass
language sql immutable security invoker set search_path = ''
as $$ select current_setting('amc_history.lines')::regclass; $$;
comment on function private.lines_of_copy() is
  'The sequence that numbers the lines of the COPY under way. Set by private.open_load; called immutable for the reason that private.load_of_copy gives.';

create function private.loads_of_caller() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select l.id from public.report_data_collections c
  join public.report_data_weeks w on w.collection_id = c.id
  join public.workflow_executions e on e.week_id = w.id
  join public.result_loads l on l.execution_id = e.id and l.complete
  where c.owner_id = (select auth.uid());
$$;
comment on function private.loads_of_caller() is
  'The complete loads of the signed-in user''s weeks: whose rows he may read. Definer: it says what the policies of the four tables say, in one pass from the owner, so that a query looks up neither all loads of the database nor the load of each row.';

create function private.create_results(workflow_id text, header text[]) returns private.result_tables
language plpgsql security invoker set search_path = ''
as $$
declare
  stem text := left(regexp_replace(lower(create_results.workflow_id), '[^a-z0-9]+', '_', 'g'), 54);
  names text[] := private.column_names(create_results.header);
  made private.result_tables;
begin
  execute format('create table amc_results.%I (
      load_id uuid not null default private.load_of_copy(),
      line bigint not null default nextval(private.lines_of_copy()),
      %s, primary key (load_id, line))',
    stem, (select string_agg(format('%I text', n), ', ' order by i) from unnest(names) with ordinality as t(n, i)));
  execute format('comment on table amc_results.%I is %L', stem, 'Rows of AMC workflow ' || create_results.workflow_id);
  execute format('alter table amc_results.%I enable row level security', stem);
  execute format('create policy "owners read their rows" on amc_results.%I for select to authenticated
    using (load_id in (select private.loads_of_caller()))', stem);
  execute format('revoke all on amc_results.%I from public, anon, authenticated, service_role', stem);
  execute format('grant select on amc_results.%I to authenticated, service_role', stem);
  execute format('create view public.%I with (security_invoker = true) as
    select w.instance_id, w.collection_id, w.id as week_id, w.week_start_date, w.week_end_date, w.execution_id, r.line, %s
    from public.report_data_weeks w
    join public.result_loads l on l.execution_id = w.execution_id and l.complete
    join amc_results.%I r on r.load_id = l.id
    where w.status = ''completed''',
    'results_' || stem, (select string_agg(format('r.%I', n), ', ' order by i) from unnest(names) with ordinality as t(n, i)), stem);
  execute format('comment on view public.%I is %L', 'results_' || stem,
    'Results of AMC workflow ' || create_results.workflow_id || ', of completed weeks, with their execution.');
  execute format('revoke all on public.%I from public, anon, authenticated, service_role', 'results_' || stem);
  execute format('grant select on public.%I to authenticated, service_role', 'results_' || stem);
  insert into private.result_tables (workflow_id, table_name, view_name, header, columns)
  values (create_results.workflow_id, stem, 'results_' || stem, create_results.header, names)
  returning * into made;
  -- The API serves the new view without waiting for a restart.
  notify pgrst, 'reload schema';
  return made;
end;
$$;
comment on function private.create_results(text, text[]) is
  'Makes the table and the view of a workflow version whose first header is known.';

revoke execute on function private.column_names(text[]), private.load_of_copy(), private.lines_of_copy(),
  private.create_results(text, text[])
  from public, anon, authenticated, service_role;
revoke execute on function private.loads_of_caller() from public, anon;
grant execute on function private.loads_of_caller() to authenticated, service_role;
