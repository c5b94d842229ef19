-- The eighth failure of a load fails its week.
begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

create function pg_temp.fail_once() returns text language sql as
  $$ update week_attempts set leased_until = null, due_at = null where id = pg_temp.attempt(1);
     select (fail_load(l.attempt_id, l.fence, 'download', 'gone', false)).status from claim_loads() l $$;
set local role service_role;
select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');

select is(pg_temp.fail_once(), case n when 8 then 'failed' else 'running' end, 'failure ' || n)
  from generate_series(1, 8) n;
select is((select error_count from report_data_weeks where id = pg_temp.week(1)), 8, 'eight are counted');

select * from finish();
rollback;
