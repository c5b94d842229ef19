begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(3);

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
create function pg_temp.weeks() returns text[] language sql as
  $$ select array_agg(concat_ws(' ', w.status, case when w.due_at = 'infinity' then 'held' when w.due_at is not null
  then 'due' end)
       order by w.week_start_date) from report_data_weeks w where w.collection_id = pg_temp.collection() $$;
-- Week 1 is claimed: its create is on its way.
do $$ begin perform claim_due_weeks(1); end $$;
do $$
begin
  perform report_create(pg_temp.attempt(1), 'unknown');
  update report_data_weeks set status = 'failed' where id = pg_temp.week(1);
end;
$$;
-- The owner is signed in.
do $$ begin perform set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}', true); end $$;
set local role authenticated;

select is(retry_week(pg_temp.week(1)), row('rejected', 'unsettled until 2025-03-03T12:13:40Z', 0)::control_report,
  'AMC may have it');
select is(retry_failed_weeks(pg_temp.collection()),
  row('rejected', 'unsettled until 2025-03-03T12:13:40Z', 0)::control_report, 'also if all are asked for');
select is(pg_temp.weeks(), array['failed', 'pending due', 'pending due'], 'nothing changed');

select * from finish();
rollback;
