begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(6);

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
-- Vault has the project's address and the key of the schedule.
do $$
begin
  delete from vault.secrets where name in ('amc_history_project_url', 'amc_history_cron_key');
  perform vault.create_secret('http://project.test', 'amc_history_project_url');
  perform vault.create_secret('sb_secret_for_a_test', 'amc_history_cron_key');
  delete from net.http_request_queue;
end;
$$;
create function pg_temp.requests() returns bigint language sql as $$ select count(*) from net.http_request_queue $$;
delete from vault.secrets where name = 'amc_history_cron_key';

select is(amc_history.dispatch_collect(), 0, 'without the key nothing is sent');
delete from vault.secrets where name = 'amc_history_project_url';
select is(amc_history.dispatch_collect(), 0, 'nor without the address');
select is(pg_temp.requests(), 0::bigint, 'no request is there');
select results_eq($$ select times, message like '%amc_history_project_url%amc_history_cron_key%' from tracking_alerts
    where code = 'schedule_not_configured' and resolved_at is null $$, $$ values (2, true) $$,
    'a person is told what to store');
do $$
begin
  perform vault.create_secret('http://project.test', 'amc_history_project_url');
  perform vault.create_secret('sb_secret_for_a_test', 'amc_history_cron_key');
end;
$$;
select is(amc_history.dispatch_collect(), 1, 'once both are there');
select is((select count(*) from tracking_alerts where code = 'schedule_not_configured' and resolved_at is null), 0::bigint,
  'the alert is resolved');

select * from finish();
rollback;
