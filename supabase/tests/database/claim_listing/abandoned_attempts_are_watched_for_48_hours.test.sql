begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(3);

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
create function pg_temp.week(n integer) returns uuid language sql as
  $$ select id from report_data_weeks where collection_id = pg_temp.collection()
     order by week_start_date offset n - 1 limit 1 $$;
create function pg_temp.attempt(n integer) returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(n) order by number desc limit 1 $$;
set local role service_role;
-- The create of week 1 got no answer, and its attempt was abandoned an hour later.
do $$
begin
  update amc_instances set matcher_proved_at = amc_history.clock_now() where id = 'amcpgtap1';
  perform claim_due_weeks(1);
  perform report_create(pg_temp.attempt(1), 'unknown');
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
  perform settle_attempt(pg_temp.attempt(1), '2025-03-03T13:00:00Z');
end;
$$;

select results_eq('select a.* from claim_listing(5, 1), jsonb_to_recordset(attempts) as a(attempt_id uuid, state text)',
  $$ values (pg_temp.attempt(1), 'abandoned') $$, 'the list is to tell of it still');
do $$ begin perform set_config('amc_history.clock', '2025-03-05T12:59:59Z', true); end $$;
select is((select count(*) from claim_listing(5, 1), jsonb_array_elements(attempts)), 1::bigint, 'for 48 hours');
do $$ begin perform set_config('amc_history.clock', '2025-03-05T13:00:01Z', true); end $$;
select is((select count(*) from claim_listing(5, 1), jsonb_array_elements(attempts)), 0::bigint, 'and then no more');

select * from finish();
rollback;
