-- Signed-in users can write no table, and call no function of the workers.
begin;
\ir ../../_shared/three_weeks.psql
select plan(43);

select pg_temp.sign_in('owner');

select throws_ok(statement, '42501', null, 'refused to the owner: ' || statement) from (
  select format('delete from public.%I', r) from unnest(array['amc_instances', 'amc_instance_members', 'amc_workflows',
    'report_data_collections', 'report_data_weeks', 'workflow_executions', 'week_attempts', 'result_loads',
    'tracking_events', 'tracking_alerts', 'invitations', 'collection_backers']) r
  union all select unnest(array[
    'update public.report_data_weeks set status = ''completed''',
    'update public.report_data_collections set paused_at = now()',
    'update public.amc_instances set max_parallel = 100', 'update public.amc_workflows set name = ''x''',
    'update public.week_attempts set state = ''ended''', 'update public.workflow_executions set status = ''SUCCEEDED''',
    'update public.amc_instance_members set role = ''admin''',
    'insert into public.collection_backers select id, auth.uid() from public.report_data_collections',
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
  'record_listing(''amcpgtap1'', 1, ''[]'', true)',
  'start_collection(''a0000000-0000-4000-8000-000000000001'', ''amcpgtap1'', ''x'')'
]) call;
select throws_ok('select amc_history.' || call, '42501', null, 'refused to the owner: ' || call) from unnest(array[
  'amc_credential(''amc_credential_amcpgtap1'')', 'dispatch_collect()', 'purge_history()',
  'end_attempt(gen_random_uuid(), ''failed'')']) call;
select throws_ok('select * from vault.decrypted_secrets', '42501', null, 'no secret can be read');
select throws_ok('select * from amc_history.result_tables', '42501', null, 'nor what is in amc_history');

select * from finish();
rollback;
