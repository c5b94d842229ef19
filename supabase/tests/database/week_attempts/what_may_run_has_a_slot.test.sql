-- An attempt has a slot until AMC showed that its execution ended.
begin;
\ir ../../_shared/attempts.psql
select plan(4);

select pg_temp.run_week(1, 'exec-1', 'RUNNING');
select pg_temp.run_week(2, 'exec-2');
select pg_temp.run_week(3, 'exec-3', 'Cancelled');

select throws_ok($$ update week_attempts set slot = null where execution_id = 'exec-1' $$, '23514',
  format('Execution exec-1 of attempt %s may still run at AMC: expected a slot of instance amcpgtap1, got none.',
    pg_temp.attempt(1)), 'a running execution keeps its slot');
select throws_ok($$ update week_attempts set slot = null where execution_id = 'exec-2' $$, '23514', null,
  'so does one of which AMC has not said a status');
select lives_ok($$ update week_attempts set slot = null where execution_id = 'exec-3' $$, 'one that ended may lose it');
select lives_ok($$ do $x$ begin perform amc_history.release_slots('amcpgtap1'); end $x$ $$,
  'slots are taken back only from what ended');

select * from finish();
rollback;
