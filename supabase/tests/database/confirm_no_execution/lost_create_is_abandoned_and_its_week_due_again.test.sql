-- If the owner says that AMC has no execution, the attempt is abandoned and its week is due again.
begin;
\ir ../../_shared/lost_create.psql
select plan(7);

do $$ begin perform settle_attempt(pg_temp.lost_attempt(), amc_history.clock_now()); end $$;
select pg_temp.sign_in('owner');

select is(confirm_no_execution(pg_temp.lost_attempt()), row('applied', null, 1)::control_report,
  'the owner says that AMC has none');
select is(confirm_no_execution(pg_temp.lost_attempt()), row('already_applied', null, 0)::control_report,
  'a second time changes nothing');
reset role;
set local role service_role;
set local "request.jwt.claims" = '';
select results_eq($$ select outcome, watch_until from week_attempts where id = pg_temp.lost_attempt() $$,
  $$ values ('abandoned', '2025-03-05T13:00:00Z'::timestamptz) $$,
  'the attempt is abandoned, and watched for 48 hours');
select is(pg_temp.open_alerts(), null, 'the alert is resolved');
select results_eq($$ select actor from tracking_events where attempt_id = pg_temp.lost_attempt()
    and event = 'attempt_abandoned' $$, array['a0000000-0000-4000-8000-000000000001'], 'one event records who said so');
select ok(pg_temp.week(1) in (select week_id from claim_due_weeks(10)), 'its week is claimed again');
select is(record_execution(pg_temp.lost_attempt(), 'exec-late', null, true),
  row('stale', 'attempt_ended', 'running', null)::tracking_report,
  'a late id of the first attempt changes nothing');

select * from finish();
rollback;
