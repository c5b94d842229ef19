-- Members see all that is collected on their instances, whoever asked for it; others see nothing.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer');
-- Week 1 is collected; there are an event, an alert of the week and one of the instance.
do $$
begin
  perform pg_temp.run_week(1, 'exec-1');
  insert into result_loads (execution_id, fence, table_name, header) values ('exec-1', 1, 'not_made', '{a}');
  perform amc_history.raise_alert('late_execution', 'of the week', 'amcpgtap1', pg_temp.week(1));
  perform amc_history.raise_alert('late_execution', 'of the instance', 'amcpgtap1');
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
  foreach relation in array array['amc_instances', 'amc_instance_members', 'amc_workflows',
    'report_data_collections', 'report_data_weeks',
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
  "tracking_events": 5, "tracking_alerts": 2, "collection_progress": 1}', 'a member sees all of it');
select is(pg_temp.seen_by('a0000000-0000-4000-8000-000000000002'),
  '{"amc_instances": 0, "amc_instance_members": 0, "amc_workflows": 0,
  "report_data_collections": 0, "report_data_weeks": 0, "workflow_executions": 0, "week_attempts": 0, "result_loads": 0,
  "tracking_events": 0, "tracking_alerts": 0, "collection_progress": 0}', 'another user sees nothing');
select is(pg_temp.seen_by('a0000000-0000-4000-8000-000000000003'),
  pg_temp.seen_by('a0000000-0000-4000-8000-000000000001'), 'a viewer sees as much of what another one collects');
delete from amc_instance_members where user_id = pg_temp.user_id('owner');
select is(pg_temp.seen_by('a0000000-0000-4000-8000-000000000001'),
  pg_temp.seen_by('a0000000-0000-4000-8000-000000000002'), 'whoever left sees nothing from that moment');
select is(pg_temp.seen_by(null), pg_temp.seen_by('a0000000-0000-4000-8000-000000000002'),
  'a token without a user sees nothing');

select * from finish();
rollback;
