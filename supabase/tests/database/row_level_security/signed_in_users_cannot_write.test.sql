begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(39);

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
do $$ begin perform set_config('request.jwt.claims', '{"sub": "a0000000-0000-4000-8000-000000000001"}', true); end $$;
set local role authenticated;

select throws_ok(statement, '42501', null, 'refused to the owner: ' || statement) from (
  select format('delete from public.%I', r) from unnest(array['amc_instances', 'amc_instance_members', 'amc_workflows',
    'report_data_collections', 'report_data_weeks', 'workflow_executions', 'week_attempts', 'result_loads',
    'tracking_events', 'tracking_alerts']) r
  union all select unnest(array[
    'update public.report_data_weeks set status = ''completed''',
    'update public.report_data_collections set paused_at = now()',
    'update public.amc_instances set max_parallel = 100', 'update public.amc_workflows set name = ''x''',
    'update public.week_attempts set state = ''ended''', 'update public.workflow_executions set status = ''SUCCEEDED''',
    'insert into public.amc_instance_members (instance_id, user_id)
    values (''amcpgtap1'', ''a0000000-0000-4000-8000-000000000002'')',
    'insert into public.amc_workflows (instance_id, name, sql_query, output_format)
    values (''amcpgtap1'', ''x'', ''y'', ''{}'')',
    'insert into public.amc_workflows (instance_id, name, sql_query, saved_at)
    values (''amcpgtap1'', ''x'', ''y'', now())',
    'insert into public.report_data_weeks (collection_id, week_start_date, week_end_date)
    values (pg_temp.collection(), ''2025-01-27'', ''2025-02-02'')'])
  ) as t(statement);
select throws_ok('select public.' || call, '42501', null, 'refused to the owner: ' || call) from unnest(array[
  'claim_due_weeks()', 'claim_listing()', 'claim_loads()', 'finished_attempts()',
  'record_execution(gen_random_uuid(), ''x'')',
  'report_create(gen_random_uuid(), ''unknown'')', 'settle_attempt(gen_random_uuid(), now())',
  'fail_load(gen_random_uuid(), 1, ''x'', ''x'', true)',
  'pause_instance(''amcpgtap1'', ''x'')', 'report_credential_failure(''x'', 1, ''x'', ''x'')',
  'mark_workflow_saved(''amcpgtap1'', ''x'')',
  'record_listing(''amcpgtap1'', 1, now(), ''[]'', true)',
  'create_collection(''a0000000-0000-4000-8000-000000000001'', ''amcpgtap1'', ''x'')'
]) call;
select throws_ok('select amc_history.' || call, '42501', null, 'refused to the owner: ' || call) from unnest(array[
  'amc_credential(''amc_credential_amcpgtap1'')', 'dispatch_collect()', 'purge_history()',
  'end_attempt(gen_random_uuid(), ''failed'')']) call;
select throws_ok('select * from vault.decrypted_secrets', '42501', null, 'no secret can be read');
select throws_ok('select * from amc_history.result_tables', '42501', null, 'nor what is in amc_history');

select * from finish();
rollback;
