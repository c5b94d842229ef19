-- Pruning deletes a bounded number of loads at a time, the oldest first.
begin;
\ir ../../_shared/results.psql
select plan(3);

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
select is(amc_history.prune_versions(max_loads => 2), 2, 'so many loads');
select is(pg_temp.versions(1), array['exec-3', 'exec-4', 'exec-5', 'exec-6 shown'], 'the oldest first');
select is(amc_history.prune_versions(), 3, 'the rest in the next run');

select * from finish();
rollback;
