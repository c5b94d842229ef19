begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(6);

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
create function pg_temp.try(week integer, changes jsonb) returns void language sql as
  $$ insert into week_attempts select r.* from jsonb_populate_record(null::week_attempts,
  jsonb_build_object('id', gen_random_uuid(),
       'week_id', pg_temp.week(week), 'instance_id', 'amcpgtap1', 'number', 9, 'kind', 'collected', 'state',
       'intended', 'fence', 1,
       'intended_at', now(), 'settle_after', now(), 'fingerprint', 30000, 'window_key', 'k' || week, 'slot',
       week) || changes) r $$;
do $$ begin perform pg_temp.try(1, '{}'); end $$;

select throws_ok($$ select pg_temp.try(1, '{"number": 10, "slot": 5, "window_key": "x"}') $$, '23505',
  'duplicate key value violates unique constraint "one_live_attempt_per_week"', 'a week has one live attempt');
select throws_ok($$ select pg_temp.try(2, '{"slot": 1}') $$, '23505',
  'duplicate key value violates unique constraint "one_live_attempt_per_slot"', 'a slot has one');
select throws_ok($$ select pg_temp.try(2, '{"window_key": "k1"}') $$, '23505',
  'duplicate key value violates unique constraint "one_live_attempt_per_window"', 'a window has one');
select throws_ok($$ select pg_temp.try(1, '{"state": "ended", "outcome": "failed", "ended_at": "2025-03-03"}') $$,
  '23505',
  'duplicate key value violates unique constraint "week_attempts_week_id_number_key"', 'a number is given once');
select lives_ok($$ select pg_temp.try(2, '{"number": 10}') $$, 'another week in another slot is free');
do $$ begin perform amc_history.end_attempt(pg_temp.attempt(1), 'failed'); end $$;
select lives_ok($$ select pg_temp.try(1, '{"number": 10}') $$, 'an ended attempt holds nothing');

select * from finish();
rollback;
