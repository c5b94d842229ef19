begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(8);

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
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed'); end $$;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', null),
  row('applied', null, 'completed', null)::tracking_report, 'data that were missing are filled in');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 2}', null),
  row('rejected', 'illegal_transition', 'completed', null)::tracking_report, 'data that are there are not replaced');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 2}', 'exec-1'),
  row('rejected', 'illegal_transition', 'completed', null)::tracking_report, 'not even with an id that was missing');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', null, 'exec-1'),
  row('applied', null, 'completed', 'exec-1')::tracking_report, 'an id that was missing is filled in');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', null, 'exec-2'),
  row('rejected', 'illegal_transition', 'completed', 'exec-1')::tracking_report, 'an id that is there is not replaced');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1'),
  row('already_applied', null, 'completed', 'exec-1')::tracking_report, 'saying again what is there is no change');
select results_eq('select data, execution_id from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('{"rows": 1}'::jsonb, 'exec-1') $$, 'the row has what came first');
select is((select count(*) from workflow_executions where id = 'exec-2'), 0::bigint,
  'the second execution is not stored');

select * from finish();
rollback;
