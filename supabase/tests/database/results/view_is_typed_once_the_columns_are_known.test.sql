-- The view gets its types as soon as the workflow's columns are known.
begin;
\ir ../../_shared/results.psql
select plan(9);

create function pg_temp.table_name() returns text language sql as $$ select table_name from result_loads limit 1 $$;
create function pg_temp.view_types() returns text[] language sql as $$
  select array_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum) from pg_attribute a
  where a.attrelid = ('public.results_' || pg_temp.table_name())::regclass and a.attname in ('campaign', 'clicks',
  'sold', 'day') $$;
create function pg_temp.cells(prefix text) returns text language plpgsql as $$
declare
  cells text;
begin
  execute format('select string_agg(r::text, '' '' order by line)
    from (select line, campaign, clicks, sold, day from public.%I) r',
    prefix || pg_temp.table_name()) into cells;
  return cells;
end;
$$;
create function pg_temp.next(execution text, output_columns jsonb) returns void language sql as $$
  select pg_temp.load(1, execution, array['campaign', 'clicks', 'sold', 'day'],
    '[["90071992547409931", "7", "1.50", "2025-01-06"], ["", null, "many", "today"]]', output_columns);
  select pg_temp.show(1, execution) $$;

do $$ begin perform pg_temp.next('exec-1', '[]'); end $$;
select is(pg_temp.view_types(), array['text', 'text', 'text', 'text'], 'columns whose type is not reported are text');
-- A load begins before AMC reports the columns, and completes after.
do $$
begin
  perform pg_temp.make_due(2);
  perform pg_temp.run_week(2, 'exec-2');
  insert into result_loads (execution_id, fence, table_name, header) select 'exec-2', 1, table_name,
  header from amc_history.result_tables;
  update workflow_executions set output_columns = '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"},
    {"name": "sold", "dataType": "DECIMAL", "columnType": "METRIC"},
    {"name": "day", "dataType": "DATE", "columnType": "DIMENSION"}]' where id = 'exec-2';
end;
$$;
select is(pg_temp.view_types(), array['text', 'text', 'text', 'text'], 'and stay so until a load reports types');
update result_loads set complete = true, completed_at = amc_history.clock_now(), summary = '{}',
  checksum = 'c' where execution_id = 'exec-2';
select is(pg_temp.view_types(), array['text', 'numeric', 'numeric', 'date'],
  'once a load knows them, the view is typed');
select is(pg_temp.cells('results_'), '(1,90071992547409931,7,1.50,2025-01-06) (2,"",,,)',
  'what does not fit is null; an id keeps its digits; quoted empty text stays');
select is(pg_temp.cells('raw_'), '(1,90071992547409931,7,1.50,2025-01-06) (2,"",,many,today)',
  'the text can still be read');
select is((select output_columns from amc_workflows where instance_id = 'amcpgtap1'),
  (select output_columns from workflow_executions where id = 'exec-2'), 'the workflow''s columns are known');
select is((select array_agg(privilege_type || ' ' || grantee order by grantee) from information_schema.role_table_grants
  where table_name = 'results_' || pg_temp.table_name() and grantee <> 'postgres'),
  array['SELECT amc_history_reader', 'SELECT authenticated', 'SELECT service_role'],
  'the new view is granted as the old one was');

-- The types are unknown again, and something depends on the view.
do $$
begin
  update amc_history.result_tables set types = null;
  perform amc_history.create_result_views(t) from amc_history.result_tables t;
  execute format('create view public.own as select clicks from public.%I', (select results_view from amc_workflows));
  perform pg_temp.next('exec-3', '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"},
    {"name": "sold", "dataType": "DECIMAL", "columnType": "METRIC"},
    {"name": "day", "dataType": "DATE", "columnType": "DIMENSION"}]');
end;
$$;
select is((select status || ' ' || execution_id from report_data_weeks where id = pg_temp.week(1)), 'completed exec-3',
  'a view that something depends on does not stop the result');
select is((select array_agg(code) from tracking_alerts), array['types_not_applied'], 'but an alert is raised');

select * from finish();
rollback;
