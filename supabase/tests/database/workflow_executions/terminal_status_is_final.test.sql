-- An execution's terminal status is final.
begin;
\ir ../../_shared/three_weeks.psql
select plan(11);

insert into workflow_executions (id, week_id, status)
select lower(status), pg_temp.week(1), status from unnest(array['SUCCEEDED', 'FAILED', 'REJECTED', 'CANCELLED',
  'RUNNING']) status;

select throws_ok(format('update workflow_executions set status = %L where id = %L', new_status, lower(old_status)),
  '23514',
  format('Execution %s ended at AMC as %s: expected it to stay so, got %s.', lower(old_status), old_status, new_status),
  old_status || ' does not become ' || coalesce(new_status, 'null'))
from unnest(array['SUCCEEDED', 'FAILED', 'REJECTED', 'CANCELLED']) old_status,
  unnest(array['RUNNING', 'ODD']) new_status;
select throws_ok($$ update workflow_executions set status = null where id = 'failed' $$, '23514', null, 'nor null');
select lives_ok($$ update workflow_executions set status = 'SUCCEEDED' where id = 'succeeded' $$,
  'the same again changes nothing');
select lives_ok($$ update workflow_executions set status = 'PENDING' where id = 'running' $$, 'another status is free');

select * from finish();
rollback;
