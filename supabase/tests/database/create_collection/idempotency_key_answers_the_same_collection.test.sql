begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(5);

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
create function pg_temp.refusal(statement text) returns text language plpgsql as $$
declare
  code text;
  hint text;
begin
  execute statement;
  return 'no refusal';
exception
  when others then
    get stacked diagnostics code = pg_exception_detail, hint = pg_exception_hint;
    return concat_ws(' ', sqlstate, code, case when hint = '' then 'without a hint' end);
end;
$$;
set local role service_role;
create temporary table first on commit drop as select create_collection('a0000000-0000-4000-8000-000000000001',
  'amcpgtap1', pg_temp.workflow(), weeks => 2, idempotency_key => 'key-1') as made;
do $$ begin perform set_config('amc_history.clock', '2025-06-01T00:00:00Z', true); end $$;

select is(create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  idempotency_key => 'key-1'), (select made || '{"created": false}' from first),
  'the same request with the same key answers the same, also months later');
select is(pg_temp.refusal($$ select create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
  pg_temp.workflow(), weeks => 3, idempotency_key => 'key-1') $$), 'PT422 idempotency_key_reused',
  'another request with the same key is refused');
select is(create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  idempotency_key => 'key-2') ->> 'created', 'true', 'the same request with another key makes another');
select is((select count(*) from report_data_collections where instance_id = 'amcpgtap1'), 2::bigint, 'there are two');
reset role;
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', 'a0000000-0000-4000-8000-000000000002');
set local role service_role;
select is(create_collection('a0000000-0000-4000-8000-000000000002', 'amcpgtap1', pg_temp.workflow(), weeks => 9,
  idempotency_key => 'key-1')
  ->> 'created', 'true', 'a key is its user''s own');

select * from finish();
rollback;
