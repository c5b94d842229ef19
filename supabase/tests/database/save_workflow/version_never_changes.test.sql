-- A saved version of a workflow never changes.
begin;
\ir ../../_shared/workflow.psql
select plan(6);

select throws_ok(format('update amc_workflows set %s where instance_id = %L', change, 'amcpgtap1'), '23514',
  format('A workflow version never changes: expected %s to stay as it is.', pg_temp.workflow()),
  change || ' is refused')
from unnest(array['sql_query = ''select 2''', 'parameters = ''[]''', 'output_format = ''{}''',
  'id = ''another''']) change;
select lives_ok($$ update amc_workflows set name = 'Another', saved_at = now(),
  output_columns = '[]' where instance_id = 'amcpgtap1' $$,
  'what does not decide the result may change');
insert into amc_workflows (instance_id, id, name, sql_query) values ('amcpgtap1', 'my-own-id', 'Own', 'select 3');
select is((select count(*) from amc_workflows where id = 'my-own-id'), 0::bigint, 'nobody chooses an id');

select * from finish();
rollback;
