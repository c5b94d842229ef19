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
create function pg_temp.attempt(n integer) returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(n) order by number desc limit 1 $$;
insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000002', 'other@pgtap.test'),
  ('a0000000-0000-4000-8000-000000000003', 'colleague@pgtap.test');
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', 'a0000000-0000-4000-8000-000000000003');
-- Week 1 is collected; there are an event, an alert of the week and one of the instance.
do $$
begin
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  insert into result_loads (execution_id, fence, table_name, header) values ('exec-1', 1, 'not_made', '{a}');
  perform amc_history.raise_alert('test', 'of the week', 'amcpgtap1', pg_temp.week(1));
  perform amc_history.raise_alert('test', 'of the instance', 'amcpgtap1');
end;
$$;
create function pg_temp.seen_by(user_id text) returns jsonb language plpgsql as $$
declare
  relation text;
  n bigint;
  seen jsonb := '{}';
begin
  perform set_config('request.jwt.claims', case when user_id is null then ''
  else json_build_object('sub', user_id)::text end, true);
  set local role authenticated;
  foreach relation in array array['amc_instances', 'amc_instance_members', 'amc_workflows', 'report_data_collections',
  'report_data_weeks',
    'workflow_executions', 'week_attempts', 'result_loads', 'tracking_events', 'tracking_alerts',
    'collection_progress'] loop
    execute format('select count(*) from public.%I', relation) into n;
    seen := seen || jsonb_build_object(relation, n);
  end loop;
  reset role;
  return seen;
end;
$$;

select is(pg_temp.seen_by('a0000000-0000-4000-8000-000000000001'),
  '{"amc_instances": 1, "amc_instance_members": 1, "amc_workflows": 1,
  "report_data_collections": 1, "report_data_weeks": 3, "workflow_executions": 1, "week_attempts": 1, "result_loads": 1,
  "tracking_events": 1, "tracking_alerts": 2, "collection_progress": 1}', 'the owner sees all of his collection');
select is(pg_temp.seen_by('a0000000-0000-4000-8000-000000000002'),
  '{"amc_instances": 0, "amc_instance_members": 0, "amc_workflows": 0,
  "report_data_collections": 0, "report_data_weeks": 0, "workflow_executions": 0, "week_attempts": 0, "result_loads": 0,
  "tracking_events": 0, "tracking_alerts": 0, "collection_progress": 0}', 'another user sees nothing');
select is(pg_temp.seen_by('a0000000-0000-4000-8000-000000000003'),
  '{"amc_instances": 1, "amc_instance_members": 1, "amc_workflows": 1,
  "report_data_collections": 0, "report_data_weeks": 0, "workflow_executions": 0, "week_attempts": 0, "result_loads": 0,
  "tracking_events": 0, "tracking_alerts": 1, "collection_progress": 0}',
  'a member of the instance sees it, its workflows and its alerts, but not what others collect');
select is(pg_temp.seen_by(null), pg_temp.seen_by('a0000000-0000-4000-8000-000000000002'),
  'a token without a user sees nothing');

select * from finish();
rollback;
