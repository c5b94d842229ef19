begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(14);

-- The clock stands still. One instance whose list is not proved to tell, and a collection of three weeks: of 6, 13 and 20
-- January 2025. The answer to the first week's create was lost.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test'),
    ('a0000000-0000-4000-8000-000000000002', 'other@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
    save_workflow('amcpgtap1', 'Weekly campaigns', 'select campaign, impressions from sponsored_ads_traffic'),
    start_date => '2025-01-06', end_date => '2025-01-26');
  update report_data_collections set surveyed_at = amc_history.clock_now() where instance_id = 'amcpgtap1';
  perform report_create(c.attempt_id, 'unknown') from claim_due_weeks(1) c;
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
end;
$fixture$;
create function pg_temp.collection() returns uuid language sql as
  $$ select id from report_data_collections where instance_id = 'amcpgtap1' $$;
create function pg_temp.week(n integer) returns uuid language sql as
  $$ select id from report_data_weeks where collection_id = pg_temp.collection()
     order by week_start_date offset n - 1 limit 1 $$;
create function pg_temp.attempt() returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(1) order by number limit 1 $$;
create function pg_temp.open_alerts() returns text[] language sql security definer as
  $$ select array_agg(code order by code) from public.tracking_alerts where instance_id = 'amcpgtap1' and resolved_at is null $$;
do $$ begin perform settle_attempt(pg_temp.attempt(), amc_history.clock_now()); end $$;

select is(pg_temp.open_alerts(), array['unknown_outcome'], 'a person is asked');
select is((select detail ->> 'attempt_id' from tracking_alerts where instance_id = 'amcpgtap1'), pg_temp.attempt()::text,
  'about this attempt');
-- The owner is signed in.
do $$ begin perform set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}', true); end $$;
set local role authenticated;
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
do $$ begin update amc_instances set matcher_proved_at = amc_history.clock_now() where id = 'amcpgtap1'; end $$;
select is(settle_attempt(pg_temp.attempt(), amc_history.clock_now()),
  row('waiting', 'execution_to_be_confirmed', 'running', null)::tracking_report,
  'a listing that does not show it, and began before, ends nothing');
select is(record_execution(pg_temp.attempt(), 'exec-1', '{"status": "RUNNING"}', true),
  row('recorded', null, 'running', 'exec-1')::tracking_report, 'the worker lets the attempt take it');
select is(pg_temp.open_alerts(), null, 'which answers what was asked');

select * from finish();
rollback;
