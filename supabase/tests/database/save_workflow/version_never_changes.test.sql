begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(6);

-- Two users, one instance of the first one's, one workflow that declares the parameter brand.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test'),
    ('a0000000-0000-4000-8000-000000000002', 'other@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform save_workflow('amcpgtap1', 'Weekly campaigns', 'select 1', '[{"name": "brand", "dataType": "STRING"}]');
end;
$fixture$;
create function pg_temp.workflow() returns text language sql as
  $$ select id from amc_workflows where instance_id = 'amcpgtap1' $$;

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
