begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(12);

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
create function pg_temp.load_id() returns uuid language sql as
  $$ select id from result_loads where execution_id = 'exec-1' order by started_at desc limit 1 $$;

-- Week 1 has succeeded at AMC as exec-1, a day and an hour ago.
do $$
begin
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "SUCCEEDED", "updated_at": "2025-03-02T11:00:00Z"}');
end;
$$;
create function pg_temp.fail(code text) returns text language plpgsql as $$
declare
  held record;
begin
  update week_attempts set leased_until = null, due_at = null where id = pg_temp.attempt(1);
  select * into held from claim_loads(5, 60);
  return (fail_load(held.attempt_id, held.fence, code, 'Execution is unavailable for download.', false)).status;
end;
$$;

select is(pg_temp.fail('not_ready'), 'running', 'it is tried again');
select is(pg_temp.fail('not_found'), 'running', 'once more');
select is(pg_temp.fail('not_ready'), 'failed', 'the third time is the last');
select is((select error_code from report_data_weeks where id = pg_temp.week(1)), 'result_gone', 'as gone');
select is((select error_message from report_data_weeks where id = pg_temp.week(1)),
  'AMC no longer keeps the result of execution exec-1, which ended on 2025-03-02. Retry the week to run it again. AMC said: Execution is unavailable for download.',
  'with what to do');
do $$
begin
  perform retry_week(pg_temp.week(1));
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-2', '{"status": "SUCCEEDED", "updated_at": "2025-03-02T13:00:00Z"}');
  perform pg_temp.fail('not_ready');
end;
$$;
select is((select error_code from report_data_weeks where id = pg_temp.week(1)), 'not_ready', 'within a day it is not ready yet');

do $$
begin
  for i in 1 .. 20 loop
    perform pg_temp.fail('not_ready');
  end loop;
end;
$$;
select is((select row(status, error_count) from report_data_weeks where id = pg_temp.week(1)), row('running'::text, 0),
  'which counts as no error, however often AMC is asked');
select is((select due_at - amc_history.clock_now() from week_attempts where id = pg_temp.attempt(1)), interval '5 minutes',
  'after hours it is asked every five minutes');
update workflow_executions set amc_updated_at = amc_history.clock_now() - interval '80 seconds' where id = 'exec-2';
do $$ begin perform pg_temp.fail('not_found'); end $$;
select is((select due_at - amc_history.clock_now() from week_attempts where id = pg_temp.attempt(1)), interval '20 seconds',
  'sooner if it ended just now');

-- AMC does not say when it changed, and shows it in every listing of the instance, for days: that prolongs nothing.
update workflow_executions set amc_updated_at = null where id = 'exec-2';
do $$
begin
  for day in 1 .. 4 loop
    perform set_config('amc_history.clock', (timestamptz '2025-03-03T12:00:00Z' + make_interval(days => day))::text, true);
    perform amc_history.update_executions('[{"id": "exec-2", "status": "SUCCEEDED"}]');
    perform pg_temp.fail('not_ready');
  end loop;
end;
$$;
select cmp_ok((select error_count from report_data_weeks where id = pg_temp.week(1)), '>', 0,
  'a day after its end was first seen it is waited for no longer, whatever later listings show');
do $$
begin
  for i in 1 .. 8 loop
    perform pg_temp.fail('not_ready') from week_attempts where id = pg_temp.attempt(1) and state = 'created';
  end loop;
end;
$$;
select is((select status from report_data_weeks where id = pg_temp.week(1)), 'failed', 'so the week comes to an end');

do $$
begin
  perform retry_week(pg_temp.week(1));
  perform claim_due_weeks(3);
  perform record_execution(pg_temp.attempt(1), 'exec-3', '{"status": "SUCCEEDED"}');
  perform fail_load(l.attempt_id, l.fence, 'not_ready', 'For good.', true) from claim_loads(5, 60) l;
end;
$$;
select is((select row(status, error_message) from report_data_weeks where id = pg_temp.week(1)), row('failed'::text, 'For good.'::text),
  'what is reported as permanent is not waited for');

select * from finish();
rollback;
