-- A header with columns more or less holds its workflow's loads, once, and fails nothing; others go on.
begin;
\ir ../../_shared/results.psql
select plan(12);

do $$
begin
  perform pg_temp.load(1, 'exec-1', array['campaign', 'clicks'], '[["x", "1"]]');
  perform pg_temp.show(1, 'exec-1');
  perform pg_temp.run_week(2, 'exec-2', 'SUCCEEDED');
  perform pg_temp.run_week(3, 'exec-3', 'SUCCEEDED');
  perform pg_temp.start_collection(1, instance => 'amcpgtap2');
  perform record_execution((claim_due_weeks(1)).attempt_id, 'exec-4', '{"status": "SUCCEEDED"}');
end;
$$;
create temporary table claims on commit drop as select execution_id from claim_loads(9);
create function pg_temp.begin(n integer, variadic header text[]) returns uuid language sql as $$
  select b.load_id from week_attempts a, amc_history.begin_load(a.id, a.fence, header) b
  where a.id = pg_temp.attempt(n) $$;

select set_eq('select * from claims', array['exec-2', 'exec-3', 'exec-4'], 'before, all are loaded');
select is(pg_temp.begin(2, 'campaign', 'clicks', 'sales'), null, 'a column more is not loaded');
select is(pg_temp.begin(3, 'campaign', 'Sales', 'clicks'), null, 'nor is the same from another execution');
select is((select array_agg(status order by week_start_date) from report_data_weeks
  where collection_id = pg_temp.collection()), array['completed', 'running', 'running'], 'no week fails');
select is((select array_agg(error_count) from report_data_weeks), array[0, 0, 0, 0], 'no error is counted');
select results_eq($$ select s.kind, s.code, s.subject, s.retry_at, s.ended_at from stoppages s $$,
  $$ select 'workflow_header', 'header_to_accept', c.instance_id || '/' || c.workflow_id, null::timestamptz,
    null::timestamptz from report_data_collections c where c.id = pg_temp.collection() $$,
  'its workflow is held up, once, for a person');
select is((select array_agg(code || ' ' || times) from tracking_alerts), array['held_up 2'], 'who is told');
select matches((select words from stoppages), 'The result of execution exec-3 has not the columns of its earlier '
  'results: added "Sales"\..*accept_header\(''amcpgtap1'', ''weekly-campaigns-[0-9a-f]+''\)',
  'in words that say what to do');
update week_attempts set leased_until = null where leased_until is not null;
select is((select array_agg(execution_id) from claim_loads(9)), array['exec-4'], 'only another workflow''s are loaded');
select is((select count(*) from result_loads where not complete), 0::bigint, 'nothing is open');
select is((select columns from amc_history.result_tables), array['campaign', 'clicks'], 'the table stays');
select is((select array_agg(event) from tracking_events where event = 'header_held'), 
  array['header_held', 'header_held'], 'there are events');

select * from finish();
rollback;
