begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(2);

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
create function pg_temp.collection() returns uuid language sql as
  $$ select id from report_data_collections where instance_id = 'amcpgtap1' order by start_date, created_at limit 1 $$;
-- Another collection, a second later, of the same workflow and weeks.
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:01Z', true);
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', workflow_id,
    start_date => '2025-01-06', end_date => '2025-01-26', idempotency_key => 'second')
  from report_data_collections where id = pg_temp.collection();
  update report_data_collections set surveyed_at = amc_history.clock_now() where surveyed_at is null
  and instance_id = 'amcpgtap1';
end;
$$;
set local role service_role;

select is((select count(*) from claim_due_weeks(10)), 3::bigint,
  'of two collections of three same weeks, three are taken');
select is((select count(distinct window_key) from week_attempts where instance_id = 'amcpgtap1' and state <> 'ended'),
  3::bigint,
  'each window once');

select * from finish();
rollback;
