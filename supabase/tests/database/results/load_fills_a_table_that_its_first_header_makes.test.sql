begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(10);

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
-- Week 1 has succeeded at AMC as exec-1.
do $$
begin
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "SUCCEEDED"}');
end;
$$;
create temporary table begun on commit drop as select *
  from amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']);
create function pg_temp.table_name() returns text language sql as
  $$ select table_name from amc_history.result_tables t join report_data_collections c using (workflow_id)
  where c.id = pg_temp.collection() $$;

select is((select load_id from begun), pg_temp.load_id(), 'a load is begun');
select is((select copy_statement from begun),
  format('copy amc_results.%I (campaign, clicks) from stdin with (format csv, header false, delimiter '','', quote ''"'', escape ''"'')',
  pg_temp.table_name()), 'its COPY names the columns and the form of the file');
select matches(pg_temp.table_name(), '^weekly_campaigns_[0-9a-f]{12}$',
  'the table is named after the workflow version');
select columns_are('amc_results', pg_temp.table_name(), array['load_id', 'line', 'campaign', 'clicks']);
select col_type_is('amc_results', pg_temp.table_name(), c, 'text', c || ' is text')
  from unnest(array['campaign', 'clicks']) c;
select col_is_pk('amc_results', pg_temp.table_name(), array['load_id', 'line']);
select columns_are('public', 'results_' || pg_temp.table_name(),
  array['instance_id', 'collection_id', 'week_id', 'week_start_date',
  'week_end_date', 'time_zone', 'window_start', 'window_end', 'execution_id', 'line', 'campaign', 'clicks']);
do $$
begin
  perform amc_history.open_load(pg_temp.load_id(), 1);
  perform pg_temp.copy('a', 'bb', 'ccc');
end;
$$;
create temporary table made on commit drop as select pg_temp.finish(pg_temp.load_id(), pg_temp.attempt(1), 1) as summary;
select is((select summary - 'seconds' from made),
  '{"columns": [{"name": "campaign"}, {"name": "clicks"}], "rows": 3, "bytes": 99, "files": 1,
  "segments": 1, "segment_bytes": 67108864, "checksum": "sha256:abababababababababababababababababababababababababababababababab", "first_rows": [{"campaign": "a", "clicks": "1"}, {"campaign": "bb", "clicks": "2"}, {"campaign": "ccc", "clicks": "3"}]}'::jsonb,
  'the summary tells of columns, rows, bytes and the first rows');
select results_eq('select complete, summary, records, bytes, checksum,
  completed_at from result_loads where id = pg_temp.load_id()',
  $$ select true, summary, 3::bigint, 99::bigint, repeat('ab', 32), amc_history.clock_now() from made $$, 'the load is complete');

select * from finish();
rollback;
