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
create function pg_temp.compared(a text, b text, max_rows integer default 100) returns jsonb language sql as $$
  select compare_executions(a, b, max_rows) $$;
create function pg_temp.counts(compared jsonb) returns text language sql as $$
  select concat_ws(' ', coalesce(compared ->> 'key', 'no key'), compared ->> 'added', compared ->> 'removed', compared ->> 'changed', compared ->> 'unchanged') $$;
create function pg_temp.next(execution text, cells jsonb, told jsonb) returns void language sql as $$
  select pg_temp.load(1, execution, array['campaign', 'site', 'clicks', 'filtered'], cells, told);
  select pg_temp.show(1, execution) $$;
do $$
begin
  perform pg_temp.next('exec-1', '[["1", "x", "10", "FALSE"], ["1", "y", "20", "FALSE"], ["2", null, "30", "FALSE"], ["2", "", "40", "FALSE"], ["3", "x", "50", "FALSE"]]', '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"}, {"name": "site", "dataType": "STRING", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"}, {"name": "filtered", "dataType": "BOOLEAN", "columnType": "DIMENSION"}]');
  perform pg_temp.next('exec-2', '[["4", "x", "60", "FALSE"], ["2", "", "41", "FALSE"], ["2", null, "30", "FALSE"], ["1", "x", "10", "TRUE"], ["1", "y", "20", "FALSE"]]', null);
end;
$$;
do $$ begin perform set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}', true); end $$;
set local role authenticated;

select is(pg_temp.counts(pg_temp.compared('exec-1', 'exec-2')), '["campaign", "site"] 1 1 2 2',
  'by dimensions, though one of the two did not tell them; an empty text is another key than none');
select is(pg_temp.compared('exec-1', 'exec-2') -> 'rows', '{
  "added": [{"line": 1, "campaign": "4", "site": "x", "clicks": 60, "filtered": false}],
  "removed": [{"line": 5, "campaign": "3", "site": "x", "clicks": 50, "filtered": false}],
  "changed": [{"before": {"line": 4, "campaign": "2", "site": "", "clicks": 40, "filtered": false},
      "after": {"line": 2, "campaign": "2", "site": "", "clicks": 41, "filtered": false}, "columns": ["clicks"]},
    {"before": {"line": 1, "campaign": "1", "site": "x", "clicks": 10, "filtered": false},
      "after": {"line": 4, "campaign": "1", "site": "x", "clicks": 10, "filtered": true}, "columns": ["filtered"]}]}'::jsonb,
  'with the rows themselves, in the order of their lines');
select is(pg_temp.counts(pg_temp.compared('exec-2', 'exec-1')), '["campaign", "site"] 1 1 2 2', 'and the other way round');
select is(pg_temp.counts(pg_temp.compared('exec-1', 'exec-1')), '["campaign", "site"] 0 0 0 5', 'nothing changed');
select is(pg_temp.compared('exec-1', 'exec-2', 1) -> 'rows' -> 'changed' -> 1, null, 'no more rows than asked for');
select is(pg_temp.counts(pg_temp.compared('exec-1', 'exec-2', 0)), '["campaign", "site"] 1 1 2 2', 'the counts are of all');
reset role;
do $$
begin
  perform pg_temp.next('exec-3', '[["1", "x", "10", "FALSE"], ["1", "x", "10", "FALSE"], ["1", "x", "11", "FALSE"], ["2", "x", "5", "FALSE"]]', '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"}, {"name": "site", "dataType": "STRING", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"}, {"name": "filtered", "dataType": "BOOLEAN", "columnType": "DIMENSION"}]');
  perform pg_temp.next('exec-4', '[["1", "x", "11", "FALSE"], ["1", "x", "10", "FALSE"], ["1", "x", "12", "FALSE"]]', '[{"name": "campaign", "dataType": "LONG", "columnType": "DIMENSION"}, {"name": "site", "dataType": "STRING", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"}, {"name": "filtered", "dataType": "BOOLEAN", "columnType": "DIMENSION"}]');
end;
$$;
set local role authenticated;

select is(pg_temp.counts(pg_temp.compared('exec-3', 'exec-4')), 'no key 1 2 0 2',
  'where dimensions do not tell rows apart, by whole rows, equal ones counted');
select is(pg_temp.counts(pg_temp.compared('exec-4', 'exec-2')), 'no key 5 3 0 0', 'also if in one result only');
reset role;
update workflow_executions set output_columns = null;
update amc_workflows set output_columns = null;
set local role authenticated;

select is(pg_temp.counts(pg_temp.compared('exec-1', 'exec-2')), 'no key 3 3 0 2', 'and where nothing was told');

select * from finish();
rollback;
