-- A load whose workers die each time waits longer each time, and is told; the others go on. Who gets on with it ends
-- it.
begin;
\ir ../../_shared/loading.psql
select plan(10);

do $$ begin perform pg_temp.run_week(1, 'exec-1', 'SUCCEEDED'),
  set_config('amc_history.clock', '2025-03-03T12:00:01Z', true), pg_temp.run_week(2, 'exec-2', 'SUCCEEDED'); end $$;

-- Claims a load after so long: its execution. The worker of exec-1 dies, that of exec-2 gives it back.
create function pg_temp.claim(span interval) returns text language plpgsql as $$
declare
  claimed record;
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + span)::text, true);
  select * into claimed from claim_loads(1);
  if claimed.execution_id = 'exec-2' then
    perform amc_history.release_load(claimed.attempt_id, claimed.fence);
  end if;
  return claimed.execution_id;
end;
$$;
create function pg_temp.held() returns text language sql as $$
  select string_agg(concat_ws(' ', subject, code, times), ', ') from stoppages where ended_at is null $$;
create function pg_temp.told() returns bigint language sql as $$
  select count(*) from tracking_alerts where resolved_at is null $$;

select is(pg_temp.claim('0'), 'exec-1', 'the first is loaded');
select is(pg_temp.claim('1 second'), 'exec-2', 'and the second');
select is(pg_temp.claim('1 second'), 'exec-2', 'again');
select is(pg_temp.held(), null, 'what is given back is no death');
select is(pg_temp.claim('150 seconds'), 'exec-1', 'the first is taken up as soon as its lease is over');
select is(pg_temp.held(), 'exec-1 worker_died 1', 'its worker died');
create temporary table claims as
select n, pg_temp.claim('151 seconds') as execution from generate_series(1, 20) n;
select ok((select count(*) filter (where execution = 'exec-1') between 4 and 12 from claims),
  'it waits longer each time, and the other has its turns');
select is(pg_temp.told(), 1::bigint, 'a person is told');

-- Somebody gets on with it.
update stoppages set retry_at = amc_history.clock_now();
update week_attempts set due_at = 'infinity' where id = pg_temp.attempt(2);
do $$
declare
  fence integer;
begin
  perform pg_temp.claim('151 seconds');
  fence := (select a.fence from week_attempts a where a.id = pg_temp.attempt(1));
  perform amc_history.begin_load(pg_temp.attempt(1), fence, array['campaign']);
  perform amc_history.open_load(pg_temp.load_id(), fence);
  perform pg_temp.copy('a', 'b');
  perform pg_temp.finish_load(pg_temp.load_id(), pg_temp.attempt(1), fence);
end;
$$;
select is(pg_temp.held(), null, 'once rows are stored it is held up no more');
select is(pg_temp.told(), 0::bigint, 'nor told');

select * from finish();
rollback;
