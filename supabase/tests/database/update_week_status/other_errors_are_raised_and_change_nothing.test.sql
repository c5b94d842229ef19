begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(10);

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
-- A database that refuses executions with whatever SQLSTATE test.sqlstate says.
create function pg_temp.refuse_execution() returns trigger language plpgsql as $$
begin
  raise exception 'refused for a test' using errcode = current_setting('test.sqlstate');
end;
$$;
create trigger refuse_execution before insert on workflow_executions
  for each row execute function pg_temp.refuse_execution();
set local role service_role;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);
create function pg_temp.sqlstate_of(code text) returns text language plpgsql as $$
begin
  perform set_config('test.sqlstate', code, true);
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1');
  return 'no error';
exception
  -- "others" leaves cancellations out.
  when query_canceled or others then
    return sqlstate;
end;
$$;

select is(pg_temp.sqlstate_of(code), code, what || ' is raised')
from (values ('40P01', 'a deadlock'), ('40001', 'a serialization failure'), ('57014', 'a cancellation'),
  ('53100', 'a full disk'), ('55P03', 'a lock that was not to be had'), ('42501', 'a missing right'),
  ('P0001', 'a bug')) as t(code, what);
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'nothing changed');
select is((select count(*) from tracking_events where week_id = pg_temp.week(1)), 0::bigint, 'there is no event');
select is((select count(*) from tracking_alerts where week_id = pg_temp.week(1)), 0::bigint, 'nor an alert');

select * from finish();
rollback;
