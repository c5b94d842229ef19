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
-- Another collection of the same user: the week of 27 January.
create temporary table other on commit drop as
select (create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1', workflow_id,
  start_date => '2025-01-27', end_date => '2025-02-02') ->> 'collection_id')::uuid as id
from report_data_collections where id = pg_temp.collection();
grant select on other to service_role;
set local role service_role;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select is(update_week_status((select id from other), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1'),
  row('not_found', 'no_such_week_in_collection', null, null)::tracking_report,
  'a week is found in its own collection only');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'the week did not change');
select is((select array_agg(status) from report_data_weeks where collection_id = (select id from other)),
  array['pending'],
  'nor did the other collection''s');

select * from finish();
rollback;
