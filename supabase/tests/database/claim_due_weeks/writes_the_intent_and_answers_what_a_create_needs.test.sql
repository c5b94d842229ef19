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
set local role service_role;
create temporary table claimed on commit drop as select * from claim_due_weeks(1, 45);

select results_eq('select week_id, collection_id, instance_id, entity_id, marketplace_id, region, credential_name,
  time_window_start,
    time_window_end, time_zone, parameter_values, post_within_seconds, fence from claimed',
  $$ values (pg_temp.week(1), pg_temp.collection(), 'amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
  'amc_credential_amcpgtap1',
    '2025-01-06T00:00:00', '2025-01-13T00:00:00', 'UTC', '{}'::jsonb, 20, 1) $$,
    'the answer has all that a create needs');
select results_eq('select a.id, number, kind, state, a.fingerprint, slot, execution_id, a.fence, intended_at,
  leased_until, settle_after
    from week_attempts a where week_id = pg_temp.week(1)',
  $$ select attempt_id, 1, 'collected', 'intended', fingerprint, 1, null::text, 1, '2025-03-03T12:00:00Z'::timestamptz,
    '2025-03-03T12:00:45Z'::timestamptz, '2025-03-03T12:13:40Z'::timestamptz from claimed $$, 'the intent is written');
select results_eq('select status, started_at, due_at, execution_id from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('running', '2025-03-03T12:00:00Z'::timestamptz, null::timestamptz, null::text) $$,
  'the week runs and is not due');

select * from finish();
rollback;
