begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(5);

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
do $$ begin perform report_create(pg_temp.attempt(1), 'not_sent'); end $$;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(record_execution(pg_temp.attempt(1), 'exec-late', '{"request_id": "req-9"}'),
  row('stale', 'attempt_ended', 'running', null)::tracking_report, 'an attempt that has ended takes nothing more');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'the week did not change');
select is((select count(*) from workflow_executions where id = 'exec-late'), 0::bigint,
  'the execution is not stored as the week''s');
select results_eq($$ select attempt_id, execution_id,
  detail ->> 'request_id' from tracking_events where event = 'late_execution'
    and week_id = pg_temp.week(1) $$,
  $$ values (pg_temp.attempt(1), 'exec-late', 'req-9') $$, 'an event keeps the id');
select results_eq($$ select code, message like '%exec-late%not_sent%' from tracking_alerts
  where week_id = pg_temp.week(1) $$,
  $$ values ('late_execution', true) $$, 'an alert says which execution may still run');

select * from finish();
rollback;
