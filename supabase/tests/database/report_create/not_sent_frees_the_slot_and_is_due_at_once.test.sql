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
create function pg_temp.seen() returns text language sql as
  $$ select concat_ws(' ', w.status, 'due', coalesce(to_char(w.due_at at time zone 'UTC', 'HH24:MI:SS'), 'never'),
  'errors',
       w.error_count, '-', a.state, coalesce(a.outcome, 'live'))
     from report_data_weeks w join week_attempts a on a.week_id = w.id where a.id = pg_temp.attempt(1) $$;
set local role service_role;
-- Week 1 is claimed: its create is on its way.
do $$ begin perform claim_due_weeks(1); end $$;

select is(report_create(pg_temp.attempt(1), 'not_sent', null, 'No token.'),
  row('applied', null, 'running', null)::tracking_report, 'it is applied');
select is(pg_temp.seen(), 'running due 12:00:00 errors 0 - ended not_sent',
  'the attempt has ended, the week is due, no error is counted');
select is((select paused_until from amc_instances where id = 'amcpgtap1'), null, 'the instance is not paused');
do $$ begin perform claim_due_weeks(1); end $$;
select is((select number from week_attempts where id = pg_temp.attempt(1)), 2, 'the week can be claimed again');

select * from finish();
rollback;
