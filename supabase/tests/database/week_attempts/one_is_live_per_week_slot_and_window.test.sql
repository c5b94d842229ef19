begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

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
do $$ begin perform pg_temp.try(1, '{}'); end $$;

select throws_ok($$ select pg_temp.try(1, '{"number": 10, "slot": 5, "window_key": "x"}') $$, '23505',
  'duplicate key value violates unique constraint "one_live_attempt_per_week"', 'a week has one live attempt');
select throws_ok($$ select pg_temp.try(2, '{"slot": 1}') $$, '23505',
  'duplicate key value violates unique constraint "one_live_attempt_per_slot"', 'a slot has one');
select throws_ok($$ select pg_temp.try(2, '{"window_key": "k1"}') $$, '23505',
  'duplicate key value violates unique constraint "one_live_attempt_per_window"', 'a window has one');
select throws_ok($$ select pg_temp.try(1, '{"state": "ended", "outcome": "failed", "ended_at": "2025-03-03"}') $$,
  '23505',
  'duplicate key value violates unique constraint "week_attempts_week_id_number_key"', 'a number is given once');
select lives_ok($$ select pg_temp.try(2, '{"number": 10}') $$, 'another week in another slot is free');
do $$ begin perform amc_history.end_attempt(pg_temp.attempt(1), 'failed'); end $$;
select lives_ok($$ select pg_temp.try(1, '{"number": 10}') $$, 'an ended attempt holds nothing');

select * from finish();
rollback;
