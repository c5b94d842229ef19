-- The owner sees which results of a week are kept and which one it shows.
begin;
\ir ../../_shared/results.psql
select plan(2);

do $$
begin
  perform pg_temp.load(1, 'exec-1', array['campaign', 'filtered'], '[["a", "TRUE"], ["b", "FALSE"]]');
  perform pg_temp.show(1, 'exec-1');
  perform pg_temp.load(1, 'exec-2', array['campaign', 'filtered'], '[]');
end;
$$;
select pg_temp.sign_in('owner');

select results_eq('select execution_id, shown, records, filtered_records, bytes, checksum
    from week_versions order by 1',
  $$ values ('exec-1', true, 2::bigint, 1::bigint, 100::bigint, 'c0ffee'), ('exec-2', false, 0, 0, 100, 'c0ffee') $$,
  'each result that is in, and which one is shown');
select pg_temp.sign_in('other');
select is_empty('select * from week_versions', 'another user sees none');

select * from finish();
rollback;
