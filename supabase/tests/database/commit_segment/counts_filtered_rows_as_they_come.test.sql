-- Each segment counts the rows that AMC filtered, so that the end of a load looks at none.
begin;
\ir ../../_shared/loading.psql
select plan(6);

select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
do $$
begin
  perform claim_loads(5, 60);
  perform amc_history.begin_load(pg_temp.attempt(1), 2, array['campaign', 'Filtered'], 1, 50);
end;
$$;
-- Copies rows that are filtered or not, and commits them as the next segment.
create function pg_temp.segment(from_offset integer, to_offset integer, variadic cells text[]) returns bigint
language plpgsql as $$
begin
  perform amc_history.open_load(pg_temp.load_id(), 2);
  execute format('insert into amc_results.%I (campaign, "Filtered") select ''a'', c from unnest($1) c',
    (select table_name from result_loads)) using cells;
  perform amc_history.commit_segment(jsonb_build_object('load_id', pg_temp.load_id(), 'attempt_id', pg_temp.attempt(1),
    'fence', 2, 'from', jsonb_build_object('file', 0, 'byte_offset', from_offset),
    'to', jsonb_build_object('file', (to_offset = 0)::integer, 'byte_offset', to_offset, 'lines', 7,
      'etag', case when to_offset > 0 then '"etag"' end),
    'records', cardinality(cells), 'bytes', 100, 'digests', jsonb_build_array(repeat('ab', 32))));
  return (select filtered_records from result_loads);
end;
$$;

select is((select filtered_records from result_loads), null, 'at first nothing is counted');
select is(pg_temp.segment(0, 60, 'TRUE', 'FALSE', 'true'), 2::bigint, 'the first segment''s');
select is(pg_temp.segment(60, 120, 'FALSE'), 2::bigint, 'a segment without any');
select is(pg_temp.segment(120, 0, 'True', '', 'TRUE'), 4::bigint, 'those of all segments');
-- Whatever the end of the load does, it finds no row to count.
do $$
begin
  execute format('update amc_results.%I set "Filtered" = ''TRUE''', (select table_name from result_loads));
  perform amc_history.finish_load(pg_temp.load_id(), pg_temp.attempt(1), 2);
end;
$$;
select is((select filtered_records from result_loads), 4::bigint, 'the end counts nothing anew');
select is((select complete from result_loads), true, 'the load is complete');

select * from finish();
rollback;
