begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(9);

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
