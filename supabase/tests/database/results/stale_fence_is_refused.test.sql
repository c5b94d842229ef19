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
create function pg_temp.load_id() returns uuid language sql as
  $$ select id from result_loads where execution_id = 'exec-1' order by started_at desc limit 1 $$;
-- Rows as COPY would write them: load and line come by themselves.
create function pg_temp.copy(variadic campaigns text[]) returns void language plpgsql as $$
declare
  campaign text;
begin
  foreach campaign in array campaigns loop
    execute format('insert into amc_results.%I (campaign, clicks) values ($1, $2)', (select table_name from result_loads
      where id = pg_temp.load_id())) using campaign, length(campaign)::text;
  end loop;
end;
$$;
create function pg_temp.shown() returns text[] language plpgsql as $$
declare
  rows text[];
begin
  execute format('select array_agg(concat_ws('' '', line, campaign, clicks, execution_id, week_start_date)
  order by week_start_date, line) from public.%I',
    (select view_name from amc_history.result_tables t join report_data_collections c using (workflow_id)
    where c.id = pg_temp.collection()))
    into rows;
  return rows;
end;
$$;
-- Week 1 has succeeded at AMC as exec-1.
do $$
begin
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "SUCCEEDED"}');
end;
$$;
do $$
begin
  perform claim_loads(5, 60);
  perform amc_history.begin_load(pg_temp.attempt(1), 2, array['campaign', 'clicks']);
  perform set_config('amc_history.clock', '2025-03-03T12:01:00Z', true);
  perform claim_loads(5, 60);
end;
$$;

select throws_ok($$ select amc_history.begin_load(pg_temp.attempt(1), 2, array['campaign', 'clicks']) $$, 'AH001',
  format('The load of attempt %s is no longer this worker''s: expected fence 2 of a live attempt, got 3 (created).',
  pg_temp.attempt(1)),
  'a worker that lost its lease cannot begin');
select throws_ok($$ select amc_history.finish_load(load_id => pg_temp.load_id(), attempt_id => pg_temp.attempt(1),
  fence => 2) $$, 'AH001', null, 'nor finish');
select is((select complete from result_loads where id = pg_temp.load_id()), false, 'its load is not complete');
select throws_ok($$ select amc_history.begin_load(gen_random_uuid(), 1, array['a']) $$, 'AH001', null,
  'an unknown attempt has no load');
do $$ begin perform amc_history.begin_load(pg_temp.attempt(1), 3, array['campaign', 'clicks']); end $$;

select is((select array_agg(fence) from result_loads where execution_id = 'exec-1'), array[3],
  'the worker that took it up begins anew');
select throws_ok($$ select amc_history.finish_load(load_id => gen_random_uuid(), attempt_id => pg_temp.attempt(1),
  fence => 3) $$, 'AH001', null, 'an unknown load cannot be finished');
do $$ begin perform amc_history.end_attempt(pg_temp.attempt(1), 'failed'); end $$;
select throws_ok($$ select amc_history.finish_load(load_id => pg_temp.load_id(), attempt_id => pg_temp.attempt(1),
  fence => 3) $$, 'AH001', null, 'nor that of an attempt that has ended');

select * from finish();
rollback;
