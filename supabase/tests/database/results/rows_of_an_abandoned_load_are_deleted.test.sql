-- A new load of an execution drops the one before, whose rows the job deletes.
begin;
\ir ../../_shared/loading.psql
select plan(3);

select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
do $$
begin
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']);
  perform amc_history.open_load(pg_temp.load_id(), 1);
  perform pg_temp.copy('a', 'b');
end;
$$;

select is(pg_temp.count_rows(), 2::bigint, 'two rows are in');
do $$
begin
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']);
  perform amc_history.open_load(pg_temp.load_id(), 1);
  perform amc_history.delete_dropped_rows();
end;
$$;
select is(pg_temp.count_rows(), 0::bigint, 'those of the first are gone');
select pg_temp.copy('c');
select is((select first from (select (pg_temp.finish_load(pg_temp.load_id(), pg_temp.attempt(1),
  1) -> 'first_rows' -> 0 ->> 'campaign') as first) s), 'c',
    'its lines count from 1 again');

select * from finish();
rollback;
