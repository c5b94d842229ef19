-- The daily purge drops incomplete loads that nobody dropped when their attempt ended.
begin;
\ir ../../_shared/segments.psql
select plan(2);

select pg_temp.copy_segment('a', 'b');
select pg_temp.commit_segment(2, 0, 0, 0, 60);
do $$ begin perform amc_history.purge_history(); end $$;

select is((select count(*) from result_loads), 1::bigint, 'a load in progress stays');
do $$
begin
  perform fail_load(pg_temp.attempt(1), 2, 'bad_csv', 'A file that is not right.', true);
  perform amc_history.purge_history();
end;
$$;
select is((select count(*) from result_loads), 0::bigint,
  'a load that nobody dropped when its attempt ended is dropped');

select * from finish();
rollback;
