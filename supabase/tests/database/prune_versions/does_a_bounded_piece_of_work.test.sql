-- Pruning deletes a bounded number of loads and rows at a time, the oldest first.
begin;
\ir ../../_shared/results.psql
select plan(4);

create function pg_temp.versions(n integer) returns text[] language sql as $$
  select array_agg(execution_id || case when shown then ' shown' else '' end order by execution_id)
  from week_versions where week_id = pg_temp.week(n) $$;
create function pg_temp.next(n integer, execution text) returns void language plpgsql as $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 minute')::text, true);
  perform pg_temp.collect(n, execution, '[["a"], ["b"]]');
end;
$$;

do $$
begin
  for i in 1 .. 6 loop
    perform pg_temp.next(1, 'exec-' || i);
  end loop;
  update report_data_collections set keep_versions = 1;
end;
$$;
select is(amc_history.prune_versions(max_loads => 1), 1, 'so many loads');
select is(amc_history.prune_versions(max_records => 4), 2, 'so many rows');
select is(amc_history.prune_versions(max_records => 1), 1, 'but one, however large');
select is(pg_temp.versions(1), array['exec-5', 'exec-6 shown'], 'the oldest first');

select * from finish();
rollback;
