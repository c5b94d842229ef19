-- A dropped load whose rows cannot be deleted is set aside, and the others' rows are deleted; it is tried again later.
begin;
\ir ../../_shared/results.psql
select plan(9);

create function pg_temp.next(n integer, execution text) returns void language plpgsql as $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 minute')::text, true);
  perform pg_temp.collect(n, execution, '[["a"], ["b"]]');
end;
$$;
create function pg_temp.held_up() returns text[] language sql as $$
  select array_agg(concat_ws(' ', split_part(s.subject, '/', 1), s.code, s.words, s.times, s.instance_id))
  from stoppages s where kind = 'job' and ended_at is null $$;
create function pg_temp.fail() returns trigger language plpgsql as $$
begin
  raise exception 'told to' using errcode = tg_argv[0];
end;
$$;
select pg_temp.next(1, 'exec-' || n) from generate_series(1, 4) n;
-- Rows of exec-1's load cannot be deleted.
create function pg_temp.fail_from_here(code text) returns void language plpgsql as $$
declare
  target text := (select table_name from amc_history.result_tables);
begin
  execute format('drop trigger if exists fail on amc_results.%I', target);
  execute format('create trigger fail before delete on amc_results.%I for each row when (old.load_id = %L)
    execute function pg_temp.fail(%L)', target,
    coalesce((select id from result_loads where execution_id = 'exec-1'),
      (select load_id from amc_history.dropped_loads order by dropped_at, line limit 1)), code);
end;
$$;
do $$
begin
  perform pg_temp.fail_from_here('22012');
  update report_data_collections set keep_versions = 1;
  perform amc_history.prune_versions();
end;
$$;
select is(amc_history.delete_dropped_rows(), 4::bigint, 'the rows of the others are deleted');
select is(pg_temp.held_up(), array['amc-history-delete 22012 told to 1 amcpgtap1'], 'one load is set aside');
select is(amc_history.delete_dropped_rows(), 0::bigint, 'the next run leaves it alone');
set local amc_history.clock = '2025-03-03T13:00:00Z';
select is(amc_history.delete_dropped_rows(), 0::bigint, 'later it is tried again');
select is(pg_temp.held_up(), array['amc-history-delete 22012 told to 2 amcpgtap1'], 'which is counted');
do $$
begin
  perform pg_temp.next(1, 'exec-5');
  perform pg_temp.fail_from_here('57014');
  perform amc_history.prune_versions();
  perform set_config('amc_history.clock', '2025-03-03T14:00:00Z', true);
end;
$$;
select is(amc_history.delete_dropped_rows(), 0::bigint, 'one that takes too long ends the run');
select is(amc_history.delete_dropped_rows(), 2::bigint, 'and the next one goes on with the others');
do $$
begin
  execute format('drop trigger fail on amc_results.%I', (select table_name from amc_history.result_tables));
  perform set_config('amc_history.clock', '2025-03-03T16:00:00Z', true);
end;
$$;
select is(amc_history.delete_dropped_rows(), 2::bigint, 'until it succeeds');
select is(pg_temp.held_up(), null, 'which ends it');

select * from finish();
rollback;
