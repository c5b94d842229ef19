begin;
\ir ../../_shared/segments.psql
select plan(4);

select pg_temp.copy_segment('a', 'b');
select pg_temp.commit_segment(2, 0, 0, 0, 60);

select is(amc_history.drop_ended_loads(), 0::bigint, 'not what is being loaded');
do $$ begin perform fail_load(pg_temp.attempt(1), 2, 'bad_csv', 'A file that is not right.', true); end $$;
select is(amc_history.drop_ended_loads(gen_random_uuid()), 0::bigint, 'nor what is of another attempt');
select is(amc_history.drop_ended_loads(pg_temp.attempt(1)), 1::bigint, 'what is loaded in part of an attempt that has ended');
select is(pg_temp.count_rows(), 0::bigint, 'with its rows');

select * from finish();
rollback;
