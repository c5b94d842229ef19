begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(9);

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

select is(adopt_surveyed(pg_temp.week(1), 'exec-old', '{"status": "SUCCEEDED", "timeout_seconds": 30000}'),
  row('adopted', null, 'running', 'exec-old')::tracking_report, 'the week takes it');
select results_eq('select kind, state, execution_id, slot,
  fingerprint from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('collected', 'created', 'exec-old', 1, 30000) $$, 'as an attempt that nobody POSTs');
select results_eq($$ select week_id, status, adopted from workflow_executions where id = 'exec-old' $$,
  $$ values (pg_temp.week(1), 'SUCCEEDED', true) $$,
  'its execution is known as adopted');
select is((select count(*) from claim_due_weeks(10)), 2::bigint, 'the week is not created again');
select is((select execution_id from claim_loads()), 'exec-old', 'its result is loaded');
select is(adopt_surveyed(pg_temp.week(1), 'exec-old', null),
  row('already_recorded', null, 'running', 'exec-old')::tracking_report, 'the same again is no change');
select is(adopt_surveyed(pg_temp.week(1), 'exec-older', null),
  row('not_needed', null, 'running', 'exec-old')::tracking_report, 'a week that has one needs no other');
select is(adopt_surveyed(gen_random_uuid(), 'exec-x', null),
  row('not_found', 'no_such_week', null, null)::tracking_report, 'an unknown week is not found');
select is((select count(*) from workflow_executions where id in ('exec-older', 'exec-x')), 0::bigint,
  'neither is stored');

select * from finish();
rollback;
