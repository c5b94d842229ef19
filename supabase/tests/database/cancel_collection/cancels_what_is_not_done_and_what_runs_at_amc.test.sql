begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(16);

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
-- Week 1 runs as exec-1, the create of week 2 got no answer.
do $$
begin
  perform claim_due_weeks(2);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform report_create(pg_temp.attempt(2), 'unknown');
end;
$$;
-- The owner is signed in.
do $$ begin perform set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}', true); end $$;
set local role authenticated;

select is(cancel_collection(pg_temp.collection()), row('applied', null, 3)::control_report,
  'three weeks are cancelled');
select is(pg_temp.weeks(), array['cancelled', 'cancelled', 'cancelled'], 'none is due');
select is(cancel_collection(pg_temp.collection()), row('already_applied', null, 0)::control_report,
  'again is no change');
select is(pause_collection(pg_temp.collection()), row('rejected', 'collection_is_cancelled', 0)::control_report,
  'it cannot be paused any more');
select is(resume_collection(pg_temp.collection()), row('rejected', 'collection_is_cancelled', 0)::control_report,
  'nor resumed');
select is(retry_week(pg_temp.week(3)), row('rejected', 'collection_is_cancelled', 0)::control_report,
  'nor tried again');
reset role;
select is((select array_agg(state order by slot) from week_attempts where instance_id = 'amcpgtap1'),
  array['created', 'unknown'],
  'the attempts live until AMC is known to have ended them');
select is((select array_agg(execution_id) from claim_cancellations()), array['exec-1'],
  'the known execution is to be cancelled at AMC');
select is(record_execution(pg_temp.attempt(2), 'exec-2', null, true),
  row('recorded', null, 'cancelled', 'exec-2')::tracking_report, 'the other''s id is recorded once it is known');
select is((select array_agg(execution_id) from claim_cancellations()), array['exec-2'], 'and then to be cancelled too');
select is((select count(*) from claim_cancellations()), 0::bigint, 'each is asked for once a minute');
do $$ begin perform set_config('amc_history.clock', '2025-03-03T12:01:00Z', true); end $$;
select is((select count(*) from claim_cancellations()), 2::bigint, 'until AMC shows that it ended');
do $$ begin perform record_cancellation('exec-1', '{"id": "exec-1", "status": "RUNNING"}'); end $$;
select is((select state from week_attempts where execution_id = 'exec-1'), 'created',
  'an answer that it still runs frees no slot');
do $$
begin
  perform record_cancellation('exec-1', '{"id": "exec-1", "status": "CANCELLED"}');
  perform record_cancellation('exec-2', '{"id": "exec-2", "status": "SUCCEEDED"}');
  perform set_config('amc_history.clock', '2025-03-03T12:02:00Z', true);
end;
$$;
select is((select array_agg(state || ' ' || outcome order by slot) from week_attempts where instance_id = 'amcpgtap1'),
  array['ended cancelled', 'ended cancelled'], 'then the attempts have ended');
select is((select count(*) from claim_cancellations()), 0::bigint, 'and nothing is left to cancel');
select is(pg_temp.weeks(), array['cancelled', 'cancelled', 'cancelled'], 'the weeks stay cancelled');

select * from finish();
rollback;
