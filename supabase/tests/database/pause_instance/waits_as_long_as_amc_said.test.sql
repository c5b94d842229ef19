begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(5);

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
set local role service_role;

select is(pause_instance('amcpgtap1', 'throttled', 60), '2025-03-03T12:01:00Z', 'a minute');
select is(pause_instance('amcpgtap1', 'throttled', 5), '2025-03-03T12:01:00Z',
  'a shorter wait does not shorten a pause');
select is(pause_instance('amcpgtap1', 'throttled', 1e9), '2025-03-04T12:00:00Z', 'at most a day');
select is((select throttles_in_row from amc_instances where id = 'amcpgtap1'), 1, 'throttles during a pause are one');
select is(pause_instance('amcnosuch', 'throttled', 5), null, 'an unknown instance is nobody''s');

select * from finish();
rollback;
