-- A worker whose fence is stale can neither begin nor finish a load.
begin;
\ir ../../_shared/loading.psql
select plan(7);

select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
do $$
begin
  perform claim_loads(5, 60);
  perform amc_history.begin_load(pg_temp.attempt(1), 2, array['campaign', 'clicks']);
  perform set_config('amc_history.clock', '2025-03-03T12:01:00Z', true);
  perform claim_loads(5, 60);
end;
$$;

select throws_ok($$ select amc_history.begin_load(pg_temp.attempt(1), 2, array['campaign', 'clicks']) $$, 'AH001',
  format('The load of attempt %s is no longer this worker''s: expected fence 2 of a live attempt, got 3 (created).',
  pg_temp.attempt(1)),
  'a worker that lost its lease cannot begin');
select throws_ok($$ select amc_history.finish_load(load_id => pg_temp.load_id(), attempt_id => pg_temp.attempt(1),
  fence => 2) $$, 'AH001', null, 'nor finish');
select is((select complete from result_loads where id = pg_temp.load_id()), false, 'its load is not complete');
select throws_ok($$ select amc_history.begin_load(gen_random_uuid(), 1, array['a']) $$, 'AH001', null,
  'an unknown attempt has no load');
do $$ begin perform amc_history.begin_load(pg_temp.attempt(1), 3, array['campaign', 'clicks']); end $$;

select is((select array_agg(fence) from result_loads where execution_id = 'exec-1'), array[3],
  'the worker that claimed it next begins anew');
select throws_ok($$ select amc_history.finish_load(load_id => gen_random_uuid(), attempt_id => pg_temp.attempt(1),
  fence => 3) $$, 'AH001', null, 'an unknown load cannot be finished');
do $$ begin perform amc_history.end_attempt(pg_temp.attempt(1), 'failed'); end $$;
select throws_ok($$ select amc_history.finish_load(load_id => pg_temp.load_id(), attempt_id => pg_temp.attempt(1),
  fence => 3) $$, 'AH001', null, 'nor that of an attempt that has ended');

select * from finish();
rollback;
