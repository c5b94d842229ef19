begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(4);

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
-- One slot: week 1 runs in it, the others wait.
do $$
begin
  update amc_instances set max_parallel = 1 where id = 'amcpgtap1';
  perform claim_due_weeks(10);
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "RUNNING"}');
end;
$$;
set local role service_role;
create function pg_temp.claimed() returns bigint language plpgsql as $$
declare
  claimed bigint := 0;
begin
  for minute in 1 .. 100 loop
    perform set_config('amc_history.clock', ('2025-03-03T12:00:00Z'::timestamptz + make_interval(mins => minute))::text, true);
    perform pg_temp.list('[{"id": "exec-1", "status": "RUNNING"}]') from claim_listing();
    claimed := claimed + (select count(*) from claim_due_weeks(10));
  end loop;
  return claimed;
end;
$$;

select is(pg_temp.claimed(), 0::bigint, 'for a hundred listings nothing else is begun');
select is((select list_fence from amc_instances where id = 'amcpgtap1'), 100::bigint, 'each of which was taken');
select results_eq($$ select status, error_count, error_code from report_data_weeks where instance_id = 'amcpgtap1'
    order by week_start_date $$,
  $$ values ('running', 0, null::text), ('pending', 0, null), ('pending', 0, null) $$, 'and no week has an error for it');
select is((select count(*) from tracking_alerts where instance_id = 'amcpgtap1'), 0::bigint, 'nor is anybody told');

select * from finish();
rollback;
