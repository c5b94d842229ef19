-- A load's summary has its columns, counts, checksum and first rows.
begin;
\ir ../../_shared/results.psql
select plan(6);

do $$
begin
  perform pg_temp.load(1, 'exec-1', array['campaign', 'clicks'],
    (select jsonb_agg(jsonb_build_array(repeat('x', 2000), i))
    from generate_series(1, 25) i), '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"},
    {"name": "sold", "dataType": "DECIMAL", "columnType": "METRIC"},
    {"name": "day", "dataType": "DATE", "columnType": "DIMENSION"}]');
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
end;
$$;
create temporary table made as select amc_history.load_summary(id) as summary from result_loads;

select is((select summary - 'first_rows' from made),
  '{"rows": 25, "bytes": 100, "files": 1, "checksum": "sha256:c0ffee", "seconds": 0, "segments": 0,
    "segment_bytes": 67108864,
  "uncast": {}, "columns": [{"name": "campaign", "type": "LONG", "kind": "DIMENSION", "read_as": "text"},
    {"name": "clicks", "type": "LONG", "kind": "METRIC", "read_as": "numeric"}]}'::jsonb,
  'columns with AMC''s types and ours, rows, bytes, files, checksum, seconds');
select is((select jsonb_array_length(summary -> 'first_rows') from made), 20, 'the first twenty rows');
select is((select summary -> 'first_rows' -> 19 from made),
  jsonb_build_object('campaign', repeat('x', 1000), 'clicks', '20'),
  'in order, as text, long cells cut');
do $$ begin
  execute format('update amc_results.%I set clicks = ''many'' where line > 20', (select table_name from result_loads));
end $$;
select is((select amc_history.load_summary(id) -> 'uncast' from result_loads), '{"clicks": 5}',
  'cells that do not fit, by column');
update result_loads set records = 50001;
select is((select amc_history.load_summary(id) -> 'uncast' from result_loads), null,
  'which are not counted at once in more than 50,000 rows');
update result_loads set complete = false, completed_at = null, records = 0, cells_checked_at = null;
update workflow_executions set output_columns = null;
update amc_workflows set output_columns = null;
update amc_history.result_tables set types = null;
select is((select amc_history.load_summary(id) - 'bytes' - 'files' - 'checksum' - 'segments' - 'segment_bytes' - 'rows'
    from result_loads) - 'first_rows',
  '{"columns": [{"name": "campaign"}, {"name": "clicks"}], "seconds": 3600}',
  'an open load has counts so far, without types');

select * from finish();
rollback;
