-- A live attempt's slot lies within the instance's max_parallel.
begin;
\ir ../../_shared/attempts.psql
select plan(4);

update amc_instances set max_parallel = 4 where id = 'amcpgtap1';

select throws_ok($$ select pg_temp.insert_attempt(1, '{"slot": 5}') $$, '23514',
  'Slot 5 of instance amcpgtap1 does not exist: expected 1 to 4.',
  'the fifth of four slots is refused');
select throws_ok($$ select pg_temp.insert_attempt(1, '{"slot": 0}') $$, '23514', null,
  'so is the one before the first');
select lives_ok($$ select pg_temp.insert_attempt(1, '{"slot": 4}') $$, 'the last one is accepted');
select lives_ok($$ select pg_temp.insert_attempt(2,
  '{"slot": 5, "state": "ended", "outcome": "failed", "ended_at": "2025-03-03"}') $$,
  'an attempt that has ended may have a slot beyond the cap');

select * from finish();
rollback;
