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
set local role service_role;

select is(update_week_status(collection_id => pg_temp.collection(), week_id => pg_temp.week(1), status => 'running'),
  row('applied', null, 'running', null)::tracking_report, 'three arguments, as before executions were tracked');
select is(update_week_status(week_id => pg_temp.week(1), status => 'completed', collection_id => pg_temp.collection(),
    data => '{"rows": 3}'),
  row('applied', null, 'completed', null)::tracking_report, 'four with data, in any order');
select is(update_week_status(collection_id => pg_temp.collection(), week_id => pg_temp.week(2), status => 'running',
    execution_id => 'exec-2'),
  row('applied', null, 'running', 'exec-2')::tracking_report, 'four with an execution id');
select is(update_week_status(collection_id => pg_temp.collection(), week_id => pg_temp.week(3), status => 'completed',
    data => '{"rows": 4}', execution_id => 'exec-3'),
  row('applied', null, 'completed', 'exec-3')::tracking_report, 'five');
select results_eq('select status, data, execution_id from report_data_weeks where collection_id = pg_temp.collection()
    order by week_start_date',
  $$ values ('completed', '{"rows": 3}'::jsonb, null), ('running', null, 'exec-2'),
  ('completed', '{"rows": 4}', 'exec-3') $$,
  'all of it reached the rows');

select * from finish();
rollback;
