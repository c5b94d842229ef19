begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

-- The list is not proved to tell. AMC's answer to the first week's create was lost, an hour ago.
select pg_temp.lose_create(1);
set local amc_history.clock = '2025-03-03T13:00:00Z';
create function pg_temp.attempt() returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(1) order by number limit 1 $$;
do $$ begin perform settle_attempt(pg_temp.attempt(), amc_history.clock_now()); end $$;
select pg_temp.sign_in('owner');

select is(confirm_no_execution(pg_temp.attempt()), row('applied', null, 1)::control_report, 'the owner says that AMC has none');
select is(confirm_no_execution(pg_temp.attempt()), row('already_applied', null, 0)::control_report, 'and again');
reset role;
set local role service_role;
do $$ begin perform set_config('request.jwt.claims', '', true); end $$;
select results_eq($$ select outcome, watch_until from week_attempts where id = pg_temp.attempt() $$,
  $$ values ('abandoned', '2025-03-05T13:00:00Z'::timestamptz) $$, 'the attempt is abandoned, and watched for 48 hours');
select is(pg_temp.open_alerts(), null, 'what was asked is answered');
select results_eq($$ select detail ->> 'by' from tracking_events where attempt_id = pg_temp.attempt()
    and event = 'attempt_abandoned' $$, array['a0000000-0000-4000-8000-000000000001'], 'an event says by whom, once');
select ok(pg_temp.week(1) in (select week_id from claim_due_weeks(10)), 'its week is tried again');
select is(record_execution(pg_temp.attempt(), 'exec-late', null, true),
  row('stale', 'attempt_ended', 'running', null)::tracking_report,
  'a late id of the first attempt changes nothing');

select * from finish();
rollback;
