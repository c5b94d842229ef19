-- The next worker resumes a load at its cursor, under its own fence.
begin;
\ir ../../_shared/segments.psql
select plan(7);

select is((select load from amc_history.resume_load(pg_temp.attempt(1), 2)),
  (select l from result_loads l where id = pg_temp.load_id()),
  'a load that was begun is open');
do $$
begin
  perform pg_temp.copy_segment('a', 'b');
  perform pg_temp.commit_segment(2, 0, 0, 0, 60);
  perform set_config('amc_history.clock', '2025-03-03T12:01:00Z', true);
  perform claim_loads(5, 60);
end;
$$;
select throws_ok('select amc_history.resume_load(pg_temp.attempt(1), 2)', 'AH001', null,
  'it cannot be resumed under an earlier fence');
select throws_ok('select amc_history.open_load(pg_temp.load_id(), 2)', 'AH001', null, 'nor opened');
create temporary table resumed on commit drop as select (r.load).*,
  r.copy_statement from amc_history.resume_load(pg_temp.attempt(1), 3) r;
select is((select concat_ws(' ', fence, file, byte_offset, etag, records, files, segment_bytes) from resumed),
  '3 0 60 "etag" 2 2 50',
  'the next worker gets its cursor');
select matches((select copy_statement from resumed), '^copy amc_results\.\w+ \(campaign\) from stdin',
  'and its COPY statement');
do $$ begin perform amc_history.drop_load(pg_temp.attempt(1), 2); end $$;
select is((select count(*) from result_loads), 1::bigint, 'an earlier worker cannot drop it');
do $$ begin perform amc_history.drop_load(pg_temp.attempt(1), 3); end $$;
select is((select (r.load).id from amc_history.resume_load(pg_temp.attempt(1), 3) r), null,
  'once dropped, it begins anew');

select * from finish();
rollback;
