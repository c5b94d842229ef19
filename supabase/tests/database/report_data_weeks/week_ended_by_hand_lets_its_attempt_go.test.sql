begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(5);

do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
    save_workflow('amcpgtap1', 'Weekly campaigns', 'select 1'), start_date => '2025-01-06', end_date => '2025-01-26');
  update report_data_collections set surveyed_at = amc_history.clock_now() where instance_id = 'amcpgtap1';
  perform claim_due_weeks(3);
end;
$fixture$;
create function pg_temp.attempt(n integer) returns week_attempts language sql as
  $$ select a from week_attempts a join report_data_weeks w on w.id = a.week_id
     where a.instance_id = 'amcpgtap1' order by w.week_start_date offset n - 1 limit 1 $$;
do $$ begin
  perform record_execution((pg_temp.attempt(1)).id, 'exec-1');
  perform record_execution((pg_temp.attempt(2)).id, 'exec-2');
  update workflow_executions set status = 'FAILED' where id = 'exec-2';
end $$;

set local role service_role;
update report_data_weeks set status = 'skipped' where instance_id = 'amcpgtap1';
set constraints all immediate;

select isnt((select cancel_requested_at from workflow_executions where id = 'exec-1'), null,
  'an execution under way is to be cancelled at AMC');
select is((pg_temp.attempt(1)).state, 'created', 'its attempt holds the slot until AMC shows its end');
select is((pg_temp.attempt(2)).outcome, 'cancelled', 'an attempt whose execution has ended ends');
select isnt((pg_temp.attempt(3)).cancel_requested_at, null,
  'where the execution is not known yet, the cancellation is remembered');
select is((select count(*) from finished_attempts()), 0::bigint, 'nothing is left to be reported');

select * from finish();
rollback;
