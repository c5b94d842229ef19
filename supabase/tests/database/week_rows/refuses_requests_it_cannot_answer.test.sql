-- Rows of an unknown week or execution, or of another user's, are refused.
begin;
\ir ../../_shared/results.psql
select plan(9);

do $$
begin
  perform pg_temp.collect(1, 'exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{}', 'exec-2');
  end;
$$;
create temporary table known as select pg_temp.week(1) as week;
grant select on known to authenticated;

select pg_temp.sign_in('owner');

select is(pg_temp.refusal(format('select week_rows(week, %s) from known', n)), '22023 rows_out_of_range',
  n || ' rows are refused')
from unnest(array['0', '10001', 'null']) n;
select is(pg_temp.refusal('select week_rows(null)'), 'PT404 week_not_found', 'no week');
select is(pg_temp.refusal($$ select execution_rows('exec-9') $$), 'PT404 execution_not_found', 'an unknown execution');
select is(pg_temp.refusal($$ select execution_rows('exec-2') $$), 'PT404 result_not_kept', 'one without a result here');
select pg_temp.sign_in('other');
select is(pg_temp.refusal('select week_rows(week) from known'), 'PT404 week_not_found', 'another''s week');
select is(pg_temp.refusal($$ select execution_rows('exec-1') $$), 'PT404 execution_not_found', 'another''s execution');
set local role anon;
select is(pg_temp.refusal($$ select execution_rows('exec-1') $$), '42501', 'nobody who is not signed in');

select * from finish();
rollback;
