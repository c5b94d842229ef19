-- A verdict that does not exist raises an error.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.claim_week(1);

select throws_ok($$ select report_create(pg_temp.attempt(1), 'odd') $$, '22023',
  'Unknown verdict ''odd'': expected one of not_sent, refused, quota, workflow_not_visible,'
  || ' throttled, unauthorized, unknown.',
  'an unknown verdict raises');
select throws_ok($$ select report_create(pg_temp.attempt(1), null) $$, '22023', null, 'so does null');
select is((select state from week_attempts where id = pg_temp.attempt(1)), 'intended', 'the attempt is as it was');
select is(report_create(gen_random_uuid(), 'unknown'),
  row('not_found', 'no_such_attempt', null, null)::tracking_report, 'an unknown attempt is not found');

select * from finish();
rollback;
