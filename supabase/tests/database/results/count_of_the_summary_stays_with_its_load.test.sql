begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(2);

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
-- An execution of week n with these rows (null is bare empty), loaded; the week shows it.
create function pg_temp.load(n integer, execution text, header text[], cells jsonb, told jsonb default null) returns void
language plpgsql as $$
declare
  workflow text := (select workflow_id from report_data_collections where id = pg_temp.collection());
  target text;
  load uuid;
begin
  update report_data_weeks set due_at = amc_history.clock_now() - interval '1 day' where id = pg_temp.week(n);
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(n), execution, '{"status": "SUCCEEDED"}');
  update workflow_executions set output_columns = told where id = execution;
  select t.table_name into target from amc_history.result_tables t where t.workflow_id = workflow;
  if not found then
    target := (amc_history.create_result_table(workflow, header)).table_name;
  end if;
  insert into result_loads (execution_id, fence, table_name, header) values (execution, 1, target, header) returning id into load;
  execute format('insert into amc_results.%I select $1, i, %s from jsonb_array_elements($2) with ordinality as t(r, i)', target,
    (select string_agg(format('r ->> %s', i - 1), ', ' order by i) from generate_subscripts(header, 1) i)) using load, cells;
  update result_loads set complete = true, completed_at = amc_history.clock_now(), summary = '{}', checksum = 'c0ffee',
    records = jsonb_array_length(cells), bytes = 100, file = 1 where id = load;
end;
$$;
create function pg_temp.show(n integer, execution text) returns text language sql as $$
  select (update_week_status(pg_temp.collection(), pg_temp.week(n), 'completed', '{}', execution)).outcome $$;
do $$
begin
  perform pg_temp.load(1, 'exec-1', array['campaign'], '[["a"]]');
  update result_loads set complete = false, completed_at = null;
end;
$$;
update result_loads set complete = true, completed_at = amc_history.clock_now(), summary = '{"uncast": {"a": 1}}';
select results_eq('select uncast, cells_checked_at from result_loads', $$ select '{"a": 1}'::jsonb, amc_history.clock_now() $$,
  'what was counted within the load');
update result_loads set complete = false, completed_at = null, cells_checked_at = null;
update result_loads set complete = true, completed_at = amc_history.clock_now(), summary = '{}';
select is((select cells_checked_at from result_loads), null, 'nothing, if that was left for later');

select * from finish();
rollback;
