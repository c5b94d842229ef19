-- A create that was not sent frees its slot, and the week is due at once.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.claim_week(1);

select is(report_create(pg_temp.attempt(1), 'not_sent', null, 'No token.'),
  row('applied', null, 'running', null)::tracking_report, 'it is applied');
select is(pg_temp.first_week(), 'running due 12:00:00 errors 0 - ended not_sent',
  'the attempt has ended, the week is due, no error is counted');
select is((select paused_until from amc_instances where id = 'amcpgtap1'), null, 'the instance is not paused');
do $$ begin perform claim_due_weeks(1); end $$;
select is((select number from week_attempts where id = pg_temp.attempt(1)), 2, 'the week can be claimed again');

select * from finish();
rollback;
