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
  where v.place > v.keep_versions and not amc_history.is_held_up('job', 'amc-history-prune/' || v.load_id)
  order by v.completed_at, v.load_id
  limit versions_to_prune.max_loads;
$$;
comment on function amc_history.versions_to_prune(integer) is
  $$Loads beyond the keep_versions newest of each week, oldest first. Never the shown one, nor that of a live attempt,
nor one that is set aside.$$;

create function amc_history.prune_version(load_id uuid, week_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
declare
  week public.report_data_weeks;
  pruned public.result_loads;
begin
  -- A week that another session has locked waits for the next run.
  select * into week from public.report_data_weeks w where w.id = prune_version.week_id for no key update skip locked;
  if not found then
    return false;
  end if;
  -- Checked again under the lock: meanwhile the week may have come to show this result.
  delete from public.result_loads l where l.id = prune_version.load_id
    and not (week.status = 'completed' and l.execution_id is not distinct from week.execution_id)
  returning * into pruned;
  if not found then
    return false;
  end if;
  perform amc_history.record_event('version_pruned', null, week, pruned.execution_id,
    jsonb_build_object('records', pruned.records));
  return true;
end;
$$;
comment on function amc_history.prune_version(uuid, uuid) is
  $$Deletes a load of a week unless the week shows it, or another session has locked the week. Leaves an event
version_pruned. Answers whether it did.$$;

create function amc_history.prune_versions(max_loads integer default 1000) returns integer
language plpgsql set search_path = ''
as $$
declare
  candidate record;
  found_loads integer := 0;
  pruned integer := 0;
begin
  for candidate in select * from amc_history.versions_to_prune(prune_versions.max_loads) loop
    found_loads := found_loads + 1;
    begin
      pruned := pruned + amc_history.prune_version(candidate.load_id, candidate.week_id)::integer;
    exception when query_canceled or others then
      perform amc_history.set_load_aside('amc-history-prune', candidate.load_id, sqlstate, sqlerrm);
      -- The statement's time is over.
      if sqlstate = '57014' then
        return pruned;
      end if;
    end;
  end loop;
  if found_loads < prune_versions.max_loads then
    perform amc_history.end_passed_stoppages('amc-history-prune');
  end if;
  return pruned;
end;
$$;
comment on function amc_history.prune_versions(integer) is
  $$Deletes results beyond their collection's keep_versions, oldest first, at most max_loads; delete_dropped_rows
deletes their rows. One that fails is set aside, and the others go on. Answers how many. Run by pg_cron.$$;

create function amc_history.delete_some_rows(dropped amc_history.dropped_loads, lines bigint) returns bigint
language plpgsql set search_path = ''
as $$
declare
  gone bigint;
  last_line bigint;
begin
  execute format('with piece as (
      select line from amc_results.%1$I where load_id = $1 and line > $2 order by line limit $3
    ), gone as (
      delete from amc_results.%1$I where load_id = $1 and line > $2 and line <= (select max(line) from piece)
      returning line
    )
    select count(*), max(line) from gone', (dropped).table_name)
    into gone, last_line using (dropped).load_id, (dropped).line, delete_some_rows.lines;
  if gone < delete_some_rows.lines then
    delete from amc_history.dropped_loads d where d.load_id = (dropped).load_id;
  else
    update amc_history.dropped_loads d set line = last_line where d.load_id = (dropped).load_id;
  end if;
  return gone;
end;
$$;
comment on function amc_history.delete_some_rows(amc_history.dropped_loads, bigint) is
  $$Deletes so many rows of a dropped load, the first ones that are there, and forgets the load once there are none
left. Answers how many rows.$$;

create function amc_history.delete_dropped_rows() returns bigint
language plpgsql set search_path = ''
as $$
declare
  dropped amc_history.dropped_loads;
  at_once bigint;
  -- As in check_cells.
  share numeric := 1;
  deleted bigint := 0;
  piece bigint;
begin
  for dropped in
    select d.* from amc_history.dropped_loads d
    where not amc_history.is_held_up('job', 'amc-history-delete/' || d.load_id)
    order by d.dropped_at, d.load_id limit 100
  loop
    at_once := amc_history.lines_at_once(dropped.records, dropped.bytes);
    exit when share * at_once < 1;
    begin
      piece := amc_history.delete_some_rows(dropped, floor(share * at_once)::bigint);
      deleted := deleted + piece;
      share := share - piece::numeric / at_once;
      perform amc_history.end_stoppage('job', 'amc-history-delete/' || dropped.load_id);
    exception when query_canceled or others then
      perform amc_history.record_stoppage('job', 'amc-history-delete/' || dropped.load_id, sqlstate, 'postgres',
        sqlerrm, (select t.instance_id from amc_history.result_tables t where t.table_name = dropped.table_name));
      -- The statement's time is over.
      exit when sqlstate = '57014';
    end;
  end loop;
  return deleted;
end;
$$;
comment on function amc_history.delete_dropped_rows() is
  $$Deletes the rows of loads that were deleted, oldest first, in one run rows_at_once rows or those of bytes_at_once
bytes at most (amc_history.allowances). Its place is in amc_history.dropped_loads. A load that fails is set aside, and
the others go on. Answers how many rows. Run by pg_cron.$$;
