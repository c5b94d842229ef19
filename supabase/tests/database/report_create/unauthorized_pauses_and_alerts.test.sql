-- An unauthorized create pauses the instance and raises an alert.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.claim_week(1);

select is(report_create(pg_temp.attempt(1), 'unauthorized', 401, 'Not allowed'),
  row('applied', null, 'running', null)::tracking_report, 'it is applied');
select is(pg_temp.first_week(), 'running due never errors 0 - unknown live',
  'the attempt is unknown, no error is counted');
select ok(paused_until > amc_history.clock_now() and pause_reason = 'unauthorized', 'the instance is paused')
  from amc_instances where id = 'amcpgtap1';
select results_eq($$ select code, week_id from tracking_alerts where instance_id = 'amcpgtap1' $$,
  $$ values ('unauthorized', null::uuid) $$, 'an alert names the credential');

select * from finish();
rollback;
