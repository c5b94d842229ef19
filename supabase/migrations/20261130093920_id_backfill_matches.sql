-- What of AMC's list is the execution of a week that has no id. Each thing that is compared is yes, no or not said. One
-- no, and it is another's; one that is not said, and it may be the week's, which is no proof.

create function amc_history.comparable_query(query text) returns text
language plpgsql volatile set search_path = ''
as $$
declare
  sent text := comparable_query.query;
begin
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
the end. What stands in quotes is compared as it is. Null for null.$$;

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

create function amc_history.listed_runs(entries jsonb)
returns table (
  id text, status text, workflow_id text, query text, created_at timestamptz, zone text, starts_at timestamptz,
  ends_at timestamptz, parameters jsonb, first_day date, last_day date, has_days boolean, is_readable boolean,
  details jsonb
)
language plpgsql volatile rows 100 set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
begin
  return query
  with seen as materialized (
    select d.*, o.value as said, amc_history.zone_as_known(d.time_zone) as known_zone,
      nullif(case jsonb_typeof(d.parameter_values) when 'object' then d.parameter_values end, '{}') as echoed
    from jsonb_array_elements(listed_runs.entries) o
    cross join lateral amc_history.read_observation(o.value) d
    where amc_history.is_execution_id(d.id)
      and not coalesce(o.value -> 'dry_run' = 'true', false)
      and not coalesce(amc_history.is_dry_run_timeout(d.timeout_seconds), false)
      and not exists (select from public.workflow_checks k where k.execution_id = d.id)
      and not exists (select from public.workflow_executions e where e.id = d.id)
  )
  select s.id, amc_history.canonical_status(s.status), s.workflow_id,
    amc_history.comparable_query(s.said ->> 'sql_query'), s.created_at, s.known_zone,
    coalesce(case when pg_input_is_valid(s.time_window_start, 'timestamp')
      then s.time_window_start::timestamp at time zone s.known_zone end, s.window_start_at),
    coalesce(case when pg_input_is_valid(s.time_window_end, 'timestamp')
      then s.time_window_end::timestamp at time zone s.known_zone end, s.window_end_at),
    s.echoed, amc_history.first_day_of(s.echoed ->> f.name), amc_history.last_day_of(s.echoed ->> l.name),
    f.name is not null and l.name is not null, s.said -> 'is_readable' is distinct from 'false',
    s.said - 'sql_query'
  from seen s
  left join lateral (select n.name from unnest(allowed.first_day_parameters) n(name)
    where s.echoed ? n.name limit 1) f on true
  left join lateral (select n.name from unnest(allowed.last_day_parameters) n(name)
    where s.echoed ? n.name limit 1) l on true;
end;
$$;
comment on function amc_history.listed_runs(jsonb) is
  $$Entries of AMC's list that may be a week's and are not known here, in the form in which they are compared: never a
dry run. entries: execution observations as JSON, with sql_query where AMC gave it, and dry_run; is_readable is false
for one whose id could not be read, which has one of our making. query: its hash (amc_history.comparable_query).
starts_at, ends_at: its window as instants. parameters: null where AMC echoed none, which says nothing
(whether it echoes them is not known, L). first_day, last_day: of the parameters that hold days
(first_day_parameters and last_day_parameters of the allowances).$$;

create function amc_history.searched_weeks(backfill_id uuid)
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
    select f.id, c.id as collection_id, amc_history.comparable_query(f.sql_query) as query, c.time_zone,
      c.parameter_values,
      f.parameters <> '[]' or f.sql_query ~* 'CUSTOM_PARAMETER' or c.parameter_values <> '{}' as takes_parameters,
      not c.parameter_values ?| days and exists (select from unnest(days) n(name)
        where f.parameters @> jsonb_build_array(jsonb_build_object('name', n.name))
          or f.sql_query ~* ('CUSTOM_PARAMETER\s*\(\s*''' || n.name || '''')) as takes_days
    from public.report_data_collections c
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where c.id in (select w.collection_id from public.id_backfill_weeks b
      join public.report_data_weeks w on w.id = b.week_id
      where b.backfill_id = searched_weeks.backfill_id and b.outcome = 'searching')
  )
  select b.week_id, w.status, q.id, q.query, q.time_zone, b.begins_at, b.ends_at, w.week_start_date, w.week_end_date,
    w.finished_at + allowed.list_overlap, q.parameter_values, q.takes_parameters, q.takes_days
  from public.id_backfill_weeks b
  join public.report_data_weeks w on w.id = b.week_id
  join queries q on q.collection_id = w.collection_id
  where b.backfill_id = searched_weeks.backfill_id and b.outcome = 'searching';
end;
$$;
comment on function amc_history.searched_weeks(uuid) is
  $$The weeks of a search that are not decided, in the form in which they are compared. known_by: when the week was
finished, by which its execution was there. takes_parameters: whether the query reads any; takes_days: whether it reads
the days of the week from some, which are not among the collection's.$$;

create function amc_history.compare_runs(backfill_id uuid, entries jsonb)
returns table (week_id uuid, execution_id text, missing text, matched_by text, details jsonb)
language sql volatile rows 100 set search_path = ''
as $$
  with compared as (
    select w.week_id, e.id, e.details, e.is_readable,
      case when e.workflow_id = w.workflow_id or e.query = w.query then true
        when e.workflow_id is not null or e.query is not null then false end as query_fits,
      e.workflow_id = w.workflow_id as by_id,
      case w.status when 'completed' then case e.status
          when 'SUCCEEDED' then true
          when 'FAILED' then false when 'REJECTED' then false when 'CANCELLED' then false
          when 'PENDING' then false when 'RUNNING' then false when 'PUBLISHING' then false end
        else case when e.status in ('SUCCEEDED', 'FAILED', 'REJECTED', 'CANCELLED') then true
          when e.status in ('PENDING', 'RUNNING', 'PUBLISHING') then false end end as status_fits,
      e.created_at between w.begins_at and w.known_by as created_fits,
      e.zone = w.zone as zone_fits,
      w.takes_days and e.has_days as by_days,
      case
        when w.takes_days and e.has_days then e.first_day = w.begin_day and e.last_day = w.end_day
        -- Its days may be in parameters that AMC does not echo.
        when w.takes_days and e.parameters is null then null
        -- Half-open, or up to the last second.
        else e.starts_at = w.begins_at and e.ends_at between w.ends_at - interval '1 second' and w.ends_at
      end as window_fits,
      e.ends_at < w.ends_at as is_short,
      case
        when w.takes_days and e.has_days then e.parameters - d.names = w.parameters
        when e.parameters is not null then e.parameters = w.parameters
        when not w.takes_parameters then true
      end as parameters_fit
    from amc_history.listed_runs(compare_runs.entries) e
    cross join (select a.first_day_parameters || a.last_day_parameters as names from amc_history.allowances() a) d
    join amc_history.searched_weeks(compare_runs.backfill_id) w
      on coalesce(e.starts_at = w.begins_at, true) or w.takes_days
  )
  select c.week_id, c.id,
    nullif(concat_ws(', ', case when not c.is_readable then 'id' end,
      case when c.query_fits is null then 'workflow' end,
      case when c.status_fits is null then 'status' end, case when c.created_fits is null then 'created_at' end,
      case when c.zone_fits is null then 'zone' end, case when c.window_fits is null then 'window' end,
      case when c.parameters_fit is null then 'parameters' end), ''),
    concat_ws(', ', case when c.by_id then 'workflow_id' else 'query' end,
      case when c.by_days then 'parameters' when c.is_short then 'window_to_last_second' else 'window' end),
    c.details
  from compared c
  where (c.query_fits and c.status_fits and c.created_fits and c.zone_fits and c.window_fits and c.parameters_fit)
    is not false;
$$;
comment on function amc_history.compare_runs(uuid, jsonb) is
  $$Which entries of AMC's list are, or may be, the execution of which week of a search: those that contradict in
nothing. missing: what AMC did not say of it; null: it is proved. matched_by: by what.

Compared are the workflow, by its id or its SQL; the status (a completed week's SUCCEEDED); the time of creation, from
the week's first moment until it was finished; the zone; the window as instants, which may end a second early (a window
that was asked for up to 23:59:59), or the parameters that hold its days; the other parameters.$$;
