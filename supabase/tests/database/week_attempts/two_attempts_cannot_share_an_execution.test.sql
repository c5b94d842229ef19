-- Two attempts never share an execution.
begin;
\ir ../../_shared/three_weeks.psql
select plan(1);

set local role service_role;
do $$
begin
  perform claim_due_weeks(2);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
end;
$$;

select throws_ok($$ update week_attempts set state = 'created',
  execution_id = 'exec-1' where id = pg_temp.attempt(2) $$, '23505',
  'duplicate key value violates unique constraint "one_attempt_per_execution"',
  'the execution of another attempt is refused');

select * from finish();
rollback;
