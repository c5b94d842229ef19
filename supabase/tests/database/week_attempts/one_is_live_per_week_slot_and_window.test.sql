-- A week, a slot and a window each have one live attempt at most.
begin;
\ir ../../_shared/attempts.psql
select plan(6);

select pg_temp.insert_attempt(1);

select throws_ok($$ select pg_temp.insert_attempt(1, '{"number": 10, "slot": 5, "window_key": "x"}') $$, '23505',
  'duplicate key value violates unique constraint "one_live_attempt_per_week"', 'a week has one live attempt');
select throws_ok($$ select pg_temp.insert_attempt(2, '{"slot": 1}') $$, '23505',
  'duplicate key value violates unique constraint "one_live_attempt_per_slot"', 'a slot has one');
select throws_ok($$ select pg_temp.insert_attempt(2, '{"window_key": "k1"}') $$, '23505',
  'duplicate key value violates unique constraint "one_live_attempt_per_window"', 'a window has one');
select throws_ok(
  $$ select pg_temp.insert_attempt(1, '{"state": "ended", "outcome": "failed", "ended_at": "2025-03-03"}') $$,
  '23505',
  'duplicate key value violates unique constraint "week_attempts_week_id_number_key"', 'a number is given once');
select lives_ok($$ select pg_temp.insert_attempt(2, '{"number": 10}') $$, 'another week in another slot is free');
do $$ begin perform amc_history.end_attempt(pg_temp.attempt(1), 'failed'); end $$;
select lives_ok($$ select pg_temp.insert_attempt(1, '{"number": 10}') $$, 'an ended attempt holds nothing');

select * from finish();
rollback;
