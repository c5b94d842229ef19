begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(11);

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
create function pg_temp.refusal(query text) returns text language plpgsql as $$
declare
  code text;
  state text;
begin
  execute query;
  return null;
exception when others then
  get stacked diagnostics code = pg_exception_detail, state = returned_sqlstate;
  return concat_ws(' ', state, nullif(code, ''));
end;
$$;

create temporary table known as select pg_temp.collection() as collection;
grant select on known to authenticated;
do $$ begin perform set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}', true); end $$;
set local role authenticated;

select is((select set_restatement_policy(collection, 4) from known), row('applied', null, 0)::control_report, 'it is applied');
select is((select (restate_weeks, restate_every_days)::text from report_data_collections), '(4,7)', 'every seven days unless said otherwise');
select is((select set_restatement_policy(collection, 4, 7) from known), row('already_applied', null, 0)::control_report, 'again is no change');
select is((select set_restatement_policy(collection, 0, 14) from known), row('applied', null, 0)::control_report, 'it can be turned off');
select is(pg_temp.refusal(format('select set_restatement_policy(collection, %s) from known', p)), '22023 restatement_out_of_range', p || ' is refused')
from unnest(array['-1, 7', '13, 7', '2, 0', '2, 91', 'null, 7']) p;
do $$ begin perform cancel_collection(collection) from known; end $$;
select is((select set_restatement_policy(collection, 1) from known), row('rejected', 'collection_is_cancelled', 0)::control_report,
  'a cancelled collection is restated no more');
do $$ begin perform set_config('request.jwt.claims',
  '{"sub": "a0000000-0000-4000-8000-000000000002", "role": "authenticated"}', true); end $$;
select is(pg_temp.refusal('select set_restatement_policy(collection, 1) from known'), 'PT404 collection_not_found', 'another''s');

select * from finish();
rollback;
