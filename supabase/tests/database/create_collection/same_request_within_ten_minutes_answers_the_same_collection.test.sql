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
set local role service_role;
create temporary table first on commit drop as
select create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "x"}') as made;
do $$ begin perform set_config('amc_history.clock', '2025-03-03T12:09:59Z', true); end $$;

select is(create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "x"}'), (select made || '{"created": false}' from first),
  'a double click does not collect twice');
select is(create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "y"}') ->> 'created', 'true', 'other parameter values are another request');
select is(create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "x"}', time_zone => 'Asia/Tokyo') ->> 'created', 'true', 'so is another zone');
do $$ begin update report_data_collections set cancelled_at = amc_history.clock_now()
  where id = (select (made ->> 'collection_id')::uuid from first); end $$;
select is(create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "x"}') ->> 'created', 'true', 'a cancelled collection is not answered');
do $$ begin perform set_config('amc_history.clock', '2025-03-03T12:19:59Z', true); end $$;
select is(create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "x"}') ->> 'created', 'true', 'ten minutes later it is a new request');
reset role;
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', 'a0000000-0000-4000-8000-000000000002');
set local role service_role;
select is(create_collection('a0000000-0000-4000-8000-000000000002', 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "x"}') ->> 'created', 'true', 'the request of another user is another');

select * from finish();
rollback;
