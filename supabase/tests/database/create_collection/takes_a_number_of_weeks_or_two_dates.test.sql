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
create function pg_temp.range(made jsonb) returns text language sql as
  $$ select concat_ws(' ', start_date, end_date, week_starts_on, jsonb_array_length(made -> 'weeks'))
     from report_data_collections where id = (made ->> 'collection_id')::uuid $$;

select is(pg_temp.range(create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(),
  weeks => 1)), '2025-02-10 2025-02-16 monday 1', 'one week');
select is(pg_temp.range(create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(),
  weeks => 60)), '2023-12-25 2025-02-16 monday 60', 'sixty weeks');
select is(pg_temp.range(create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(),
  start_date => '2025-01-01', end_date => '2025-01-14')), '2025-01-01 2025-01-14 wednesday 2',
  'two dates, which say the weekday');
select is(pg_temp.range(create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(),
  start_date => '2025-02-24', end_date => '2025-03-02')), '2025-02-24 2025-03-02 monday 1',
  'a week that ended yesterday');
select is(pg_temp.range(create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow(),
  start_date => '2024-01-08', end_date => '2025-03-02')), '2024-01-08 2025-03-02 monday 60', 'sixty weeks by dates');

select * from finish();
rollback;
