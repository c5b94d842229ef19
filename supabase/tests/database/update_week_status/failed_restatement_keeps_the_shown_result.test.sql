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
create function pg_temp.collection() returns uuid language sql as
  $$ select id from report_data_collections where instance_id = 'amcpgtap1' order by start_date, created_at limit 1 $$;
create function pg_temp.week(n integer) returns uuid language sql as
  $$ select id from report_data_weeks where collection_id = pg_temp.collection()
     order by week_start_date offset n - 1 limit 1 $$;
create function pg_temp.attempt(n integer) returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(n) order by number desc limit 1 $$;
create function pg_temp.load(execution text) returns void language sql as
  $$ insert into result_loads (execution_id, fence, table_name, header, complete, completed_at, summary, checksum)
     values (execution, 1, 'not_made', '{a}', true, amc_history.clock_now(), '{}', 'c') $$;
create function pg_temp.shown() returns text language sql as
  $$ select concat_ws(' ', status, data, execution_id) from report_data_weeks where id = pg_temp.week(1) $$;
set local role service_role;
-- Week 1 was completed with exec-1 and is being restated as exec-2.
do $$
begin
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform pg_temp.load('exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1');
  update report_data_weeks set due_at = amc_history.clock_now() - interval '1 day' where id = pg_temp.week(1);
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-2');
end;
$$;
do $$ begin update workflow_executions set status = 'REJECTED', status_reason = 'Too often.' where id = 'exec-2';
  end $$;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-2'),
  row('applied', 'result_kept', 'completed', 'exec-1')::tracking_report, 'the failure is taken, the result kept');
select is(pg_temp.shown(), 'completed {"rows": 1} exec-1', 'the week shows what it showed');
select results_eq('select state, outcome from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('ended', 'rejected') $$,
  'the attempt has ended as rejected');
select is((select finished_at from report_data_weeks where id = pg_temp.week(1)), amc_history.clock_now(),
  'finished_at stays');
select is((select count(*) from tracking_events where week_id = pg_temp.week(1) and event = 'restatement_failed'),
  1::bigint,
  'an event tells of it');
select is((select due_at from report_data_weeks where id = pg_temp.week(1)), null, 'it is not tried again by itself');

select * from finish();
rollback;
