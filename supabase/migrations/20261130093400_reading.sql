-- Reading: the rows of a week or an execution as JSON, and the state of each week.

create function amc_history.json_number(value text) returns text
language sql immutable set search_path = ''
as $$
  -- A function call for each cell would cost more than everything else that is done with the cell.
  select format($q$(select case
      when abs(n) > 9007199254740992 or n <> 0 and abs(n) < 1e-300
        or n <> trunc(n) and length(ltrim(replace(trim_scale(abs(n))::text, '.', ''), '0')) > 15 then to_jsonb(n::text)
      else to_jsonb(n)
    end from (select %s as n offset 0) v)$q$, json_number.value);
$$;
comment on function amc_history.json_number(text) is
  $$SQL that makes JSON of a number: a string where JavaScript would round it, beyond 2^53 or with more than 15
significant digits. value: SQL of the number.$$;

create function amc_history.json_cells(table_name text) returns text
language sql stable set search_path = ''
as $$
  select string_agg(format('%s as %I',
    case v.atttypid when 'numeric'::regtype then amc_history.json_number(c.cell) else c.cell end, a.attname),
    ', ' order by a.attnum)
  from pg_catalog.pg_attribute a
  left join pg_catalog.pg_attribute v on v.attname = a.attname
    and v.attrelid = to_regclass(format('public.%I', 'results_' || json_cells.table_name))
  cross join lateral (
    select amc_history.typed_cell_sql(format('r.%I', a.attname),
      -- As amc_history.column_types names it.
      coalesce(replace(format_type(v.atttypid, null), ' without time zone', ''), 'text')) as cell
  ) c
  where a.attrelid = format('amc_results.%I', json_cells.table_name)::regclass
    and a.attnum > 0 and not a.attisdropped and a.attname not in ('load_id', 'line');
$$;
comment on function amc_history.json_cells(text) is
  $$SQL of the columns of a results table (the row r), each read as its view reads it, numbers by
amc_history.json_number.$$;

create function amc_history.load_rows(load_id uuid, max_rows integer, after_line bigint) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  most constant integer := 10000;
  load public.result_loads;
  rows jsonb;
begin
  if load_rows.max_rows is null or load_rows.max_rows not between 1 and most then
    perform amc_history.refuse('rows_out_of_range', format('Expected 1 to %s rows at once, got %s.', most,
      coalesce(load_rows.max_rows::text, 'null')),
      'Read in pages: pass the line of the last row that you have as after_line.');
  end if;
  select * into load from public.result_loads l where l.id = load_rows.load_id;
  if not found then
    return '[]'::jsonb;
  end if;
  execute format('select coalesce(jsonb_agg(to_jsonb(s) order by s.line), ''[]'') from (
      select r.line, $2 as execution_id, %s from amc_results.%I r
      where r.load_id = $1 and r.line > $3 order by r.line limit $4) s',
    amc_history.json_cells(load.table_name), load.table_name)
    into rows using load.id, load.execution_id, coalesce(load_rows.after_line, 0), load_rows.max_rows;
  return rows;
end;
$$;
comment on function amc_history.load_rows(uuid, integer, bigint) is
  'A page of a load''s rows, as public.week_rows answers them; [] for null. Refuses with rows_out_of_range.';

create function public.week_rows(week_id uuid, max_rows integer default 1000, after_line bigint default 0) returns jsonb
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
  week public.report_data_weeks;
begin
  select * into week from public.report_data_weeks w where w.id = week_rows.week_id;
  if not found then
    perform amc_history.refuse('week_not_found',
      format('No week %s that you may see.', coalesce(week_rows.week_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  return amc_history.load_rows((select l.id from public.result_loads l
    where l.execution_id = week.execution_id and l.complete and week.status = 'completed'),
    week_rows.max_rows, week_rows.after_line);
end;
$$;
comment on function public.week_rows(uuid, integer, bigint) is
  $$The rows that a week shows, in the order of AMC's file: an array of objects {line, execution_id, …columns}.

max_rows: 1 to 10000. after_line: only rows with a higher line; for the next page, the line of the last row. All rows
of one answer are of one execution; execution_rows reads the next page of the same one though the week was restated
meanwhile. Cells have the types of the workflow's view; a number that JavaScript would round (beyond 2^53, or
with more than 15 significant digits) is a string. [] for a week that shows no result: see week_results.
Refuses with week_not_found, rows_out_of_range. For members.$$;

create function amc_history.retained_load(execution_id text) returns public.result_loads
language plpgsql stable set search_path = ''
as $$
declare
  load public.result_loads;
begin
  if not exists (select from public.workflow_executions e where e.id = retained_load.execution_id) then
    perform amc_history.refuse('execution_not_found', format('No execution %s of your weeks.',
      coalesce(quote_literal(left(retained_load.execution_id, 200)), 'null')), 'Check the id.', 'PT404');
  end if;
  select * into load from public.result_loads l where l.execution_id = retained_load.execution_id and l.complete;
  if not found then
    perform amc_history.refuse('result_not_kept',
      format('No result of execution %s is kept.', retained_load.execution_id),
      'It was not loaded, or was pruned: a week keeps its collection''s keep_versions.', 'PT404');
  end if;
  return load;
end;
$$;
comment on function amc_history.retained_load(text) is
  'The complete load of an execution of the caller''s. Refuses with execution_not_found, result_not_kept.';

create function public.execution_rows(execution_id text, max_rows integer default 1000, after_line bigint default 0)
returns jsonb
language sql stable set search_path = ''
as $$
  select amc_history.load_rows((amc_history.retained_load(execution_rows.execution_id)).id,
    execution_rows.max_rows, execution_rows.after_line);
$$;
comment on function public.execution_rows(text, integer, bigint) is
  $$The rows that an execution produced, shown or superseded, while they are kept: as week_rows answers them.

max_rows, after_line: as for week_rows. Refuses with execution_not_found, result_not_kept, rows_out_of_range.
For members.$$;

create view public.held_weeks with (security_invoker = true) as
select s.week_id, s.collection_id, s.since, s.code, s.source, s.words,
  (amc_history.stoppage_kind(s.kind)).next_step
from public.stoppages s
where s.kind = 'week' and s.week_id is not null and s.ended_at is null and s.retry_at is null
union all
select a.week_id, w.collection_id, a.raised_at, a.code, 'amc_history', a.message, a.next_step
from public.tracking_alerts a join public.report_data_weeks w on w.id = a.week_id
where a.code in ('unknown_outcome', 'execution_not_confirmed') and a.resolved_at is null
union all
select w.id, w.collection_id, s.since, s.code, s.source, s.words, (amc_history.stoppage_kind(s.kind)).next_step
from public.stoppages s
join public.report_data_collections c on c.instance_id || '/' || c.workflow_id = s.subject
join public.report_data_weeks w on w.collection_id = c.id
join public.week_attempts a on a.week_id = w.id and a.is_live
join public.workflow_executions e on e.id = a.execution_id and e.has_ended
where s.kind = 'workflow_header' and s.ended_at is null;
comment on view public.held_weeks is
  $$The weeks that wait for a person, each with why: creates in vain, an unknown outcome, a result whose columns nobody
has accepted. Every view of a week's state reads it.$$;

create view public.week_results with (security_invoker = true) as
select w.collection_id, w.instance_id, c.workflow_id, w.id as week_id, w.week_start_date, w.week_end_date,
  w.status, w.execution_id,
  case
    when w.finished_at is null and exists (select from public.held_weeks h where h.week_id = w.id) then 'held'
    when w.status = 'pending' then 'waiting'
    when w.status = 'completed' and l.id is null then 'reported'
    when w.status = 'completed' and l.records = 0 then 'empty'
    when w.status = 'completed' and l.filtered_records > 0 then 'filtered'
    when w.status = 'completed' then 'rows'
    when w.status = 'failed' and w.error_code = 'result_gone' then 'gone'
    else w.status
  end as state,
  l.records, l.filtered_records, l.completed_at as loaded_at,
  (select a.ended_at from public.week_attempts a
    where a.execution_id = w.execution_id and a.kind = 'restated' and a.outcome = 'collected') as restated_at,
  w.status = 'completed' and (w.due_at is not null
    or exists (select from public.week_attempts a where a.week_id = w.id and a.is_live)) as restating,
  (select count(*)::integer from public.workflow_executions e
    join public.result_loads s on s.execution_id = e.id and s.complete
    where e.week_id = w.id and e.id is distinct from w.execution_id
      and not exists (select from public.week_attempts a where a.execution_id = e.id and a.is_live))
    as superseded_versions,
  w.error_code, w.error_message, w.created_at, w.started_at, w.finished_at
from public.report_data_weeks w
join public.report_data_collections c on c.id = w.collection_id
left join public.result_loads l on l.execution_id = w.execution_id and l.complete and w.status = 'completed';
comment on view public.week_results is
  $$The state of each week. state: waiting, running; held (it waits for a person: public.week_states says why); rows;
filtered (rows, some of which AMC has filtered for privacy); empty (AMC had no row to give: none, or all suppressed);
reported (completed by another system, without rows here); failed; gone (failed: AMC no longer keeps the result);
skipped; cancelled.$$;
comment on column public.week_results.records is 'Rows of the result that the week shows.';
comment on column public.week_results.filtered_records is
  'Those of them that AMC marks as filtered; null if the result has no column filtered.';
comment on column public.week_results.restated_at is
  'When the shown result replaced an earlier one; null if it is the first.';
comment on column public.week_results.restating is
  'Whether a new attempt is due or under way while the week shows its present result.';
comment on column public.week_results.superseded_versions is
  'Earlier results that are still kept; execution_rows reads them.';
