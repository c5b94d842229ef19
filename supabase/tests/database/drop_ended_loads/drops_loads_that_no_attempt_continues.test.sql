-- An incomplete load whose attempt has ended is dropped with its rows.
begin;
\ir ../../_shared/segments.psql
select plan(4);

select pg_temp.copy_segment('a', 'b');
select pg_temp.commit_segment(2, 0, 0, 0, 60);

select is(amc_history.drop_ended_loads(), 0::bigint, 'a load in progress stays');
do $$ begin perform fail_load(pg_temp.attempt(1), 2, 'bad_csv', 'A file that is not right.', true); end $$;
select is(amc_history.drop_ended_loads(gen_random_uuid()), 0::bigint, 'a load of another attempt stays');
select is(amc_history.drop_ended_loads(pg_temp.attempt(1)), 1::bigint,
  'the incomplete load of an attempt that has ended is dropped');
do $$ begin perform amc_history.delete_dropped_rows(); end $$;
select is(pg_temp.count_rows(), 0::bigint, 'with its rows');

select * from finish();
rollback;
