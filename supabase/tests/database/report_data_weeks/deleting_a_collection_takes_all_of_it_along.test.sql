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
create function pg_temp.load_id() returns uuid language sql as
  $$ select id from result_loads where execution_id = 'exec-1' $$;
create function pg_temp.count_rows() returns bigint language plpgsql as $$
declare
  n bigint;
begin
  execute format('select count(*) from amc_results.%I', (select table_name from amc_history.result_tables
    where workflow_id = (select workflow_id from report_data_collections where instance_id = 'amcpgtap1' limit 1)))
    into n;
  return n;
end;
$$;
-- Week 1 is collected with a row, week 2 runs, week 3 is claimed; an alert is open.
-- Commits what was copied as all of the result's only file, and completes the load.
create function pg_temp.finish(load_id uuid, attempt_id uuid, fence integer) returns jsonb language plpgsql as $$
declare
  copied bigint;
begin
  execute format('select count(*) from amc_results.%I where load_id = $1',
    (select table_name from result_loads l where l.id = finish.load_id)) into copied using finish.load_id;
  perform amc_history.commit_segment(jsonb_build_object('load_id', finish.load_id, 'attempt_id', finish.attempt_id,
    'fence', finish.fence, 'from', '{"file": 0, "byte_offset": 0}'::jsonb,
    'to', '{"file": 1, "byte_offset": 0, "lines": 0}'::jsonb,
    'records', copied, 'bytes', 99, 'digests', jsonb_build_array(repeat('ab', 32))));
  return amc_history.finish_load(finish.load_id, finish.attempt_id, finish.fence);
end;
$$;
do $$
begin
  perform claim_due_weeks(3);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform record_execution(pg_temp.attempt(2), 'exec-2');
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign']);
  perform amc_history.open_load(pg_temp.load_id(), 1);
  execute format('insert into amc_results.%I (campaign) values (%L)', (select table_name from result_loads), 'a');
  perform pg_temp.finish(pg_temp.load_id(), pg_temp.attempt(1), 1);
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1');
  perform amc_history.raise_alert('test', 'look', 'amcpgtap1', pg_temp.week(1));
  create temporary table names on commit drop as select table_name from amc_history.result_tables t
    join report_data_collections c on c.workflow_id = t.workflow_id where c.id = pg_temp.collection();
end;
$$;
create temporary table weeks on commit drop as select id from report_data_weeks
  where collection_id = pg_temp.collection();
create function pg_temp.counts() returns bigint[] language sql as
  $$ select array[
       (select count(*) from report_data_weeks where id in (select id from weeks)),
       (select count(*) from week_attempts where week_id in (select id from weeks)),
       (select count(*) from workflow_executions where id in ('exec-1', 'exec-2')),
       (select count(*) from result_loads where execution_id in ('exec-1', 'exec-2')),
       (select count(*) from tracking_alerts where code = 'test')] $$;

select is(pg_temp.counts(), array[3, 3, 2, 1, 1]::bigint[],
  'there are weeks, attempts, executions, a load and an alert');
select lives_ok($$ delete from report_data_collections where id = pg_temp.collection() $$,
  'a collection can be deleted');
-- The foreign key from attempts to executions is deferred: it is checked here and not at the end.
select lives_ok('set constraints all immediate', 'nothing is left that names what is gone');
select is(pg_temp.counts(), array[0, 0, 0, 0, 0]::bigint[], 'all of it went along');
select cmp_ok((select count(*) from tracking_events where week_id in (select id from weeks)), '>', 0::bigint,
  'the events that tell of it stay');
create function pg_temp.rows_left() returns bigint language plpgsql as $$
declare
  n bigint;
begin
  execute format('select count(*) from amc_results.%I', (select table_name from names)) into n;
  return n;
end;
$$;
select is(pg_temp.rows_left(), 0::bigint, 'the rows of its results went along');

select * from finish();
rollback;
