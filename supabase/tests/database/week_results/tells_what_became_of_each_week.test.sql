begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(8);

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
  -- Eleven weeks more, one for each state.
  update report_data_collections set end_date = '2025-02-23' where id = pg_temp.collection();
  insert into report_data_weeks (collection_id, week_start_date, week_end_date)
  select pg_temp.collection(), d::date, d::date + 6 from generate_series(timestamp '2025-01-27', timestamp '2025-02-17', interval '7 days') d;
  perform pg_temp.load(1, 'exec-1', array['campaign', 'filtered'], '[["a", "FALSE"], ["b", "TRUE"], ["c", "TRUE"]]');
  perform pg_temp.show(1, 'exec-1');
  perform pg_temp.load(2, 'exec-2', array['campaign', 'filtered'], '[]');
  perform pg_temp.show(2, 'exec-2');
  perform pg_temp.load(3, 'exec-3', array['campaign', 'filtered'], '[["a", "FALSE"]]');
  perform pg_temp.show(3, 'exec-3');
  perform update_week_status(pg_temp.collection(), pg_temp.week(4), 'completed', '{}', 'exec-4');
  perform update_week_status(pg_temp.collection(), pg_temp.week(5), 'failed');
  update report_data_weeks set error_code = 'result_gone' where id = pg_temp.week(5);
  perform update_week_status(pg_temp.collection(), pg_temp.week(6), 'skipped');
  perform update_week_status(pg_temp.collection(), pg_temp.week(7), 'failed');
end;
$$;
create function pg_temp.results() returns text[] language sql as $$
  select array_agg(concat_ws(' ', state, records, filtered_records) order by week_start_date)
  from week_results where collection_id = pg_temp.collection() $$;
create function pg_temp.versions() returns text language sql as $$
  select concat_ws(' ', execution_id, restating, superseded_versions, restated_at at time zone 'UTC')
  from week_results where week_id = pg_temp.week(1) $$;

do $$ begin perform set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}', true); end $$;
set local role authenticated;

select is(pg_temp.results(), array['filtered 3 2', 'empty 0 0', 'rows 1 0', 'reported', 'gone', 'skipped', 'failed'],
  'filtered, empty, rows, reported, gone, skipped and failed weeks are told apart');
select is(pg_temp.versions(), 'exec-1 f 0', 'the first result');
reset role;
do $$ begin perform restate_week(pg_temp.week(1)); end $$;
select is(pg_temp.versions(), 'exec-1 t 0', 'due to be restated');
do $$ begin perform pg_temp.load(1, 'exec-5', array['campaign', 'filtered'], '[["a", "FALSE"]]'); end $$;
select is(pg_temp.versions(), 'exec-1 t 0', 'a result that is in and not shown is no earlier version');
do $$ begin perform pg_temp.show(1, 'exec-5'); end $$;
select is(pg_temp.versions(), 'exec-5 f 1 2025-03-03 12:00:00', 'restated');
do $$
begin
  update report_data_weeks set status = 'pending', finished_at = null, due_at = amc_history.clock_now() where id = pg_temp.week(7);
end;
$$;
select is((pg_temp.results())[7], 'waiting', 'waiting');
do $$ begin perform claim_due_weeks(1); end $$;
select is((pg_temp.results())[7], 'running', 'running');
do $$ begin perform set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000002", "role": "authenticated"}', true); end $$;
set local role authenticated;
select is_empty('select * from week_results', 'another user sees none');

select * from finish();
rollback;
