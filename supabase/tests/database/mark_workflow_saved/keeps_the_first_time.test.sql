begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(1);

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
set local role service_role;
do $$
begin
  perform mark_workflow_saved('amcpgtap1', pg_temp.workflow());
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
  perform mark_workflow_saved('amcpgtap1', pg_temp.workflow());
end;
$$;

select is((select saved_at from amc_workflows where instance_id = 'amcpgtap1'), '2025-03-03T12:00:00Z',
  'a workflow is saved once');

select * from finish();
rollback;
