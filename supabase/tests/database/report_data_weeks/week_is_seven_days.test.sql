begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(5);

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

delete from report_data_weeks where id = pg_temp.week(3);

select throws_ok(format($$ insert into report_data_weeks (collection_id, week_start_date, week_end_date)
    values (pg_temp.collection(), '2025-01-20', %L) $$, last_day), '23514', null,
    'a week until ' || last_day || ' is refused')
from unnest(array['2025-01-25', '2025-01-27', '2025-01-20']) last_day;
select lives_ok($$ insert into report_data_weeks (collection_id, week_start_date, week_end_date)
    values (pg_temp.collection(), '2025-01-20', '2025-01-26') $$, 'seven days are a week');
alter table report_data_weeks disable trigger forbid_misplaced_week;
select throws_ok($$ update report_data_weeks set week_end_date = week_end_date + 1 where id = pg_temp.week(1) $$,
  '23514',
  'new row for relation "report_data_weeks" violates check constraint "week_is_seven_days"',
  'the constraint alone refuses eight days');

select * from finish();
rollback;
