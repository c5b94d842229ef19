begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(2);

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
-- Commits what was copied as all of the result's only file, and completes the load.
create function pg_temp.finish(load_id uuid, attempt_id uuid, fence integer) returns jsonb language plpgsql as $$
declare
  copied bigint;
begin
  execute format('select count(*) from amc_results.%I where load_id = $1',
    (select table_name from result_loads l where l.id = finish.load_id)) into copied using finish.load_id;
  perform amc_history.commit_segment(jsonb_build_object('load_id', finish.load_id, 'attempt_id', finish.attempt_id,
    'fence', finish.fence, 'from', '{"file": 0, "byte_offset": 0}'::jsonb,
    'to', '{"file": 1, "byte_offset": 0, "lines": 0}'::jsonb,
    'records', copied, 'bytes', 99, 'digests', jsonb_build_array(repeat('ab', 32))));
  return amc_history.finish_load(finish.load_id, finish.attempt_id, finish.fence);
end;
$$;
do $$
begin
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-0');
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']);
  perform amc_history.open_load((select id from result_loads where execution_id = 'exec-0'), 1);
  execute format('insert into amc_results.%I (campaign) values (''old'')',
  (select table_name from result_loads where execution_id = 'exec-0'));
  perform pg_temp.finish((select id from result_loads where execution_id = 'exec-0'), pg_temp.attempt(1), 1);
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-0');
  update report_data_weeks set due_at = amc_history.clock_now() - interval '1 day' where id = pg_temp.week(1);
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']);
  perform amc_history.open_load(pg_temp.load_id(), 1);
  perform pg_temp.copy('new');
  perform pg_temp.finish(pg_temp.load_id(), pg_temp.attempt(1), 1);
end;
$$;

select is(pg_temp.shown(), array['1 old exec-0 2025-01-06'], 'with the new load complete, the old rows are shown');
do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1');
end;
$$;
select is(pg_temp.shown(), array['1 new 3 exec-1 2025-01-06'], 'after the switch the new ones, and only those');

select * from finish();
rollback;
