begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(6);

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
-- Week 1 is claimed: its create is on its way.
do $$ begin perform claim_due_weeks(1); end $$;

select is(record_execution(pg_temp.attempt(1), 'exec-1',
  '{"status": "PENDING", "request_id": "req-1", "workflow_id": "w",
    "time_window_start": "2025-01-06T00:00:00", "time_zone": "UTC", "timeout_seconds": 40000,
    "created_at": "2025-03-03T12:00:01Z", "updated_at": "2025-03-03T12:00:02Z", "output_columns": [{"name": "a"}]}'),
  row('recorded', null, 'running', 'exec-1')::tracking_report, 'the id is recorded');
select is((select execution_id from report_data_weeks where id = pg_temp.week(1)), 'exec-1', 'the week names it');
select results_eq($$ select week_id, status, request_id, workflow_id, time_window_start, time_zone, timeout_seconds,
    amc_created_at, amc_updated_at, output_columns, adopted from workflow_executions where id = 'exec-1' $$,
  $$ values (pg_temp.week(1), 'PENDING', 'req-1', 'w', '2025-01-06T00:00:00', 'UTC', 40000,
    '2025-03-03T12:00:01Z'::timestamptz, '2025-03-03T12:00:02Z'::timestamptz, '[{"name": "a"}]'::jsonb, false) $$,
  'the execution has what AMC said of it');
select results_eq('select state, execution_id, leased_until from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('created', 'exec-1', null::timestamptz) $$, 'the attempt is created and nobody''s to himself');
select results_eq($$ select attempt_id, execution_id, detail ->> 'request_id' from tracking_events
    where week_id = pg_temp.week(1) and event = 'execution_recorded' $$,
  $$ values (pg_temp.attempt(1), 'exec-1', 'req-1') $$, 'an event tells of it, with AMC''s request id');
select is((select matcher_proved_at from amc_instances where id = 'amcpgtap1'), null, 'nothing is proved by it');

select * from finish();
rollback;
