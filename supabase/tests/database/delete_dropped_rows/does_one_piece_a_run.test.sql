-- The rows of dropped loads are deleted piece by piece, one a run; small loads share a run.
begin;
\ir ../../_shared/results.psql
select plan(14);

create function pg_temp.next(n integer, execution text, cells jsonb) returns void language plpgsql as $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 minute')::text, true);
  perform pg_temp.collect(n, execution, cells);
end;
$$;
create function pg_temp.stored() returns bigint language plpgsql as $$
declare
  n bigint;
begin
  execute format('select count(*) from amc_results.%I', (select table_name from amc_history.result_tables)) into n;
  return n;
end;
$$;
create function pg_temp.shown() returns bigint language plpgsql as $$
declare
  n bigint;
begin
  execute format('select count(*) from public.%I', (select 'results_' || table_name from amc_history.result_tables))
    into n;
  return n;
end;
$$;
select pg_temp.next(1, 'exec-1', '[["a"], ["b"], ["c"], ["d"], ["e"]]');
select pg_temp.next(1, 'exec-2', '[["a"]]');
select pg_temp.next(1, 'exec-3', '[["a"], ["b"], ["c"]]');
select pg_temp.next(1, 'exec-4', '[["a"]]');
update report_data_collections set keep_versions = 1;
update amc_history.allowances set rows_at_once = 2;

select is(amc_history.prune_versions(), 3, 'three are dropped');
-- As if the largest had been dropped first.
update amc_history.dropped_loads set dropped_at = dropped_at - records * interval '1 second';
select is(pg_temp.stored(), 10::bigint, 'at once, without their rows');
select is(pg_temp.shown(), 1::bigint, 'which no view shows');
select is(amc_history.delete_dropped_rows(), 2::bigint, 'a run deletes so many rows');
select is((select array_agg(line order by dropped_at) from amc_history.dropped_loads),
  array[2, 0, 0]::bigint[], 'of one load, whose place is kept');
select is(amc_history.delete_dropped_rows(), 2::bigint, 'the next goes on');
select is(amc_history.delete_dropped_rows(), 2::bigint, 'with its last row, and another load');
select is(pg_temp.stored(), 4::bigint, 'as many are left');
update amc_history.allowances set rows_at_once = 1000, bytes_at_once = 67;
select is(amc_history.delete_dropped_rows(), 2::bigint, 'as many rows as so many bytes have');
update amc_history.allowances set bytes_at_once = 1;
select is(amc_history.delete_dropped_rows(), 1::bigint, 'one at least');
select is(amc_history.delete_dropped_rows(), 0::bigint, 'until none is left');
select is((select count(*) from amc_history.dropped_loads), 0::bigint, 'and all are forgotten');
select is(pg_temp.shown(), 1::bigint, 'what is shown stays');
-- Whoever deletes a workflow's results deletes their table, and there is nothing left to do.
do $$
begin
  perform pg_temp.next(1, 'exec-5', '[["a"]]');
  perform amc_history.prune_versions();
  delete from report_data_collections where instance_id = 'amcpgtap1';
  delete from amc_instances where id = 'amcpgtap1';
end;
$$;
select is((select count(*) from amc_history.dropped_loads), 0::bigint, 'a table that is gone needs none');

select * from finish();
rollback;
