begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(6);

-- The clock stands still. One instance, one workflow and a collection of three weeks: of 6, 13 and 20 January 2025.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
    save_workflow('amcpgtap1', 'Weekly campaigns', 'select campaign, impressions from sponsored_ads_traffic'),
    start_date => '2025-01-06', end_date => '2025-01-26');
  -- AMC's list was read for it, so that its weeks may begin.
  update report_data_collections set surveyed_at = amc_history.clock_now() where instance_id = 'amcpgtap1';
end;
$fixture$;

select function_privs_are('public', 'update_week_status', array['uuid', 'uuid', 'text', 'jsonb', 'text'],
  'service_role',
  array['EXECUTE']);
select function_privs_are('public', 'update_week_status', array['uuid', 'uuid', 'text', 'jsonb', 'text'], role,
  array[]::text[])
from unnest(array['anon', 'authenticated']) role;
select is((select array_agg(grantee::text order by grantee) from information_schema.role_routine_grants
  where routine_name = 'update_week_status' and grantee not in ('postgres', 'service_role')), null,
  'nobody else may call it');
do $$ begin perform set_config('request.jwt.claims', '{"sub": "a0000000-0000-4000-8000-000000000001"}', true); end $$;
set local role authenticated;
select throws_ok($$ select update_week_status(gen_random_uuid(), gen_random_uuid(), 'failed') $$, '42501', null,
  'the owner of a collection cannot');
set local role anon;
select throws_ok($$ select update_week_status(gen_random_uuid(), gen_random_uuid(), 'failed') $$, '42501', null,
  'nor can anybody without a user');

select * from finish();
rollback;
