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
-- Week 1 runs as exec-1, week 2 is unknown, week 3 is still its worker's.
do $$
begin
  perform claim_due_weeks(3);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform report_create(pg_temp.attempt(2), 'unknown');
end;
$$;
create temporary table listing on commit drop as select * from claim_listing(5, 30);

select results_eq('select instance_id, entity_id, marketplace_id, region, credential_name, fence, began_at,
  list_from from listing',
  $$ values ('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA', 'amc_credential_amcpgtap1', 1::bigint,
    '2025-03-03T12:00:00Z'::timestamptz, '2025-03-03T11:00:00Z'::timestamptz) $$,
  'the instance is to be listed, from an hour before its oldest attempt on');
select set_eq('select a.* from listing, jsonb_to_recordset(attempts) as a(attempt_id uuid, state text,
  execution_id text)',
  $$ values (pg_temp.attempt(1), 'created', 'exec-1'), (pg_temp.attempt(2), 'unknown', null) $$,
  'the running and the unknown attempt are told of, the one on its way is not');
select results_eq($$ select a ->> 'week_id', a ->> 'collection_id', a ->> 'time_window_start', a ->> 'time_window_end',
  a ->> 'time_zone',
    (a ->> 'window_start_at')::timestamptz, (a ->> 'window_end_at')::timestamptz, a -> 'parameter_values',
    (a ->> 'fingerprint')::integer, (a ->> 'intended_at')::timestamptz
    from listing, jsonb_array_elements(attempts) a where a ->> 'execution_id' = 'exec-1' $$,
  $$ select pg_temp.week(1)::text, pg_temp.collection()::text, '2025-01-06T00:00:00', '2025-01-13T00:00:00', 'UTC',
    '2025-01-06T00:00:00Z'::timestamptz, '2025-01-13T00:00:00Z'::timestamptz, '{}'::jsonb, fingerprint, intended_at
    from week_attempts where id = pg_temp.attempt(1) $$, 'with all that tells an execution in the list');

select * from finish();
rollback;
