begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(7);

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
set local role service_role;
create function pg_temp.progress() returns text language sql as
  $$ select concat_ws(' ', status, weeks, pending, running, completed, failed, skipped, cancelled, tracked)
     from collection_progress where collection_id = pg_temp.collection() $$;

select is(pg_temp.progress(), 'pending 3 3 0 0 0 0 0 0', 'at first all are pending');
do $$ begin perform claim_due_weeks(1); end $$;
select is(pg_temp.progress(), 'running 3 2 1 0 0 0 0 0', 'one runs');
do $$ begin perform record_execution(pg_temp.attempt(1), 'exec-1'); end $$;
select is(pg_temp.progress(), 'running 3 2 1 0 0 0 0 1', 'and is tracked');
do $$
begin
  update report_data_collections set paused_at = amc_history.clock_now() where id = pg_temp.collection();
end;
$$;
select is(pg_temp.progress(), 'paused 3 2 1 0 0 0 0 1', 'the collection is paused');
do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{}', 'exec-2');
  perform update_week_status(pg_temp.collection(), pg_temp.week(3), 'skipped');
end;
$$;
select is(pg_temp.progress(), 'completed_with_failures 3 0 0 1 1 1 0 2', 'all have ended, one failed');
do $$ begin update report_data_weeks set status = 'cancelled' where id = pg_temp.week(1); end $$;
select is(pg_temp.progress(), 'completed 3 0 0 1 0 1 1 2', 'none failed');
do $$
begin
  update report_data_collections set cancelled_at = amc_history.clock_now() where id = pg_temp.collection();
end;
$$;
select is(pg_temp.progress(), 'cancelled 3 0 0 1 0 1 1 2', 'the collection is cancelled');

select * from finish();
rollback;
