-- A new load of an execution deletes the rows of the one before.
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
end;
$$;
select is(pg_temp.count_rows(), 0::bigint, 'a new load of the execution begins with none');
select pg_temp.copy('c');
select is((select first from (select (pg_temp.finish_load(pg_temp.load_id(), pg_temp.attempt(1),
  1) -> 'first_rows' -> 0 ->> 'campaign') as first) s), 'c',
    'its lines count from 1 again');

select * from finish();
rollback;
