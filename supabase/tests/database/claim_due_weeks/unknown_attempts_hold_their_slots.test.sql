begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(2);

-- The clock stands still. One instance, one workflow and a collection of twelve weeks: of 9 December 2024 and after.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
    save_workflow('amcpgtap1', 'Weekly campaigns', 'select campaign, impressions from sponsored_ads_traffic'),
    start_date => '2024-12-09', end_date => '2025-03-02');
  -- AMC's list was read for it, so that its weeks may begin.
  update report_data_collections set surveyed_at = amc_history.clock_now() where instance_id = 'amcpgtap1';
end;
$fixture$;
set local role service_role;
do $$
begin
  perform claim_due_weeks(50);
  perform report_create(id, 'unknown') from week_attempts where instance_id = 'amcpgtap1';
end;
$$;

select is((select count(*) from claim_due_weeks(50)), 0::bigint, 'ten unknown outcomes leave no slot');
do $$ begin perform set_config('amc_history.clock', '2025-03-04T12:00:00Z', true); end $$;
select is((select count(*) from claim_due_weeks(50)), 0::bigint, 'not by waiting either');

select * from finish();
rollback;
