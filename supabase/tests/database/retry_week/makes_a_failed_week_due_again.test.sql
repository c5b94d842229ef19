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
create function pg_temp.weeks() returns text[] language sql as
  $$ select array_agg(concat_ws(' ', w.status, case when w.due_at = 'infinity' then 'held' when w.due_at is not null
  then 'due' end)
       order by w.week_start_date) from report_data_weeks w where w.collection_id = pg_temp.collection() $$;
-- Week 1 runs at AMC as exec-1.
do $$ begin perform claim_due_weeks(1); perform record_execution(pg_temp.attempt(1), 'exec-1'); end $$;
do $$
begin
  update workflow_executions set status = 'FAILED', status_reason = 'why' where id = 'exec-1';
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{}');
  update report_data_weeks set error_count = 3 where id = pg_temp.week(1);
end;
$$;
-- The owner is signed in.
do $$ begin perform set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}', true); end $$;
set local role authenticated;

select is(retry_week(pg_temp.week(1)), row('applied', null, 1)::control_report, 'it is applied');
select is(pg_temp.weeks(), array['pending due', 'completed', 'pending due'], 'the week is due');
select results_eq('select execution_id, error_code, error_message, error_count,
  finished_at from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('exec-1', null::text, null::text, 0, null::timestamptz) $$,
  'its last execution stays known, its errors are forgotten');
select is(retry_week(pg_temp.week(1)), row('already_applied', null, 0)::control_report, 'again is no change');
select is(retry_week(pg_temp.week(2)), row('rejected', 'week_is_completed', 0)::control_report,
  'a completed week is restated instead');
reset role;
select is((select array_agg(week_id) from claim_due_weeks(1)), array[pg_temp.week(1)], 'it is claimed');
select is(record_execution(pg_temp.attempt(1), 'exec-1b'),
  row('recorded', null, 'running', 'exec-1b')::tracking_report, 'and runs as another execution');

select * from finish();
rollback;
