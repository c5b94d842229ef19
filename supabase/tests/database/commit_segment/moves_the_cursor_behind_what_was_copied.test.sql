-- Committing a segment moves the load's cursor behind the bytes that were copied.
begin;
\ir ../../_shared/segments.psql
select plan(5);

select pg_temp.copy_segment('a', 'b', 'c');
select pg_temp.commit_segment(3, 0, 0, 0, 60);
create function pg_temp.rows() returns table (line bigint, campaign text) language plpgsql as $$
begin
  return query execute format('select line, campaign from amc_results.%I',
    (select table_name from result_loads where id = pg_temp.load_id()));
end;
$$;
create function pg_temp.cursor() returns text language sql as $$
  select concat_ws(' ', file, byte_offset, etag, line_end, lines, records, bytes,
    cardinality(digests)) from result_loads
  where id = pg_temp.load_id()
$$;

select is(pg_temp.cursor(), '0 60 "etag" LF 7 3 100 1', 'in the middle of the first file');
select is(current_setting('idle_in_transaction_session_timeout'), '5s',
  'a worker that freezes before it commits holds its locks no longer');
select pg_temp.copy_segment('d');
select pg_temp.commit_segment(1, 0, 60, 1, 0);
select pg_temp.copy_segment(variadic '{}'::text[]);
select pg_temp.commit_segment(0, 1, 0, 2, 0);
select is(pg_temp.cursor(), '2 0 LF 7 4 300 3', 'behind both files');
select is((select array_agg(line || campaign order by line) from pg_temp.rows()),
  array['1a', '2b', '3c', '4d'], 'lines go on from segment to segment');
select is((select amc_history.finish_load(pg_temp.load_id(), pg_temp.attempt(1), 2) ->> 'checksum'),
  'sha256:' || encode(sha256(decode(repeat('00', 32) || repeat('01', 32) || repeat('02', 32), 'hex')), 'hex') || '-3',
  'the checksum is over the digests of the segments, with their number');

select * from finish();
rollback;
