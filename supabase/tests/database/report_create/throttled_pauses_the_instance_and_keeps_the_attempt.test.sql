-- A throttled create pauses the instance; its attempt is unknown, since AMC may have begun it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.claim_week(1);

select is(report_create(pg_temp.attempt(1), 'throttled', 429, 'Slow down', 'req-1', 3),
  row('applied', null, 'running', null)::tracking_report, 'it is applied');
select is(pg_temp.first_week(), 'running due never errors 0 - unknown live',
  'the attempt is unknown and holds its slot, no error is counted');
select results_eq($$ select paused_until, pause_reason, throttles_in_row from amc_instances where id = 'amcpgtap1' $$,
  $$ values ('2025-03-03T12:00:03Z'::timestamptz, 'throttled', 1) $$, 'the instance waits as long as AMC said');
select is((select settle_after from week_attempts where id = pg_temp.attempt(1)), '2025-03-03T12:05:00Z',
  'a listing counts once AMC''s list had time to show an execution');

select * from finish();
rollback;
