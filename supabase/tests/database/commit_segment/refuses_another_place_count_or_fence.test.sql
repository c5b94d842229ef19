-- A segment is refused unless its place, its number of records and its fence are those of the load.
begin;
\ir ../../_shared/segments.psql
select plan(7);

select pg_temp.copy_segment('a', 'b');
select pg_temp.commit_segment(2, 0, 0, 0, 60);
select pg_temp.copy_segment('c', 'd');

select throws_ok('select pg_temp.commit_segment(2, 0, 0, 0, 120)', 'AH001',
  format('Load %s is not at byte 0 of file 1, where this segment began.', pg_temp.load_id()),
  'a segment from another byte');
select throws_ok('select pg_temp.commit_segment(2, 1, 60, 1, 120)', 'AH001', null, 'or of another file');
select throws_ok('select pg_temp.commit_segment(3, 0, 60, 0, 120)', 'AH003',
  'Expected 3 records from the bytes of the segment, COPY made 2 rows of them.', 'fewer rows than records');
select throws_ok('select pg_temp.commit_segment(1, 0, 60, 0, 120)', 'AH003', null, 'or more');
select throws_ok('select amc_history.finish_load(pg_temp.load_id(), pg_temp.attempt(1), 2)', 'AH003',
  format('Load %s is not whole: expected 2 files, and 0 are loaded.', pg_temp.load_id()),
  'the end before all files are in');
select throws_ok($$ update result_loads set etag = null where id = pg_temp.load_id() $$, '23514', null,
  'a place within a file without the file''s etag');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:01:00Z', true);
  perform claim_loads(5, 60);
end;
$$;
select throws_ok('select pg_temp.commit_segment(2, 0, 60, 0, 120)', 'AH001', null, 'an earlier fence');

select * from finish();
rollback;
