-- A create of unknown outcome keeps its attempt, for AMC's list to settle.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;
select pg_temp.claim_week(1);

select is(report_create(pg_temp.attempt(1), 'unknown', 502, 'Bad gateway'),
  row('applied', null, 'running', null)::tracking_report, 'it is applied');
select is(pg_temp.first_week(), 'running due never errors 0 - unknown live', 'the attempt is unknown and live');
select results_eq('select leased_until, settle_after, slot from week_attempts where id = pg_temp.attempt(1)',
  $$ values (null::timestamptz, '2025-03-03T12:13:40Z'::timestamptz, 1) $$,
  'it is settled by listings begun 520 s and the list''s lag after the intent; it holds its slot');
select is((select paused_until from amc_instances where id = 'amcpgtap1'), null, 'the instance is not paused');
select is((select count(*) from claim_due_weeks(10) where week_id = pg_temp.week(1)), 0::bigint,
  'the week is not claimed again');

select * from finish();
rollback;
