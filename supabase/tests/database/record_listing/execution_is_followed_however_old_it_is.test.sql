begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(7);

-- The clock stands still. One instance, one workflow and a collection of three weeks: of 6, 13 and 20 January 2025.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
    save_workflow('amcpgtap1', 'Weekly campaigns', 'select campaign, impressions from sponsored_ads_traffic'),
    start_date => '2025-01-06', end_date => '2025-01-26');
  -- AMC's list was read for it, so that its weeks may begin.
  update report_data_collections set surveyed_at = amc_history.clock_now() where instance_id = 'amcpgtap1';
end;
$fixture$;
create function pg_temp.collection() returns uuid language sql as
  $$ select id from report_data_collections where instance_id = 'amcpgtap1' order by start_date, created_at limit 1 $$;
create function pg_temp.week(n integer) returns uuid language sql as
  $$ select id from report_data_weeks where collection_id = pg_temp.collection()
     order by week_start_date offset n - 1 limit 1 $$;
create function pg_temp.attempt(n integer) returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(n) order by number desc limit 1 $$;
create function pg_temp.list(observations text, complete boolean default true) returns text language sql as
  $$ select record_listing(i.id, i.list_fence, amc_history.clock_now(), observations::jsonb, complete) ->> 'outcome'
     from amc_instances i where i.id = 'amcpgtap1' $$;
-- Week 1 runs at AMC as exec-1, for ten days already.
do $$
begin
  update amc_instances set overdue_hours = 24 * 12 where id = 'amcpgtap1';
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "RUNNING"}');
  perform set_config('amc_history.clock', '2025-03-13T12:00:00Z', true);
end;
$$;
create function pg_temp.followed() returns text[] language sql as $$
  select array[a ->> 'execution_id', l.list_from::text] from claim_listing() l, jsonb_array_elements(l.attempts) a
$$;
set local timezone = 'UTC';
set local role service_role;

select is(pg_temp.followed(), array['exec-1', '2025-03-03 11:00:00+00'], 'the next listing goes back to its beginning');
select is(pg_temp.list('[{"id": "exec-1", "status": "RUNNING"}]'), 'recorded', 'it still runs');
select is((select count(*) from tracking_alerts where instance_id = 'amcpgtap1'), 0::bigint,
  'of an instance that may take twelve days nobody is told');
do $$ begin perform set_config('amc_history.clock', '2025-03-16T12:00:00Z', true); end $$;
select is(pg_temp.followed(), array['exec-1', '2025-03-03 11:00:00+00'], 'nor is it dropped after thirteen');
select is(pg_temp.list('[{"id": "exec-1", "status": "SUCCEEDED"}]'), 'recorded', 'when it ends');
select is((select execution_id from claim_loads()), 'exec-1', 'its result is loaded');
select is((select error_count from report_data_weeks where id = pg_temp.week(1)), 0, 'and it was no error to wait');

select * from finish();
rollback;
