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
create function pg_temp.try(week integer, changes jsonb) returns void language sql as
  $$ insert into week_attempts select r.* from jsonb_populate_record(null::week_attempts,
  jsonb_build_object('id', gen_random_uuid(),
       'week_id', pg_temp.week(week), 'instance_id', 'amcpgtap1', 'number', 9, 'kind', 'collected', 'state',
       'intended', 'fence', 1,
       'intended_at', now(), 'settle_after', now(), 'fingerprint', 30000, 'window_key', 'k' || week, 'slot',
       week) || changes) r $$;
update amc_instances set max_parallel = 4 where id = 'amcpgtap1';

select throws_ok($$ select pg_temp.try(1, '{"slot": 5}') $$, '23514',
  'Slot 5 of instance amcpgtap1 does not exist: expected 1 to 4.',
  'the fifth of four slots is refused');
select throws_ok($$ select pg_temp.try(1, '{"slot": 0}') $$, '23514', null, 'so is the one before the first');
select lives_ok($$ select pg_temp.try(1, '{"slot": 4}') $$, 'the last one is there');
select lives_ok($$ select pg_temp.try(2,
  '{"slot": 5, "state": "ended", "outcome": "failed", "ended_at": "2025-03-03"}') $$,
  'what has ended tells of a slot that was there');

select * from finish();
rollback;
