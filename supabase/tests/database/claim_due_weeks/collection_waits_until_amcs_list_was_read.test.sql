begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(7);

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
do $$ begin update report_data_collections set surveyed_at = null where id = pg_temp.collection(); end $$;
set local role service_role;

select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'before AMC''s list was read, nothing is created');
create temporary table listing on commit drop as select * from claim_listing();
select results_eq('select attempts, list_from, jsonb_array_length(surveys) from listing',
  $$ values ('[]'::jsonb, '2025-03-03T11:00:00Z'::timestamptz, 3) $$, 'the listing is to tell of its three weeks');
select results_eq($$ select s ->> 'week_id', s ->> 'collection_id', s ->> 'time_window_start', s ->> 'time_window_end',
  s ->> 'time_zone',
    s -> 'parameter_values' from listing, jsonb_array_elements(surveys) s limit 1 $$,
  $$ values (pg_temp.week(1)::text, pg_temp.collection()::text, '2025-01-06T00:00:00', '2025-01-13T00:00:00', 'UTC',
  '{}'::jsonb) $$,
  'the oldest first');
select is(mark_surveyed('amcpgtap1', fence - 1, array[pg_temp.collection()]), 0, 'an earlier listing marks none')
  from listing;
select is(mark_surveyed('amcpgtap1', fence, array[pg_temp.collection()]), 1, 'this one does') from listing;
select is(mark_surveyed('amcpgtap1', fence, array[pg_temp.collection()]), 0, 'once') from listing;
select is((select count(*) from claim_due_weeks(10)), 3::bigint, 'then its weeks begin');

select * from finish();
rollback;
