-- Versions: the results of earlier executions of a week, which are kept for a while and then pruned.

create view public.week_versions with (security_invoker = true) as
select e.week_id, w.collection_id, w.week_start_date, e.id as execution_id,
  e.id is not distinct from w.execution_id and w.status = 'completed' as shown,
  l.completed_at as loaded_at, l.records, l.filtered_records, l.bytes, l.checksum
from public.workflow_executions e
join public.report_data_weeks w on w.id = e.week_id
join public.result_loads l on l.execution_id = e.id and l.complete;
comment on view public.week_versions is
  $$The results that are kept of each week: the shown one and those it superseded. execution_rows reads any of them,
compare_executions tells two apart.$$;
comment on column public.week_versions.shown is 'Whether the week shows this one.';

create function amc_history.versions_to_prune(max_loads integer)
returns table (load_id uuid, week_id uuid, execution_id text, records bigint)
language sql stable set search_path = ''
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
    -- The result of a live attempt is about to be shown: it is neither pruned nor counted.
    where l.complete
      and not exists (select from public.week_attempts a where a.execution_id = e.id and a.is_live)
  ) v
  -- The shown one has place 1, and at least one is kept.
  where v.place > v.keep_versions
  order by v.completed_at, v.load_id
  limit versions_to_prune.max_loads;
$$;
comment on function amc_history.versions_to_prune(integer) is
  'Loads beyond the keep_versions newest of each week, oldest first. Never the shown one, nor that of a live attempt.';

create function amc_history.prune_versions(max_loads integer default 20, max_records bigint default 2000000)
returns integer
language plpgsql set search_path = ''
as $$
declare
  candidate record;
  week public.report_data_weeks;
  pruned integer := 0;
  gone bigint := 0;
begin
  for candidate in select * from amc_history.versions_to_prune(prune_versions.max_loads) loop
    exit when pruned > 0 and gone + candidate.records > prune_versions.max_records;
    -- A week that another session has locked waits for the next run.
    select * into week from public.report_data_weeks w where w.id = candidate.week_id for no key update skip locked;
    continue when not found;
    -- Checked again under the lock: meanwhile the week may have come to show this result.
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
  $$Deletes results beyond their collection's keep_versions, oldest first: at most max_loads, and no more than
max_records rows unless the first alone has more. Each leaves an event version_pruned. Answers how many. Run by
pg_cron.$$;
