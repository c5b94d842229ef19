begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(4);

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

insert into workflow_executions (id, week_id) values ('exec-1', pg_temp.week(1)), ('exec-2', pg_temp.week(1));
update report_data_weeks set execution_id = 'exec-1' where id = pg_temp.week(1);

select throws_ok($$ update report_data_weeks set execution_id = null where id = pg_temp.week(1) $$, '23514',
  format('Week %s comes from execution exec-1: expected it to stay known, got null.', pg_temp.week(1)),
  'a stored execution id cannot become null');
select is((select execution_id from report_data_weeks where id = pg_temp.week(1)), 'exec-1', 'it is still there');
select lives_ok($$ update report_data_weeks set execution_id = 'exec-2' where id = pg_temp.week(1) $$,
  'another execution of the same week may take its place');
select lives_ok($$ update report_data_weeks set status = 'failed', due_at = null where id = pg_temp.week(1) $$,
  'an update of something else is free');

select * from finish();
rollback;
