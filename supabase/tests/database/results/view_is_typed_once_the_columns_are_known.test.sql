begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(9);

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
create function pg_temp.table_name() returns text language sql as $$ select table_name from result_loads limit 1 $$;
create function pg_temp.view_types() returns text[] language sql as $$
  select array_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum) from pg_attribute a
  where a.attrelid = ('public.results_' || pg_temp.table_name())::regclass and a.attname in ('campaign', 'clicks', 'sold', 'day') $$;
create function pg_temp.cells(prefix text) returns text language plpgsql as $$
declare
  cells text;
begin
  execute format('select string_agg(r::text, '' '' order by line) from (select line, campaign, clicks, sold, day from public.%I) r',
    prefix || pg_temp.table_name()) into cells;
  return cells;
end;
$$;
create function pg_temp.next(execution text, told jsonb) returns void language sql as $$
  select pg_temp.load(1, execution, array['campaign', 'clicks', 'sold', 'day'],
    '[["90071992547409931", "7", "1.50", "2025-01-06"], ["", null, "many", "today"]]', told);
  select pg_temp.show(1, execution) $$;

do $$ begin perform pg_temp.next('exec-1', '[]'); end $$;
select is(pg_temp.view_types(), array['text', 'text', 'text', 'text'], 'columns of which nothing is told are text');
-- A load that begins before AMC has told, and is complete after.
do $$
begin
  update report_data_weeks set due_at = amc_history.clock_now() - interval '1 day' where id = pg_temp.week(2);
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(2), 'exec-2');
  insert into result_loads (execution_id, fence, table_name, header) select 'exec-2', 1, table_name, header from amc_history.result_tables;
  update workflow_executions set output_columns = '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"}, {"name": "sold", "dataType": "DECIMAL", "columnType": "METRIC"},
    {"name": "day", "dataType": "DATE", "columnType": "DIMENSION"}]' where id = 'exec-2';
end;
$$;
select is(pg_temp.view_types(), array['text', 'text', 'text', 'text'], 'and stay so while no load has told more');
update result_loads set complete = true, completed_at = amc_history.clock_now(), summary = '{}', checksum = 'c' where execution_id = 'exec-2';
select is(pg_temp.view_types(), array['text', 'numeric', 'numeric', 'date'], 'once a load knows them, the view is typed');
select is(pg_temp.cells('results_'), '(1,90071992547409931,7,1.50,2025-01-06) (2,"",,,)',
  'what does not fit is null; an id keeps its digits; quoted empty text stays');
select is(pg_temp.cells('raw_'), '(1,90071992547409931,7,1.50,2025-01-06) (2,"",,many,today)', 'the text can still be read');
select is((select output_columns from amc_workflows where instance_id = 'amcpgtap1'),
  (select output_columns from workflow_executions where id = 'exec-2'), 'the workflow''s columns are known');
select is((select array_agg(privilege_type || ' ' || grantee order by grantee) from information_schema.role_table_grants
  where table_name = 'results_' || pg_temp.table_name() and grantee <> 'postgres'),
  array['SELECT authenticated', 'SELECT service_role'], 'the new view is granted as the old one was');

-- As if the types were still to be learned, with something that depends on the view.
do $$
begin
  update amc_history.result_tables set types = null;
  execute format('create view public.own as select clicks from public.%I', (select view_name from amc_history.result_tables));
  perform pg_temp.next('exec-3', '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"}, {"name": "sold", "dataType": "DECIMAL", "columnType": "METRIC"},
    {"name": "day", "dataType": "DATE", "columnType": "DIMENSION"}]');
end;
$$;
select is((select status || ' ' || execution_id from report_data_weeks where id = pg_temp.week(1)), 'completed exec-3',
  'a view that something depends on does not hold the result up');
select is((select array_agg(code) from tracking_alerts), array['types_not_applied'], 'but a person is told');

select * from finish();
rollback;
