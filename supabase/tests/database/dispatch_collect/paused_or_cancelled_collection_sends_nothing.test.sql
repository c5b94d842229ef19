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
do $$ begin perform pause_collection(pg_temp.collection()); end $$;

select is(amc_history.dispatch_collect(), 0, 'weeks of a paused collection are not actionable');
do $$ begin perform resume_collection(pg_temp.collection()); end $$;
select is(amc_history.dispatch_collect(), 1, 'once it goes on they are');
do $$ begin perform cancel_collection(pg_temp.collection()); end $$;
select is(amc_history.dispatch_collect(), 0, 'those of a cancelled one are not');
select is(pg_temp.requests(), 1::bigint, 'one request is sent');

select * from finish();
rollback;
