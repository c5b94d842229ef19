-- An attempt that has ended stays ended and keeps its execution.
begin;
\ir ../../_shared/attempts.psql
select plan(5);

do $$
begin
  perform pg_temp.run_week(1, 'exec-1');
  perform amc_history.end_attempt(pg_temp.attempt(1), 'failed');
end;
$$;
insert into workflow_executions (id, week_id) values ('exec-2', pg_temp.week(1));

select throws_ok(format('update week_attempts set state = %L, outcome = null,
  ended_at = null where id = pg_temp.attempt(1)', state), '23514',
  format('Attempt %s ended as failed: expected it to stay so.', pg_temp.attempt(1)),
  'it does not become ' || state || ' again')
from unnest(array['intended', 'unknown', 'created']) state;
select throws_ok($$ update week_attempts set execution_id = 'exec-2' where id = pg_temp.attempt(1) $$, '23514', null,
  'it keeps its execution');
select throws_ok($$ update week_attempts set execution_id = null where id = pg_temp.attempt(1) $$, '23514', null,
  'it does not lose it');

select * from finish();
rollback;
