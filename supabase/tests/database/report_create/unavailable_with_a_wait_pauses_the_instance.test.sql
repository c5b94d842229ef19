-- A 503 that says how long to wait pauses the instance so long; what became of its create, AMC's list tells as always.
begin;
\ir ../../_shared/three_weeks.psql
select plan(10);

set local role service_role;
select pg_temp.claim_week(1);
do $$ begin perform report_create(pg_temp.attempt(1), 'unknown', 500, 'Oops', null, 120); end $$;
select is((select paused_until from amc_instances where id = 'amcpgtap1'), null, 'a 500 may be of this create alone');
select is(report_create(pg_temp.attempt(1), 'unknown', 503, 'Service unavailable', 'RID1', 120),
  row('applied', null, 'running', null)::tracking_report, 'it is applied');
select is(pg_temp.first_week(), 'running due never errors 0 - unknown live', 'the attempt is unknown and live');
select is((select settle_after from week_attempts where id = pg_temp.attempt(1)), '2025-03-03T12:13:40Z'::timestamptz,
  'and settled as one without an answer');
select results_eq($$ select paused_until, pause_reason from amc_instances where id = 'amcpgtap1' $$,
  $$ values ('2025-03-03T12:02:00Z'::timestamptz, 'unavailable') $$, 'the instance is paused');
select results_eq('select kind, subject, code, source, words, request_id, retry_at from stoppages',
  $$ values ('creates', 'amcpgtap1', 'unavailable', 'amc', 'Service unavailable', 'RID1',
    '2025-03-03T12:02:00Z'::timestamptz) $$, 'its creates are held up so long, in AMC''s words');
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'no other create is sent meanwhile');
select set_config('amc_history.clock', '2025-03-03T12:02:01Z', true);
select pg_temp.run_week(2, 'exec-2');
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'the next that AMC takes ends it');

-- A wait without bound, and one of an attempt that has ended.
select pg_temp.claim_week(3);
do $$ begin perform report_create(pg_temp.attempt(3), 'unknown', 503, 'Busy', null, 1e9); end $$;
select is((select paused_until - amc_history.clock_now() from amc_instances where id = 'amcpgtap1'),
  (amc_history.allowances()).retry_after_longest, 'it waits no longer than we let it');
reset role;
update amc_instances set paused_until = null;
do $$ begin
  perform amc_history.end_attempt(pg_temp.attempt(2), 'failed');
  perform report_create(pg_temp.attempt(2), 'unknown', 503, 'Busy', null, 60);
end $$;
select is((select paused_until from amc_instances where id = 'amcpgtap1'), null,
  'a report of an attempt that has ended pauses nothing');

select * from finish();
rollback;
