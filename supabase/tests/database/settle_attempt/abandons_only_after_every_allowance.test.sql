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
-- The create of week 1 got no answer. Its instance has shown that its list would tell.
do $$
begin
  update amc_instances set matcher_proved_at = amc_history.clock_now() where id = 'amcpgtap1';
  perform claim_due_weeks(1);
  perform report_create(pg_temp.attempt(1), 'unknown');
end;
$$;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);
do $$ begin perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true); end $$;

select is(settle_attempt(pg_temp.attempt(1), '2025-03-03T12:13:39.999Z'),
  row('waiting', 'listing_may_lag', 'running', null)::tracking_report,
  'a listing begun before 520 s and the lag of 300 s proves nothing');
select is(settle_attempt(pg_temp.attempt(1), null),
  row('waiting', 'listing_may_lag', 'running', null)::tracking_report, 'nor does none');
select is(settle_attempt(pg_temp.attempt(1), '2025-03-03T13:00:01Z'),
  row('waiting', 'listing_may_lag', 'running', null)::tracking_report, 'nor one that is yet to begin');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'the week waits');
select is(settle_attempt(pg_temp.attempt(1), '2025-03-03T12:13:40Z'),
  row('abandoned', null, 'running', null)::tracking_report, 'one begun then does');
select results_eq('select state, outcome, ended_at, watch_until from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('ended', 'abandoned', '2025-03-03T13:00:00Z'::timestamptz, '2025-03-05T13:00:00Z'::timestamptz) $$,
  'the attempt is abandoned and watched for 48 hours');
select results_eq('select due_at, error_count from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('2025-03-03T13:00:00Z'::timestamptz, 0) $$, 'the week is due, no error is counted');
select is((select count(*) from tracking_events where week_id = pg_temp.week(1) and event = 'attempt_abandoned'),
  1::bigint, 'an event tells of it');
do $$ begin perform claim_due_weeks(10); end $$;
select is((select number from week_attempts where id = pg_temp.attempt(1)), 2, 'the week can be claimed again');

select * from finish();
rollback;
