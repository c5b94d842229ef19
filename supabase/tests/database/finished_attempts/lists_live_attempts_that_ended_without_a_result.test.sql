begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(6);

-- The clock stands still. One instance, one workflow and a collection of eight weeks: of 6 January 2025 and after.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
    save_workflow('amcpgtap1', 'Weekly campaigns', 'select campaign, impressions from sponsored_ads_traffic'),
    start_date => '2025-01-06', end_date => '2025-03-02');
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
do $$
begin
  perform claim_due_weeks(7);
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "FAILED", "status_reason": "r1"}');
  perform record_execution(pg_temp.attempt(2), 'exec-2', '{"status": "REJECTED", "status_reason": "r2"}');
  perform record_execution(pg_temp.attempt(3), 'exec-3', '{"status": "CANCELLED", "status_reason": "r3"}');
  perform record_execution(pg_temp.attempt(4), 'exec-4', '{"status": "SUCCEEDED", "status_reason": "r4"}');
  perform record_execution(pg_temp.attempt(5), 'exec-5', '{"status": "RUNNING", "status_reason": "r5"}');
  perform record_execution(pg_temp.attempt(6), 'exec-6', '{"status": "FAILED", "status_reason": "r6"}');
  perform update_week_status(pg_temp.collection(), pg_temp.week(6), 'failed', null, 'exec-6');
end;
$$;

select set_eq('select * from finished_attempts()',
  $$ select pg_temp.attempt(n) as a, pg_temp.week(n) as w, pg_temp.collection() as c, 'exec-' || n as e, s,
  'r' || n as r
     from (values (1, 'FAILED'), (2, 'REJECTED'), (3, 'CANCELLED')) as t(n, s) $$,
  'failed, rejected and cancelled ones whose attempt lives');
select is((select count(*) from finished_attempts(2)), 2::bigint, 'at most as many as asked for');
select is((update_week_status(collection_id, week_id, 'failed', null, execution_id)).outcome, 'applied',
  execution_id || ' can be reported')
  from finished_attempts();
select is((select count(*) from finished_attempts()), 0::bigint, 'and then none is left');

select * from finish();
rollback;
