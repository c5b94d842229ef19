-- The owner names the execution of a create whose answer was lost; the next listing confirms it.
begin;
\ir ../../_shared/lost_create.psql
select plan(14);

do $$ begin perform settle_attempt(pg_temp.lost_attempt(), amc_history.clock_now()); end $$;

select is(pg_temp.open_alerts(), array['unknown_outcome'], 'an alert asks a person');
select is((select detail ->> 'attempt_id' from tracking_alerts where instance_id = 'amcpgtap1'),
  pg_temp.lost_attempt()::text,
  'about this attempt');
select pg_temp.sign_in('owner');
select is(confirm_execution(pg_temp.lost_attempt(), 'exec-1'), row('applied', null, 1)::control_report,
  'the owner names the execution');
select is(confirm_execution(pg_temp.lost_attempt(), 'exec-1'), row('already_applied', null, 0)::control_report,
  'a second time changes nothing');
select is(confirm_execution(pg_temp.lost_attempt(), bad), row('rejected', 'malformed_execution_id', 0)::control_report,
  coalesce(quote_literal(bad), 'null') || ' is no id')
from unnest(array[null, '', 'a b', repeat('x', 129)]) bad;
select results_eq($$ select event, execution_id, actor from tracking_events
    where attempt_id = pg_temp.lost_attempt()
    and event = 'execution_confirmed' $$,
  $$ values ('execution_confirmed', 'exec-1', 'a0000000-0000-4000-8000-000000000001') $$,
  'one event records who named it');
select is((select execution_id from report_data_weeks where id = pg_temp.week(1)), null,
  'the week does not show it yet');
reset role;
set local role service_role;
set local "request.jwt.claims" = '';
select is((select attempts -> 0 ->> 'confirmed_execution_id' from claim_listing()), 'exec-1',
  'the next listing, due at once, carries it');
select pg_temp.prove_matcher();
select is(settle_attempt(pg_temp.lost_attempt(), amc_history.clock_now()),
  row('waiting', 'execution_to_be_confirmed', 'running', null)::tracking_report,
  'a listing that does not show it, and began before, ends nothing');
select is(record_execution(pg_temp.lost_attempt(), 'exec-1', '{"status": "RUNNING"}', true),
  row('recorded', null, 'running', 'exec-1')::tracking_report, 'the worker records it for the attempt');
select is(pg_temp.open_alerts(), null, 'which resolves the alert');

select * from finish();
rollback;
