begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(9);

-- The clock stands still. One instance, one workflow and a collection of three weeks: of 6, 13 and 20 January 2025.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test');
  perform private.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
    save_workflow('amcpgtap1', 'Weekly campaigns', 'select campaign, impressions from sponsored_ads_traffic'),
    start_date => '2025-01-06', end_date => '2025-01-26');
  -- AMC's list was read for it, so that its weeks may begin.
  update report_data_collections set surveyed_at = private.current_time() where instance_id = 'amcpgtap1';
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
  $$ select id from result_loads where execution_id = 'exec-1' order by started_at desc limit 1 $$;
create function pg_temp.view_types() returns text[] language sql as $$
  select array_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum) from pg_attribute a
  where a.attrelid = ('public.results_' || (select table_name from result_loads limit 1))::regclass and a.attnum > 10 $$;
create function pg_temp.cells(prefix text) returns text language plpgsql as $$
declare
  cells text;
begin
  execute format('select string_agg(r::text, '' '' order by line) from (select line, campaign, clicks, sold, day from public.%I) r',
    prefix || (select table_name from result_loads limit 1)) into cells;
  return cells;
end;
$$;
create function pg_temp.load(execution text) returns void language plpgsql as $$
begin
  update report_data_weeks set due_at = private.current_time() - interval '1 day' where id = pg_temp.week(1);
  perform claim_due_weeks(1);
  perform record_execution(pg_temp.attempt(1), execution, '{"status": "RUNNING"}');
  perform private.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks', 'sold', 'day']);
end;
$$;
create function pg_temp.finish(execution text) returns void language plpgsql as $$
declare
  load uuid := (select id from result_loads where execution_id = execution);
begin
  perform private.open_load(load);
  execute format('insert into amc_results.%I (campaign, clicks, sold, day) values
    (''90071992547409931'', ''7'', ''1.50'', ''2025-01-06''), ('''', null, ''many'', ''today'')',
    (select table_name from result_loads where id = load));
  perform private.finish_load(load_id => load, attempt_id => pg_temp.attempt(1), fence => 1, bytes => 1,
    checksum => 'c', files => 1);
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{}', execution);
end;
$$;
create function pg_temp.tell(execution text) returns void language sql as $$
  update workflow_executions set output_columns = '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"}, {"name": "sold", "dataType": "DECIMAL", "columnType": "METRIC"},
    {"name": "day", "dataType": "DATE", "columnType": "DIMENSION"}]' where id = execution $$;

do $$ begin perform pg_temp.load('exec-1'); perform pg_temp.finish('exec-1'); end $$;
select is(pg_temp.view_types(), array['text', 'text', 'text', 'text'], 'unknown columns are text');
do $$ begin perform pg_temp.load('exec-2'); end $$;
select is(pg_temp.view_types(), array['text', 'text', 'text', 'text'], 'and stay so while nothing is told');
do $$ begin perform pg_temp.tell('exec-2'); perform pg_temp.finish('exec-2'); end $$;
select is(pg_temp.view_types(), array['text', 'numeric', 'numeric', 'date'], 'with the end of the load that knows, the view is typed');
select is(pg_temp.cells('results_'), '(1,90071992547409931,7,1.50,2025-01-06) (2,"",,,)',
  'what does not fit is null; an id keeps its digits; quoted empty text stays');
select is(pg_temp.cells('raw_'), '(1,90071992547409931,7,1.50,2025-01-06) (2,"",,many,today)', 'the text can still be read');
select is((select output_columns from amc_workflows where instance_id = 'amcpgtap1'),
  (select output_columns from workflow_executions where id = 'exec-2'), 'the workflow''s columns are known');
select is((select array_agg(privilege_type || ' ' || grantee order by grantee) from information_schema.role_table_grants
  where table_name = 'results_' || (select table_name from result_loads limit 1) and grantee <> 'postgres'),
  array['SELECT authenticated', 'SELECT service_role'], 'the new view is granted as the old one was');

-- As if the types were still to be learned, with something that depends on the view.
do $$
begin
  update private.result_tables set types = null;
  execute format('create view public.own as select clicks from public.%I', (select view_name from private.result_tables));
  perform pg_temp.load('exec-3');
  perform pg_temp.tell('exec-3');
  perform pg_temp.finish('exec-3');
end;
$$;
select is((select status || ' ' || execution_id from report_data_weeks where id = pg_temp.week(1)), 'completed exec-3',
  'a view that something depends on does not hold the result up');
select is((select array_agg(code) from tracking_alerts), array['types_not_applied'], 'but a person is told');

select * from finish();
rollback;
