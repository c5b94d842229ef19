begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(1);

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
-- A second instance with a collection of its own.
do $$
begin
  perform amc_history.connect_instance('amcpgtap2', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'EU',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap2',
  save_workflow('amcpgtap2', 'Weekly', 'select 1'),
    start_date => '2025-01-06', end_date => '2025-01-26');
  update report_data_collections set surveyed_at = amc_history.clock_now() where instance_id = 'amcpgtap2';
end;
$$;
set local role service_role;

select results_eq('select instance_id, region, count(*) from claim_due_weeks(5) group by 1, 2 order by 1',
  $$ values ('amcpgtap1', 'NA', 3::bigint), ('amcpgtap2', 'EU', 2::bigint) $$,
  'what the first leaves goes to the second');

select * from finish();
rollback;
