begin;
\ir ../../_shared/three_weeks.psql
select plan(39);

insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('colleague'));
-- Week 1 is collected; there are an event, an alert of the week and one of the instance.
do $$
begin
  perform pg_temp.run_week(1, 'exec-1');
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
select pg_temp.sign_in('owner');

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
