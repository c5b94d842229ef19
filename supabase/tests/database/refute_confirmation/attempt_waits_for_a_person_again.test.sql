begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

-- The list is not proved to tell. AMC's answer to the first week's create was lost, an hour ago.
select pg_temp.lose_create(1);
set local amc_history.clock = '2025-03-03T13:00:00Z';
create function pg_temp.attempt() returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(1) order by number limit 1 $$;
do $$
begin
  perform settle_attempt(pg_temp.attempt(), amc_history.clock_now());
  perform confirm_execution(pg_temp.attempt(), 'exec-1');
end;
$$;
set local role service_role;

select is(refute_confirmation(pg_temp.attempt(), 'exec-0', 'Another week.'),
  row('stale', 'not_to_be_confirmed', 'running', null)::tracking_report, 'about one that nobody named it is stale');
select is(refute_confirmation(gen_random_uuid(), 'exec-1', 'Another week.'),
  row('not_found', 'no_such_attempt', null, null)::tracking_report, 'about an unknown attempt it is not found');
select is(refute_confirmation(pg_temp.attempt(), 'exec-1', 'Another week.'),
  row('applied', null, 'running', null)::tracking_report, 'about the one that was named it is taken');
select is((select confirmed_execution_id from week_attempts where id = pg_temp.attempt()), null, 'the word is taken back');
select is(pg_temp.open_alerts(), array['execution_not_confirmed', 'unknown_outcome'], 'a person is told');
select ok((select message like '%exec-1%Another week.%2025-01-06%' from tracking_alerts
  where code = 'execution_not_confirmed' and instance_id = 'amcpgtap1'), 'why, and where to look');
select is(refute_confirmation(pg_temp.attempt(), 'exec-1', 'Another week.'),
  row('stale', 'not_to_be_confirmed', 'running', null)::tracking_report, 'the same again changes nothing');
do $$ begin perform record_execution(pg_temp.attempt(), 'exec-2', null, true); end $$;
select is(pg_temp.open_alerts(), null, 'when the list tells after all, both alerts are resolved');
select is(refute_confirmation(pg_temp.attempt(), 'exec-1', 'Another week.'),
  row('stale', 'not_to_be_confirmed', 'running', 'exec-2')::tracking_report, 'and a late report is stale');

select * from finish();
rollback;
