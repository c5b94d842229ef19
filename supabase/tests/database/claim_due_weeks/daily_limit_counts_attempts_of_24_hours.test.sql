begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(5);

-- The clock stands still. One instance, one workflow and a collection of eight weeks: of 6 January 2025 and after.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
    save_workflow('amcpgtap1', 'Weekly campaigns', 'select campaign, impressions from sponsored_ads_traffic'),
    start_date => '2025-01-06', end_date => '2025-03-02');
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
set local role service_role;
do $$ begin update amc_instances set daily_limit = 3 where id = 'amcpgtap1'; end $$;

select is((select count(*) from claim_due_weeks(10)), 3::bigint, 'three are taken of eight');
do $$ begin perform report_create(pg_temp.attempt(1), 'refused', 400, 'no'); end $$;
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'one that has ended counts all the same');
do $$ begin perform report_create(pg_temp.attempt(2), 'not_sent'); end $$;
select is((select count(*) from claim_due_weeks(10)), 1::bigint, 'one that never left does not');
do $$ begin perform set_config('amc_history.clock', '2025-03-04T11:59:59Z', true); end $$;
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'a second before 24 hours have passed, none');
do $$ begin perform set_config('amc_history.clock', '2025-03-04T12:00:00Z', true); end $$;
select is((select count(*) from claim_due_weeks(10)), 3::bigint, 'then three again');

select * from finish();
rollback;
