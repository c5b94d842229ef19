-- A create beyond AMC's quota waits as long as AMC asked, and counts as no error.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.claim_week(1);

select is(report_create(pg_temp.attempt(1), 'quota', 400, 'Daily limit reached', null, 120),
  row('applied', null, 'running', null)::tracking_report, 'it is applied');
select is(pg_temp.first_week(), 'running due 12:02:00 errors 0 - ended quota', 'the week waits as long as AMC said');
select results_eq($$ select paused_until, pause_reason from amc_instances where id = 'amcpgtap1' $$,
  $$ values ('2025-03-03T12:02:00Z'::timestamptz, 'quota') $$, 'so does the instance');

select * from finish();
rollback;
