-- An execution that AMC shows with a timeout or times that no column takes is adopted all the same.
begin;
\ir ../../_shared/three_weeks.psql
select plan(8);

set local role service_role;

-- Gives week n an execution with this timeout, and says what became of it.
create function pg_temp.adopt(n integer, timeout text) returns text language sql as $$
  select outcome from adopt_surveyed(pg_temp.week(n), 'exec-' || n,
    format('{"status": "RUNNING", "timeout_seconds": %s, "created_at": "2025-03-03T12:00:00+18:00"}', timeout)::jsonb);
$$;

select is(pg_temp.adopt(1, '1.5'), 'adopted', 'a fraction');
select is(pg_temp.adopt(2, '3000000000'), 'adopted', 'more than an integer');
select is(pg_temp.adopt(3, '"six hours"'), 'adopted', 'no number');
select results_eq($$ select timeout_seconds, amc_created_at from workflow_executions order by id $$,
  $$ select null::integer, null::timestamptz from generate_series(1, 3) $$, 'what does not fit is not stored');
select results_eq($$ select fingerprint from week_attempts order by execution_id $$,
  $$ select 21600 from generate_series(1, 3) $$, 'their attempts have AMC''s default as their fingerprint');

select is(amc_history.read_observation('{"timeout_seconds": 21600, "status": "RUNNING"}') ::text,
  amc_history.read_observation('{"timeout_seconds": 21600, "status": "RUNNING", "created_at": "never"}')::text,
  'one key that does not fit costs no other');
select is(amc_history.read_observation(odd) is null, true, 'what is no object says nothing: ' || odd::text)
from unnest(array['"x"', '[1]']::jsonb[]) odd;

select * from finish();
rollback;
