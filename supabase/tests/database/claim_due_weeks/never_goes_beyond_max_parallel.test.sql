begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(6);

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

select is((select count(*) from claim_due_weeks(50)), 10::bigint, 'ten are taken at once');
select is((select count(*) from claim_due_weeks(50)), 0::bigint, 'and no more while they live');
select is((select array_agg(slot order by slot) from week_attempts where instance_id = 'amcpgtap1'),
  array[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'each holds a slot of its own');
do $$
begin
  perform report_create((select id from week_attempts where instance_id = 'amcpgtap1' and slot = 4), 'refused', 400,
  'no');
end;
$$;
select is((select count(*) from claim_due_weeks(50)), 1::bigint, 'one that ends makes room for one');
select is((select slot from week_attempts where instance_id = 'amcpgtap1' order by intended_at desc, state = 'ended',
  number desc limit 1)
  between 1 and 10, true, 'within the same slots');
select is((select count(*) from week_attempts where instance_id = 'amcpgtap1' and slot = 4 and state <> 'ended'),
  1::bigint,
  'the freed slot is the one that is taken');

select * from finish();
rollback;
