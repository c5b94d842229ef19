-- AMC's execution id is the key, and is well formed.
begin;
\ir ../../_shared/three_weeks.psql
select plan(11);

select col_is_pk('public', 'workflow_executions', 'id', 'AMC''s id is the key');
select col_type_is('public', 'workflow_executions', 'id', 'text', 'it is text');
select throws_ok(format('insert into workflow_executions (id, week_id) values (%L, pg_temp.week(1))', id), '23514',
  'new row for relation "workflow_executions" violates check constraint "execution_id_is_well_formed"',
  quote_literal(left(id, 20)) || ' is refused')
from unnest(array['', ' ', 'a b', '-a', repeat('a', 129)]) id;
select lives_ok(format('insert into workflow_executions (id, week_id) values (%L, pg_temp.week(1))', id),
  quote_literal(left(id, 40)) || ' is taken')
from unnest(array['b2f7c2de-6d3c-4a2e-9a51-0c5a1f5c9d01', 'a', 'A.b_c:d', repeat('a', 128)]) id;

select * from finish();
rollback;
