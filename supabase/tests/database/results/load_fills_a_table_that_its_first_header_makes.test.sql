-- The first header of a workflow makes its table, which loads then fill.
begin;
\ir ../../_shared/loading.psql
select plan(10);

select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
create temporary table begun on commit drop as select *
  from amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']);
create function pg_temp.table_name() returns text language sql as
  $$ select table_name from amc_history.result_tables t join report_data_collections c using (workflow_id)
  where c.id = pg_temp.collection() $$;

select is((select load_id from begun), pg_temp.load_id(), 'a load is begun');
select is((select copy_statement from begun),
  format('copy amc_results.%I (campaign, clicks) from stdin with (format csv, header false, delimiter '','','
    || ' quote ''"'', escape ''"'')',
  pg_temp.table_name()), 'its COPY names the columns and the form of the file');
select matches(pg_temp.table_name(), '^weekly_campaigns_amcpgtap1_[0-9a-f]{12}$',
  'the table is named after the workflow version');
select columns_are('amc_results', pg_temp.table_name(), array['load_id', 'line', 'campaign', 'clicks']);
select col_type_is('amc_results', pg_temp.table_name(), c, 'text', c || ' is text')
  from unnest(array['campaign', 'clicks']) c;
select col_is_pk('amc_results', pg_temp.table_name(), array['load_id', 'line']);
select columns_are('public', 'results_' || pg_temp.table_name(),
  array['instance_id', 'collection_id', 'series', 'workflow_id', 'week_id', 'week_start_date', 'week_end_date',
  'time_zone', 'window_start', 'window_end', 'execution_id', 'line', 'campaign', 'clicks']);
do $$
begin
  perform amc_history.open_load(pg_temp.load_id(), 1);
  perform pg_temp.copy('a', 'bb', 'ccc');
end;
$$;
create temporary table made on commit drop as select pg_temp.finish_load(pg_temp.load_id(), pg_temp.attempt(1),
  1) as summary;
select is((select summary - 'seconds' from made),
  '{"columns": [{"name": "campaign"}, {"name": "clicks"}], "rows": 3, "bytes": 99, "files": 1,
  "segments": 1, "segment_bytes": 67108864,
  "checksum": "sha256:abababababababababababababababababababababababababababababababab",
  "first_rows": [{"campaign": "a", "clicks": "1"}, {"campaign": "bb", "clicks": "2"},
  {"campaign": "ccc", "clicks": "3"}]}'::jsonb,
  'the summary has columns, rows, bytes and the first rows');
select results_eq('select complete, summary, records, bytes, checksum,
  completed_at from result_loads where id = pg_temp.load_id()',
  $$ select true, summary, 3::bigint, 99::bigint, repeat('ab', 32), amc_history.clock_now() from made $$,
  'the load is complete');

select * from finish();
rollback;
