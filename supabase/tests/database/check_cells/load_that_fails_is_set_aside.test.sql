-- A load whose check fails is set aside, and the others are checked; it is tried again later.
begin;
\ir ../../_shared/results.psql
select plan(13);

create function pg_temp.next(n integer, execution text) returns void language plpgsql as $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 minute')::text, true);
  perform pg_temp.load(n, execution, array['campaign', 'clicks'], '[["a", "x"]]',
    '[{"name": "campaign", "dataType": "STRING", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"}]');
  perform pg_temp.show(n, execution);
end;
$$;
create function pg_temp.unchecked() returns text[] language sql as $$
  select array_agg(execution_id order by execution_id) from result_loads where cells_checked_at is null $$;
create function pg_temp.held_up() returns text[] language sql as $$
  select array_agg(concat_ws(' ', split_part(s.subject, '/', 1), l.execution_id, s.code, s.words, s.times,
    s.week_id = pg_temp.week(1) and s.instance_id = 'amcpgtap1'))
  from stoppages s join result_loads l on s.subject like '%/' || l.id where kind = 'job' and ended_at is null $$;
-- Fails for the load of exec-1, as what it is told.
create function pg_temp.fail() returns trigger language plpgsql as $$
begin
  raise exception 'told to' using errcode = tg_argv[0];
end;
$$;
select pg_temp.next(n, 'exec-' || n) from generate_series(1, 3) n;
create trigger fail before update of uncast on result_loads
  for each row when (old.execution_id = 'exec-1') execute function pg_temp.fail('22012');

select is(amc_history.check_cells(), 2::bigint, 'the others are checked');
select is(pg_temp.unchecked(), array['exec-1'], 'the first is not');
select is(pg_temp.held_up(), array['amc-history-check exec-1 22012 told to 1 t'],
  'it is set aside, in the words of Postgres');
select is(amc_history.check_cells(), 0::bigint, 'the next run leaves it alone');
set local amc_history.clock = '2025-03-03T13:00:00Z';
select is(amc_history.check_cells(), 0::bigint, 'later it is tried again');
select is(pg_temp.held_up(), array['amc-history-check exec-1 22012 told to 2 t'], 'which is counted');
drop trigger fail on result_loads;
set local amc_history.clock = '2025-03-03T14:00:00Z';
select is(amc_history.check_cells(), 1::bigint, 'until it succeeds');
select is(pg_temp.held_up(), null, 'which ends it');

-- As if the statement's time were over in the middle of it: nothing else fits into this run.
update result_loads set cells_checked_at = null, checked_lines = 0, uncast = '{}';
create trigger fail before update of uncast on result_loads
  for each row when (old.execution_id = 'exec-1') execute function pg_temp.fail('57014');
select is(amc_history.check_cells(), 0::bigint, 'one that takes too long ends the run');
select is(pg_temp.held_up(), array['amc-history-check exec-1 57014 told to 1 t'], 'and is set aside');
select is(amc_history.check_cells(), 2::bigint, 'the next run checks the others');
select is(pg_temp.unchecked(), array['exec-1'], 'all of them');
-- A load that is dropped is not held up any more.
do $$
begin
  perform pg_temp.next(1, 'exec-4');
  update report_data_collections set keep_versions = 1;
  perform amc_history.prune_versions();
end;
$$;
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'what is dropped is not held up');

select * from finish();
rollback;
