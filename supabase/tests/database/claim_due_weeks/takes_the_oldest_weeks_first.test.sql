begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(3);

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
-- The oldest weeks lie last in the table.
update report_data_weeks set updated_at = updated_at where id in (pg_temp.week(1), pg_temp.week(2));
set local role service_role;

select results_eq('select time_window_start from claim_due_weeks(2)',
  array['2025-01-06T00:00:00', '2025-01-13T00:00:00'],
  'two are taken, the oldest, in order');
select results_eq('select time_window_start from claim_due_weeks(2)',
  array['2025-01-20T00:00:00', '2025-01-27T00:00:00'],
  'then the next two');
do $$
begin
  update report_data_weeks set due_at = amc_history.clock_now() - interval '1 minute' where id = pg_temp.week(8);
end;
$$;
select results_eq('select time_window_start from claim_due_weeks(1)', array['2025-02-24T00:00:00'],
  'one that is due longer comes before older ones');

select * from finish();
rollback;
