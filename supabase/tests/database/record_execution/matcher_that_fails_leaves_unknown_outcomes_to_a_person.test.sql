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
set local role service_role;
do $$ begin perform claim_due_weeks(3); end $$;

do $$ begin perform record_execution(pg_temp.attempt(1), 'exec-1', '{"matcher_proved": true}'); end $$;
create function pg_temp.matcher() returns text[] language sql as $$
  select array[case when i.matcher_proved_at is not null then 'proved' end,
    (select string_agg(t.code, ' ') from tracking_alerts t where t.instance_id = i.id and t.resolved_at is null)]
  from amc_instances i where i.id = 'amcpgtap1';
$$;

select is(pg_temp.matcher(), array['proved', null], 'an answer that echoes what was sent proves it');
do $$ begin perform record_execution(pg_temp.attempt(2), 'exec-2', '{"matcher_proved": false}'); end $$;
select is(pg_temp.matcher(), array[null, 'matcher_failed'], 'one that does not takes that back, and a person is told');
do $$
begin
  perform report_create(pg_temp.attempt(3), 'unknown');
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
end;
$$;
select is(settle_attempt(pg_temp.attempt(3), '2025-03-03T13:00:00Z'),
  row('waiting', 'matcher_not_proved', 'running', null)::tracking_report, 'what the list does not show proves nothing then');
select is(record_execution(pg_temp.attempt(2), 'exec-2', '{"status": "RUNNING"}', true),
  row('already_recorded', null, 'running', 'exec-2')::tracking_report, 'what is found in the list');
select is(pg_temp.matcher(), array[null, 'matcher_failed unknown_outcome'], 'says nothing of what creates answer');
do $$ begin perform record_execution(pg_temp.attempt(2), 'exec-2', '{"matcher_proved": true}'); end $$;
select is(pg_temp.matcher(), array['proved', 'unknown_outcome'], 'until an answer proves it anew');

select * from finish();
rollback;
