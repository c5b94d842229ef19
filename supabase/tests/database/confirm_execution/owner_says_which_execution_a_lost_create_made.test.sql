begin;
\ir ../../_shared/three_weeks.psql
select plan(14);

-- The list is not proved to tell. AMC's answer to the first week's create was lost, an hour ago.
select pg_temp.lose_create(1);
set local amc_history.clock = '2025-03-03T13:00:00Z';
create function pg_temp.attempt() returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(1) order by number limit 1 $$;
do $$ begin perform settle_attempt(pg_temp.attempt(), amc_history.clock_now()); end $$;

select is(pg_temp.open_alerts(), array['unknown_outcome'], 'a person is asked');
select is((select detail ->> 'attempt_id' from tracking_alerts where instance_id = 'amcpgtap1'), pg_temp.attempt()::text,
  'about this attempt');
select pg_temp.sign_in('owner');
select is(confirm_execution(pg_temp.attempt(), 'exec-1'), row('applied', null, 1)::control_report, 'its owner says which it is');
select is(confirm_execution(pg_temp.attempt(), 'exec-1'), row('already_applied', null, 0)::control_report, 'and again');
select is(confirm_execution(pg_temp.attempt(), bad), row('rejected', 'malformed_execution_id', 0)::control_report,
  coalesce(quote_literal(bad), 'null') || ' is no id')
from unnest(array[null, '', 'a b', repeat('x', 129)]) bad;
select results_eq($$ select event, execution_id, detail ->> 'by' from tracking_events where attempt_id = pg_temp.attempt()
    and event = 'execution_confirmed' $$,
  $$ values ('execution_confirmed', 'exec-1', 'a0000000-0000-4000-8000-000000000001') $$, 'an event says who said it, once');
select is((select execution_id from report_data_weeks where id = pg_temp.week(1)), null, 'the week does not show it yet');
reset role;
set local role service_role;
do $$ begin perform set_config('request.jwt.claims', '', true); end $$;
select is((select attempts -> 0 ->> 'confirmed_execution_id' from claim_listing()), 'exec-1',
  'the next listing, which is due at once, is told of it');
select pg_temp.prove_matcher();
select is(settle_attempt(pg_temp.attempt(), amc_history.clock_now()),
  row('waiting', 'execution_to_be_confirmed', 'running', null)::tracking_report,
  'a listing that does not show it, and began before, ends nothing');
select is(record_execution(pg_temp.attempt(), 'exec-1', '{"status": "RUNNING"}', true),
  row('recorded', null, 'running', 'exec-1')::tracking_report, 'the worker lets the attempt take it');
select is(pg_temp.open_alerts(), null, 'which answers what was asked');

select * from finish();
rollback;
