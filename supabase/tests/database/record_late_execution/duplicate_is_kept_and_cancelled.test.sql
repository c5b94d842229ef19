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
create function pg_temp.attempt(n integer) returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(n) order by number desc limit 1 $$;
create temporary table abandoned (id uuid) on commit drop;
grant all on abandoned to service_role;
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
do $$
begin
  insert into abandoned select pg_temp.attempt(1);
  perform claim_due_weeks(10);
  perform record_execution(pg_temp.attempt(1), 'exec-2');
end;
$$;

select is(record_late_execution((select id from abandoned), 'exec-late', '{"status": "RUNNING"}'),
  row('duplicate', null, 'running', 'exec-2')::tracking_report, 'a week that has another keeps that');
select results_eq($$ select week_id, adopted, cancel_requested_at from workflow_executions where id = 'exec-late' $$,
  $$ values (pg_temp.week(1), true, '2025-03-03T13:00:00Z'::timestamptz) $$,
  'the duplicate is known and to be cancelled');
select is((select array_agg(execution_id) from claim_cancellations()), array['exec-late'],
  'it alone is cancelled at AMC');
select results_eq('select code from tracking_alerts where week_id = pg_temp.week(1)', array['duplicate_execution'],
  'a person is told');
select is(record_late_execution(pg_temp.attempt(1), 'exec-done', '{"status": "SUCCEEDED"}'),
  row('duplicate', null, 'running', 'exec-2')::tracking_report, 'one that has ended is kept too');
select is((select cancel_requested_at from workflow_executions where id = 'exec-done'), null, 'with nothing to cancel');
select is(record_late_execution(gen_random_uuid(), 'exec-x'),
  row('not_found', 'no_such_attempt', null, null)::tracking_report, 'an unknown attempt is not found');

select * from finish();
rollback;
