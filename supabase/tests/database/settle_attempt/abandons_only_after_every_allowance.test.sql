-- An unknown attempt is abandoned only after a listing that began after every allowance.
begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

set local role service_role;
select pg_temp.prove_matcher();
select pg_temp.lose_create(1);
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);
set local amc_history.clock = '2025-03-03T13:00:00Z';

select is(settle_attempt(pg_temp.attempt(1), '2025-03-03T12:13:39.999Z'),
  row('waiting', 'listing_may_lag', 'running', null)::tracking_report,
  'a listing begun before 520 s and the lag of 300 s proves nothing');
select is(settle_attempt(pg_temp.attempt(1), null),
  row('waiting', 'listing_may_lag', 'running', null)::tracking_report, 'nor does the lack of a listing');
select is(settle_attempt(pg_temp.attempt(1), '2025-03-03T13:00:01Z'),
  row('waiting', 'listing_may_lag', 'running', null)::tracking_report, 'nor one that is yet to begin');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'the week waits');
select is(settle_attempt(pg_temp.attempt(1), '2025-03-03T12:13:40Z'),
  row('abandoned', null, 'running', null)::tracking_report, 'one begun then does');
select results_eq('select state, outcome, ended_at, watch_until from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('ended', 'abandoned', '2025-03-03T13:00:00Z'::timestamptz, '2025-03-05T13:00:00Z'::timestamptz) $$,
  'the attempt is abandoned and watched for 48 hours');
select results_eq('select due_at, error_count from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('2025-03-03T13:00:00Z'::timestamptz, 0) $$, 'the week is due, no error is counted');
select is((select count(*) from tracking_events where week_id = pg_temp.week(1) and event = 'attempt_abandoned'),
  1::bigint, 'an event records it');
do $$ begin perform claim_due_weeks(10); end $$;
select is((select number from week_attempts where id = pg_temp.attempt(1)), 2, 'the week can be claimed again');

select * from finish();
rollback;
