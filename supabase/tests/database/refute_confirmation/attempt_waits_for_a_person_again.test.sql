-- If AMC does not have the execution that the owner named, the attempt waits for a person again.
begin;
\ir ../../_shared/lost_create.psql
select plan(10);

do $$
begin
  perform settle_attempt(pg_temp.lost_attempt(), amc_history.clock_now());
  perform confirm_execution(pg_temp.lost_attempt(), 'exec-1');
end;
$$;
set local role service_role;

select is(refute_confirmation(pg_temp.lost_attempt(), 'exec-0', 'Another week.'),
  row('stale', 'not_to_be_confirmed', 'running', null)::tracking_report, 'an execution that nobody named is stale');
select is(refute_confirmation(gen_random_uuid(), 'exec-1', 'Another week.'),
  row('not_found', 'no_such_attempt', null, null)::tracking_report, 'an unknown attempt is not found');
select is(refute_confirmation(pg_temp.lost_attempt(), 'exec-1', 'Another week.'),
  row('applied', null, 'running', null)::tracking_report, 'the execution that was named is refuted');
select is((select confirmed_execution_id from week_attempts where id = pg_temp.lost_attempt()), null,
  'the confirmation is withdrawn');
select is(pg_temp.open_alerts(), array['execution_not_confirmed'], 'an alert takes the place of the first');
do $$ begin perform settle_attempt(pg_temp.lost_attempt(), amc_history.clock_now()); end $$;
select is(pg_temp.open_alerts(), array['execution_not_confirmed'], 'and the next listing opens no other');
select ok((select message like '%exec-1%Another week.%2025-01-06%' from tracking_alerts
  where code = 'execution_not_confirmed' and instance_id = 'amcpgtap1'), 'which says why, and where to look');
select is(refute_confirmation(pg_temp.lost_attempt(), 'exec-1', 'Another week.'),
  row('stale', 'not_to_be_confirmed', 'running', null)::tracking_report, 'the same again changes nothing');
do $$ begin perform record_execution(pg_temp.lost_attempt(), 'exec-2', null, true); end $$;
select is(pg_temp.open_alerts(), null, 'when a listing shows it after all, the alert is resolved');
select is(refute_confirmation(pg_temp.lost_attempt(), 'exec-1', 'Another week.'),
  row('stale', 'not_to_be_confirmed', 'running', 'exec-2')::tracking_report, 'and a late report is stale');

select * from finish();
rollback;
