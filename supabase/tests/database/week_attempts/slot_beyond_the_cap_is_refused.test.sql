begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

create function pg_temp.try(week integer, changes jsonb) returns void language sql as
  $$ insert into week_attempts (id, week_id, instance_id, number, kind, state, outcome, intended_at, settle_after,
    fingerprint, window_key, slot, execution_id, fence, watch_until, ended_at)
  select r.id, r.week_id, r.instance_id, r.number, r.kind, r.state, r.outcome, r.intended_at, r.settle_after,
    r.fingerprint, r.window_key, r.slot, r.execution_id, r.fence, r.watch_until, r.ended_at
  from jsonb_populate_record(null::week_attempts,
  jsonb_build_object('id', gen_random_uuid(),
       'week_id', pg_temp.week(week), 'instance_id', 'amcpgtap1', 'number', 9, 'kind', 'collected', 'state',
       'intended', 'fence', 1,
       'intended_at', now(), 'settle_after', now(), 'fingerprint', 30000, 'window_key', 'k' || week, 'slot',
       week) || changes) r $$;
update amc_instances set max_parallel = 4 where id = 'amcpgtap1';

select throws_ok($$ select pg_temp.try(1, '{"slot": 5}') $$, '23514',
  'Slot 5 of instance amcpgtap1 does not exist: expected 1 to 4.',
  'the fifth of four slots is refused');
select throws_ok($$ select pg_temp.try(1, '{"slot": 0}') $$, '23514', null, 'so is the one before the first');
select lives_ok($$ select pg_temp.try(1, '{"slot": 4}') $$, 'the last one is there');
select lives_ok($$ select pg_temp.try(2,
  '{"slot": 5, "state": "ended", "outcome": "failed", "ended_at": "2025-03-03"}') $$,
  'what has ended tells of a slot that was there');

select * from finish();
rollback;
