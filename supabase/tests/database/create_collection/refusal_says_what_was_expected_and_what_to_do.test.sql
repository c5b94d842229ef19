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
set local role service_role;

select throws_ok($$ select create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(),
  time_zone => 'Mars/Olympus') $$, '22023', 'Unknown time zone ''Mars/Olympus'': expected a tz database name.',
  'the zone is named');
select throws_ok($$ select create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(),
  weeks => 61) $$, '22023', 'Expected 1 to 60 weeks, got 61.', 'the number is named');
select throws_ok($$ select create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(),
  start_date => '2025-02-25', end_date => '2025-03-03') $$, '22023',
  'Expected the last day to lie before 2025-03-03, got 2025-03-03.', 'the day is named');
select throws_ok($$ select create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(),
  parameter_values => '{"brnad": 1, "year": 2}') $$, '22023',
  'The workflow does not declare the parameter ''year'', ''brnad''.', 'the parameters are named');
select throws_ok($$ select create_collection('a0000000-0000-4000-8000-000000000001', 'amcnosuch', 'w') $$, 'PT404',
  'No instance ''amcnosuch'' that you may use.', 'the instance is named');

select * from finish();
rollback;
