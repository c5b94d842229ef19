-- The first header is the version's only once a result with it is in: what a bad file began yields to the next.
begin;
\ir ../../_shared/results.psql
select plan(8);

do $$
begin
  perform pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
  perform pg_temp.run_week(2, 'exec-2', 'SUCCEEDED');
end;
$$;
create function pg_temp.begin(n integer, variadic header text[]) returns text language sql as $$
  select case when load_id is null then 'waits' else 'begun' end
  from week_attempts a, amc_history.begin_load(a.id, a.fence, header) b where a.id = pg_temp.attempt(n) $$;
create function pg_temp.header() returns text[] language sql as $$ select header from amc_history.result_tables $$;

select is(pg_temp.begin(1, 'Dear customer'), 'begun', 'a letter begins as a table');
select is(pg_temp.begin(2, 'campaign', 'clicks'), 'waits', 'while it is being loaded, another header waits');
select is((select array_agg(code) from tracking_alerts), null, 'but for nobody');
select is((select due_at - amc_history.clock_now() from week_attempts where id = pg_temp.attempt(2)),
  interval '15 seconds', 'a moment later it is tried again');
do $$
begin
  perform claim_loads(1);
  perform fail_load(pg_temp.attempt(1), 2, 'bad_csv', 'A letter.', true);
end;
$$;
select is(pg_temp.begin(2, 'campaign', 'clicks'), 'begun', 'the letter has failed: the other header is taken');
select is(pg_temp.header(), array['campaign', 'clicks'], 'and is the table''s');
select is((select count(*) from result_loads), 1::bigint, 'what the letter left is gone');
select is(pg_temp.begin(2, 'campaign', 'sales'), 'begun', 'its own load may begin anew with another');

select * from finish();
rollback;
