-- The view of a series unites the versions of a query: common columns, and of each week the newest version that has it.
begin;
\ir ../../_shared/results.psql
select plan(15);

-- Another version under the same name, with a collection of the same weeks.
create temporary table of_version (version text primary key, workflow_id text, series_view text) on commit drop;
create function pg_temp.save(version text) returns void language plpgsql as $$
declare
  saved saved_workflow;
begin
  saved := save_workflow('amcpgtap1', 'Weekly campaigns',
    'select ' || quote_literal(version));
  update amc_workflows
  set created_at = amc_history.clock_now() + interval '1 day' * (select count(*) + 1 from of_version)
  where id = saved.workflow_id;
  insert into of_version values (version, saved.workflow_id, saved.series_view);
end;
$$;
-- A week of a version is collected with one row; starting_on: its first day; zone and parameters: its series.
create function pg_temp.collected(version text, starting_on date, header text[], cells jsonb, types jsonb default null,
  zone text default 'UTC', parameters jsonb default '{}')
returns void language plpgsql as $$
declare
  workflow amc_workflows;
  collection uuid;
  week uuid;
  execution text := version || starting_on || zone || md5(parameters::text);
  load uuid;
begin
  select f.* into workflow from amc_workflows f join of_version v on v.workflow_id = f.id
  where v.version = collected.version;
  perform amc_history.create_result_table(workflow, header)
  where not exists (select from amc_history.result_tables t where t.workflow_id = workflow.id);
  insert into report_data_collections as c (instance_id, workflow_id, start_date, end_date, time_zone, parameter_values)
  values ('amcpgtap1', workflow.id, starting_on, starting_on + 6, zone, parameters)
  on conflict (instance_id, workflow_id, week_starts_on, time_zone, parameters_hash) where imported_from is null
  do update set end_date = excluded.end_date returning id into collection;
  insert into report_data_weeks (collection_id, week_start_date, week_end_date)
  values (collection, starting_on, starting_on + 6) returning id into week;
  execution := regexp_replace(execution, '[^a-zA-Z0-9]', '', 'g');
  insert into workflow_executions (id, week_id, status, output_columns) values (execution, week, 'SUCCEEDED', types);
  insert into result_loads (execution_id, fence, table_name, header, complete, completed_at, summary, checksum)
  values (execution, 1, workflow.result_table, header, true, amc_history.clock_now(), '{}', '0') returning id into load;
  execute format('insert into amc_results.%I (load_id, line, %s) select $1, 1, %s', workflow.result_table,
    (select string_agg(quote_ident(h), ', ') from unnest(header) h),
    (select string_agg(quote_nullable(c), ', ' order by i)
      from jsonb_array_elements_text(cells) with ordinality t(c, i)))
  using load;
  update report_data_weeks set status = 'completed', execution_id = execution where id = week;
end;
$$;
create function pg_temp.shown(columns text default 'campaign') returns text[] language plpgsql as $$
declare
  rows text[];
begin
  execute format('select array_agg(row_text order by week_start_date, row_text collate "C")
    from (select week_start_date, concat_ws('' '', v.version, week_start_date, %s) as row_text
      from public.%I join of_version v using (workflow_id)) s', columns, (select series_view from of_version limit 1))
    into rows;
  return rows;
end;
$$;
create function pg_temp.types() returns text[] language sql as $$
  select array_agg(a.attname || ' ' || format_type(a.atttypid, null) order by a.attnum) from pg_attribute a
  where a.attrelid = ('public.' || quote_ident((select series_view from of_version limit 1)))::regclass
    and a.attnum > 12 $$;

select pg_temp.save('one');
select pg_temp.save('two');
select is((select count(distinct series_view) from of_version), 1::bigint, 'versions of one name have one view');

select pg_temp.collected('one', '2025-01-06', '{campaign,spend}', '["a", "1"]');
select is(pg_temp.types(), array['campaign text', 'spend text'], 'it is there with the first version''s columns');
select pg_temp.collected('one', '2025-01-13', '{campaign,spend}', '["b", "2"]',
  '[{"name": "campaign", "dataType": "STRING"}, {"name": "spend", "dataType": "DECIMAL"}]');
select is(pg_temp.types(), array['campaign text', 'spend numeric'], 'and with its types once AMC told them');
select pg_temp.collected('two', '2025-01-13', '{spend,campaign,clicks}', '["20", "B", "7"]');
select is(pg_temp.types(), array['spend numeric', 'campaign text'],
  'with another version it has their common columns; types that are not told yet change nothing');
select is(pg_temp.shown('campaign, spend'), array['one 2025-01-06 a 1', 'two 2025-01-13 B 20'],
  'of each week it shows the newest version that has it');
select pg_temp.collected('two', '2025-01-20', '{spend,campaign,clicks}', '["30", "C", "8"]',
  '[{"name": "campaign", "dataType": "STRING"}, {"name": "spend", "dataType": "STRING"}]');
select is(pg_temp.types(), array['spend text', 'campaign text'], 'a column of two types is text');
-- Types are learned though this view is there.
select is((select format_type(atttypid, null) from pg_attribute a join of_version v on v.version = 'one'
    join amc_workflows f on f.id = v.workflow_id
    where a.attrelid = to_regclass('public.' || quote_ident(f.results_view)) and a.attname = 'spend'),
  'numeric', 'the version''s own view keeps its types');
select pg_temp.collected('one', '2025-01-20', '{campaign,spend}', '["late", "3"]');
select is(pg_temp.shown(), array['one 2025-01-06 a', 'two 2025-01-13 B', 'two 2025-01-20 C'],
  'an older version that comes later takes no place');

-- Another series of the older version is not hidden by the newer one's.
select pg_temp.collected('one', '2025-01-13', '{campaign,spend}', '["ny", "5"]', null, 'America/New_York');
select pg_temp.collected('one', '2025-01-13', '{campaign,spend}', '["x", "5"]', null, 'UTC', '{"brand": "x"}');
select is(pg_temp.shown('series, campaign'), array['one 2025-01-06 weeks from monday, UTC a',
  'one 2025-01-13 weeks from monday, America/New_York ny', 'one 2025-01-13 weeks from monday, UTC, brand=x x',
  'two 2025-01-13 weeks from monday, UTC B', 'two 2025-01-20 weeks from monday, UTC C'], 'each series for itself');

-- Another name has another view, and so has the same name on another instance.
select isnt((save_workflow('amcpgtap1', 'Something else', 'select ''else''')).series_view,
  (select series_view from of_version limit 1), 'another name is another series');
select pg_temp.connect_instance('amcpgtap2');
select isnt((save_workflow('amcpgtap2', 'Weekly campaigns', 'select 1')).series_view,
  (select series_view from of_version limit 1), 'and another instance');

-- What depends on the view holds up no result.
do $$ begin execute format('create view public.mine as select spend from public.%I',
  (select series_view from of_version limit 1)); end $$;
select pg_temp.save('three');
select lives_ok($$ select pg_temp.collected('three', '2025-01-27', '{campaign,impressions}', '["d", "9"]') $$,
  'a version whose columns the view cannot show is loaded all the same');
select is((select count(*) from tracking_alerts where code = 'types_not_applied'
    and message like '%' || (select series_view from of_version limit 1) || '%create_series_view%'), 1::bigint,
  'an alert says what to do');
drop view public.mine;
select amc_history.create_series_view(series_view) from of_version limit 1;
select is(pg_temp.shown(), array['one 2025-01-06 a', 'one 2025-01-13 ny', 'one 2025-01-13 x', 'two 2025-01-13 B',
  'two 2025-01-20 C', 'three 2025-01-27 d'], 'then it shows all');

delete from amc_history.result_tables t using of_version v where v.workflow_id = t.workflow_id and v.version = 'three';
select is(pg_temp.types(), array['spend text', 'campaign text'], 'a version that is gone leaves the others');

select * from finish();
rollback;
