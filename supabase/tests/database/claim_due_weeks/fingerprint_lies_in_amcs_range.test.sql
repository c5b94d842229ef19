begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(4);

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
set local role service_role;
create temporary table claimed on commit drop as select * from claim_due_weeks(8);

select is((select count(*) from claimed where fingerprint between 21600 and 86400), 8::bigint,
  'each is from 21600 to 86400 s');
select cmp_ok((select count(distinct fingerprint) from claimed), '>', 4::bigint, 'they differ');
reset role;
select throws_ok(format('update week_attempts set fingerprint = %s where week_id = pg_temp.week(1)', f), '23514',
  'new row for relation "week_attempts" violates check constraint "fingerprint_is_in_range"', f || ' s is refused')
from unnest(array[21599, 86401]) f;

select * from finish();
rollback;
