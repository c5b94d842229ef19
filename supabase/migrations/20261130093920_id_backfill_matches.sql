-- What of AMC's list is the execution of a week that has no id. Each thing that is compared is yes, no or not said. One
-- no, and it is another's; one that is not said, and it may be the week's, which is no proof.

create function amc_history.comparable_query(query text) returns text
language plpgsql volatile set search_path = ''
as $$
declare
  sent text := comparable_query.query;
begin
  -- Under an instance's lock, nothing takes long.
  if length(sent) > 20000 then
    return null;
  end if;
  begin
    -- Comments are blanks in what is kept here.
    select p.sent into sent from amc_history.prepare_query(comparable_query.query) p;
  exception when others then
    sent := comparable_query.query;
  end;
  return (select md5(btrim(string_agg(case when m.atom[1] ~ '^[''"]' then m.atom[1]
      else regexp_replace(m.atom[1], '\s+', ' ', 'g') end, '' order by m.nr), ' ;'))
    from regexp_matches(sent, '(''[^'']*''|"[^"]*"|[^''"]+|[''"])', 'g') with ordinality m(atom, nr));
end;
$$;
comment on function amc_history.comparable_query(text) is
  $$A hash of a query, equal for queries that differ only in comments, in blanks between words, and in a semicolon at
the end. What stands in quotes is compared as it is. Null for null, and for what is longer than 20,000 characters.$$;

create function amc_history.zone_as_known(time_zone text) returns text
language plpgsql volatile set search_path = ''
as $$
begin
  return amc_history.normal_time_zone(zone_as_known.time_zone);
exception when invalid_parameter_value then
  return null;
end;
$$;
comment on function amc_history.zone_as_known(text) is
  'The normal form of a zone''s name, as amc_history.normal_time_zone answers it; null where it refuses.';

create function amc_history.first_day_of(value text) returns date
language sql immutable set search_path = ''
as $$
  select case when first_day_of.value ~ '^\d{4}-\d\d-\d\d([T ]00:00(:00(\.0+)?)?)?$'
      and pg_input_is_valid(left(first_day_of.value, 10), 'date') then left(first_day_of.value, 10)::date end;
$$;
comment on function amc_history.first_day_of(text) is
  'The day that a parameter names as the first: a date, or its midnight without a zone. Null for anything else.';

create function amc_history.last_day_of(value text) returns date
language sql immutable set search_path = ''
as $$
  select case
    when not pg_input_is_valid(left(last_day_of.value, 10), 'date') then null
    when last_day_of.value ~ '^\d{4}-\d\d-\d\d([T ]23:59:59(\.\d+)?)?$' then left(last_day_of.value, 10)::date
    when last_day_of.value ~ '^\d{4}-\d\d-\d\d[T ]00:00(:00(\.0+)?)?$' then left(last_day_of.value, 10)::date - 1
  end;
$$;
comment on function amc_history.last_day_of(text) is
  $$The day that a parameter names as the last: a date, its last second, or the midnight after it, without a zone. Null
for anything else.$$;

create function amc_history.unplaced_attempts(instance_id text)
returns table (fingerprint integer, workflow_id text, starts_at timestamptz)
language sql stable rows 100 set search_path = ''
as $$
  select a.fingerprint, c.workflow_id, w.week_start_date::timestamp at time zone c.time_zone
  from public.week_attempts a
  join public.report_data_weeks w on w.id = a.week_id
  join public.report_data_collections c on c.id = w.collection_id
  where a.instance_id = unplaced_attempts.instance_id and a.execution_id is null
    and (a.is_live or a.outcome = 'abandoned' or a.outcome = 'let_go');
$$;
comment on function amc_history.unplaced_attempts(text) is
  $$Attempts of an instance that may have an execution at AMC which is not known here: their fingerprint, and what they
asked for.$$;

create function amc_history.listed_runs(instance_id text, entries jsonb)
returns table (
  id text, status text, workflow_id text, sql_query text, created_at timestamptz, zone text, starts_at timestamptz,
  ends_at timestamptz, parameters jsonb, first_day date, last_day date, has_days boolean, is_readable boolean,
  may_be_dry_run boolean, details jsonb
)
language plpgsql volatile rows 100 set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
begin
  return query
  with ours as materialized (
    select a.* from amc_history.unplaced_attempts(listed_runs.instance_id) a
  ), seen as materialized (
    select d.*, o.value as said, amc_history.zone_as_known(d.time_zone) as known_zone,
      nullif(case jsonb_typeof(d.parameter_values) when 'object' then d.parameter_values end, '{}') as echoed
    from jsonb_array_elements(listed_runs.entries) o
    cross join lateral amc_history.read_observation(o.value) d
    where amc_history.is_execution_id(d.id)
      and not coalesce(o.value -> 'dry_run' = 'true', false)
      and not exists (select from public.workflow_checks k where k.execution_id = d.id)
      and not exists (select from public.workflow_executions e where e.id = d.id)
  ), placed as (
    select s.*, coalesce(case when pg_input_is_valid(s.time_window_start, 'timestamp')
      then s.time_window_start::timestamp at time zone s.known_zone end, s.window_start_at) as starts
    from seen s
  )
  select s.id, amc_history.canonical_status(s.status), s.workflow_id, s.said ->> 'sql_query', s.created_at,
    s.known_zone, s.starts, coalesce(case when pg_input_is_valid(s.time_window_end, 'timestamp')
      then s.time_window_end::timestamp at time zone s.known_zone end, s.window_end_at),
    s.echoed, amc_history.first_day_of(s.echoed ->> f.name), amc_history.last_day_of(s.echoed ->> l.name),
    f.name is not null and l.name is not null, s.said -> 'is_readable' is distinct from 'false',
    coalesce(amc_history.is_dry_run_timeout(s.timeout_seconds), false), s.said - 'sql_query'
  from placed s
  left join lateral (select n.name from unnest(allowed.first_day_parameters) n(name)
    where s.echoed ? n.name limit 1) f on true
  left join lateral (select n.name from unnest(allowed.last_day_parameters) n(name)
    where s.echoed ? n.name limit 1) l on true
  -- An attempt's own, or one that may be, as far as AMC says.
  where not exists (select from ours a where coalesce(s.timeout_seconds = a.fingerprint,
    coalesce(s.workflow_id = a.workflow_id, true) and coalesce(s.starts = a.starts_at, true)));
end;
$$;
comment on function amc_history.listed_runs(text, jsonb) is
  $$Entries of AMC's list that may be a week's and are not known here, in the form in which they are compared: never a
dry run, nor what may be of an attempt of ours without an execution (by its fingerprint; where AMC gives none, by its
workflow and window). may_be_dry_run: by its timeout. entries: execution observations as JSON, with sql_query where AMC
gave it, and dry_run; is_readable is false for one whose id could not be read, which has one of our making. starts_at,
ends_at: its window as instants. parameters: null where AMC echoed none, which says nothing (whether it echoes them is
not known, L). first_day, last_day: of the parameters that hold days (first_day_parameters and last_day_parameters of
the allowances).$$;

create function amc_history.hash_queries(backfill_id uuid) returns void
language sql set search_path = ''
as $$
  with missing as (
    select distinct f.id, f.sql_query from public.id_backfills b
    join public.report_data_collections c on c.instance_id = b.instance_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where b.id = hash_queries.backfill_id and not b.queries ? f.id
  ), hashed as materialized (
    select t.sql_query, amc_history.comparable_query(t.sql_query) as hash
    from (select distinct m.sql_query from missing m) t
  )
  update public.id_backfills b set queries = b.queries || n.hashes
  from (select jsonb_object_agg(m.id, h.hash) as hashes from missing m join hashed h on h.sql_query = m.sql_query) n
  where b.id = hash_queries.backfill_id and n.hashes is not null;
$$;
comment on function amc_history.hash_queries(uuid) is
  $$Keeps with a search the hashes of the queries of its instance's collections that it does not have yet. A workflow's
query never changes.$$;

create function amc_history.searched_weeks(backfill_id uuid, starts timestamptz[])
returns table (
  week_id uuid, status text, workflow_id text, query text, zone text, begins_at timestamptz, ends_at timestamptz,
  begin_day date, end_day date, known_by timestamptz, parameters jsonb, takes_parameters boolean, takes_days boolean
)
language plpgsql volatile rows 1000 set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  days constant text[] := allowed.first_day_parameters || allowed.last_day_parameters;
begin
  return query
  with queries as materialized (
    select f.id, c.id as collection_id, k.queries ->> f.id as query, c.time_zone,
      c.parameter_values,
      f.parameters <> '[]' or f.sql_query ~* 'CUSTOM_PARAMETER' or c.parameter_values <> '{}' as takes_parameters,
      not c.parameter_values ?| days and exists (select from unnest(days) n(name)
        where f.parameters @> jsonb_build_array(jsonb_build_object('name', n.name))
          or f.sql_query ~* ('CUSTOM_PARAMETER\s*\(\s*''' || n.name || '''')) as takes_days
    from public.id_backfills k
    join public.report_data_collections c on c.instance_id = k.instance_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where k.id = searched_weeks.backfill_id and c.id in (select w.collection_id from public.id_backfill_weeks b
      join public.report_data_weeks w on w.id = b.week_id
      where b.backfill_id = searched_weeks.backfill_id and b.outcome = 'searching')
  )
  select b.week_id, w.status, q.id, q.query, q.time_zone, b.begins_at, b.ends_at, w.week_start_date, w.week_end_date,
    w.finished_at + allowed.list_overlap, q.parameter_values, q.takes_parameters, q.takes_days
  from public.id_backfill_weeks b
  join public.report_data_weeks w on w.id = b.week_id
  join queries q on q.collection_id = w.collection_id
  where b.backfill_id = searched_weeks.backfill_id and b.outcome = 'searching'
    and (searched_weeks.starts is null or b.begins_at = any (searched_weeks.starts) or q.takes_days);
end;
$$;
comment on function amc_history.searched_weeks(uuid, timestamptz[]) is
  $$The weeks of a search that are not decided and begin at one of these times (null: at any) or take their days from
parameters, in the form in which they are compared. known_by: when the week was
finished, by which its execution was there. takes_parameters: whether the query reads any; takes_days: whether it reads
the days of the week from some, which are not among the collection's.$$;

create function amc_history.status_fits(week_status text, status text) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  return case
    when status_fits.status in ('PENDING', 'RUNNING', 'PUBLISHING') then false
    when status_fits.week_status = 'completed' then case
      when status_fits.status = 'SUCCEEDED' then true
      when status_fits.status in ('FAILED', 'REJECTED', 'CANCELLED') then false end
    -- The older system may have failed to read the result of what succeeded.
    when status_fits.status in ('FAILED', 'REJECTED', 'CANCELLED') then true
  end;
end;
$$;
comment on function amc_history.status_fits(text, text) is
  $$Whether a week of a final status came from an execution of this status of AMC. Null where that is not certain: a
status that is not known, or a failed week and what succeeded.$$;

create function amc_history.parameters_fit(echoed jsonb, asked jsonb, takes_parameters boolean) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  if parameters_fit.echoed is null then
    return case when not parameters_fit.takes_parameters then true end;
  elsif parameters_fit.echoed = parameters_fit.asked then
    return true;
  elsif exists (select from jsonb_each(parameters_fit.asked) a where parameters_fit.echoed -> a.key <> a.value)
      or parameters_fit.echoed - array(select jsonb_object_keys(parameters_fit.asked)) = '{}' then
    return false;
  end if;
  return null;
end;
$$;
comment on function amc_history.parameters_fit(jsonb, jsonb, boolean) is
  $$Whether an execution's parameters, as AMC echoes them, are a week's. Null where that cannot be told: AMC echoes
none, though the query takes some, or some whose names the collection does not know.$$;

create function amc_history.compare_runs(backfill_id uuid, entries jsonb)
returns table (week_id uuid, execution_id text, missing text, matched_by text, details jsonb)
language sql volatile rows 100 set search_path = ''
as $$
  with runs as materialized (
    select e.* from public.id_backfills b
    cross join lateral amc_history.listed_runs(b.instance_id, compare_runs.entries) e
    where b.id = compare_runs.backfill_id
  ), paired as materialized (
    select e.id, e.details, e.is_readable, e.may_be_dry_run, e.sql_query, e.workflow_id, w.week_id, w.query,
      w.workflow_id as own_workflow, amc_history.status_fits(w.status, e.status) as status_fits,
      e.created_at between w.begins_at and w.known_by as created_fits, e.zone = w.zone as zone_fits,
      w.takes_days and e.has_days as by_days, e.ends_at < w.ends_at as is_short,
      case
        when w.takes_days and e.has_days then e.first_day = w.begin_day and e.last_day = w.end_day
        -- Its days may be in parameters that AMC does not echo.
        when w.takes_days and e.parameters is null then null
        when e.has_days and (e.first_day <> w.begin_day or e.last_day <> w.end_day) then false
        -- Half-open, or up to the last second.
        else e.starts_at = w.begins_at and e.ends_at between w.ends_at - interval '1 second' and w.ends_at
      end as window_fits,
      amc_history.parameters_fit(case when w.takes_days and e.has_days then e.parameters - d.names
        else e.parameters end, w.parameters, w.takes_parameters) as parameters_fit, e.parameters is null as is_silent
    from (select a.first_day_parameters || a.last_day_parameters as names from amc_history.allowances() a) d
    cross join (select case when count(*) = count(r.starts_at) then coalesce(array_agg(r.starts_at), '{}') end as starts
      from runs r) s
    cross join lateral amc_history.searched_weeks(compare_runs.backfill_id, s.starts) w
    join runs e on coalesce(e.starts_at = w.begins_at, true) or w.takes_days
  ), likely as materialized (
    select p.* from paired p
    where (p.status_fits and p.created_fits and p.zone_fits and p.window_fits and p.parameters_fit) is not false
  ), hashed as materialized (
    select t.sql_query, amc_history.comparable_query(t.sql_query) as hash
    from (select distinct l.sql_query from likely l where l.sql_query is not null) t
  ), compared as (
    select l.*, l.workflow_id = l.own_workflow as by_id, h.hash <> l.query as differs
    from likely l left join hashed h on h.sql_query = l.sql_query
  )
  select c.week_id, c.id,
    nullif(concat_ws(', ', case when not c.is_readable then 'id' end, case when c.differs then 'sql_differs' end,
      case when c.differs is null and c.workflow_id is null then 'workflow' end,
      case when c.status_fits is null then 'status' end, case when c.created_fits is null then 'created_at' end,
      case when c.zone_fits is null then 'zone' end, case when c.window_fits is null then 'window' end,
      case when c.parameters_fit is null then case when c.is_silent then 'parameters' else 'parameter_names' end end,
      case when c.may_be_dry_run then 'timeout' end), ''),
    concat_ws(', ', case when c.by_id then 'workflow_id' else 'query' end,
      case when c.by_days then 'parameters' when c.is_short then 'window_to_last_second' else 'window' end),
    c.details
  from compared c
  -- Its id, or its SQL; what has neither may be the week's.
  where coalesce(c.by_id or not c.differs, c.differs is null and c.workflow_id is null, false);
$$;
comment on function amc_history.compare_runs(uuid, jsonb) is
  $$Which entries of AMC's list are, or may be, the execution of which week of a search: those that contradict in
nothing. missing: what AMC did not say of it; null: it is proved. matched_by: by what.

Compared are the workflow, by its id and its SQL; the status (a completed week's SUCCEEDED; a failed week's never); the
time of creation, from the week's first moment until it was finished; the zone; the window as instants, which may end a
second early (a window that was asked for up to 23:59:59), or the parameters that hold its days; the other parameters;
the timeout, which may be a dry run's. The same workflow id with another SQL is no proof (sql_differs).$$;
