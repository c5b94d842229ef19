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
-- Another collection, of the week of 27 January, with an execution of its own.
create temporary table other on commit drop as
select (create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', workflow_id,
  start_date => '2025-01-27', end_date => '2025-02-02') ->> 'collection_id')::uuid as id
from report_data_collections where id = pg_temp.collection();
grant select on other to service_role;
set local role service_role;
do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{}', 'exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'running', null, 'exec-2');
  perform update_week_status((select id from other), (select id from report_data_weeks where collection_id =
    (select id from other)), 'completed', '{}', 'exec-other');
end;
$$;

select results_eq('select execution_id from report_data_weeks where collection_id = pg_temp.collection()
    and execution_id is not null order by week_start_date', array['exec-1', 'exec-2'],
    'a collection gives its executions');
select results_eq('select e.id from workflow_executions e join report_data_weeks w on w.id = e.week_id
    where w.collection_id = (select id from other)', array['exec-other'], 'so does the other');
select results_eq('select weeks, pending, running, completed, failed, tracked, status from collection_progress
    where collection_id = pg_temp.collection()', $$ values (3, 1, 1, 1, 0, 2, 'running') $$,
    'its progress counts tracked weeks');

select * from finish();
rollback;
