-- A load that cannot be pruned is set aside, and the others are pruned; it is tried again later.
begin;
\ir ../../_shared/results.psql
select plan(10);

create function pg_temp.next(n integer, execution text) returns void language plpgsql as $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 minute')::text, true);
  perform pg_temp.collect(n, execution, '[["a"], ["b"]]');
end;
$$;
create function pg_temp.kept() returns text[] language sql as $$
  select array_agg(execution_id order by execution_id) from week_versions where not shown $$;
create function pg_temp.held_up() returns text[] language sql as $$
  select array_agg(concat_ws(' ', split_part(s.subject, '/', 1), l.execution_id, s.code, s.words, s.times,
    s.week_id = pg_temp.week(1) and s.instance_id = 'amcpgtap1'))
  from stoppages s join result_loads l on s.subject like '%/' || l.id where kind = 'job' and ended_at is null $$;
create function pg_temp.fail() returns trigger language plpgsql as $$
begin
  raise exception 'told to' using errcode = tg_argv[0];
end;
$$;
select pg_temp.next(1, 'exec-' || n) from generate_series(1, 4) n;
update report_data_collections set keep_versions = 1;
create trigger a_fail before delete on result_loads
  for each row when (old.execution_id = 'exec-1') execute function pg_temp.fail('55000');

select is(amc_history.prune_versions(), 2, 'the others are pruned');
select is(pg_temp.kept(), array['exec-1'], 'the first is not');
select is(pg_temp.held_up(), array['amc-history-prune exec-1 55000 told to 1 t'],
  'it is set aside, in the words of Postgres');
select is(amc_history.prune_versions(), 0, 'the next run leaves it alone');
select is(pg_temp.held_up(), array['amc-history-prune exec-1 55000 told to 1 t'], 'which counts nothing');
update report_data_collections set keep_versions = 2;
set local amc_history.clock = '2025-03-03T13:00:00Z';
select is(amc_history.prune_versions(), 0, 'one that is not to be pruned any more');
select is(pg_temp.held_up(), null, 'is not held up');
update report_data_collections set keep_versions = 1;
drop trigger a_fail on result_loads;
create trigger a_fail before delete on result_loads
  for each row when (old.execution_id = 'exec-1') execute function pg_temp.fail('57014');
select is(amc_history.prune_versions(), 0, 'one that takes too long');
drop trigger a_fail on result_loads;
set local amc_history.clock = '2025-03-03T14:00:00Z';
select is(amc_history.prune_versions(), 1, 'is pruned later');
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'and nothing is held up');

select * from finish();
rollback;
