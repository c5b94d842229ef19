-- What may be large goes once per workflow and collection, however many weeks are claimed.
begin;
\ir ../../_shared/workflow.psql
select plan(6);

select start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(), start_date => '2025-01-06',
  end_date => '2025-01-26', parameter_values => jsonb_build_object('brand', repeat('x', 3900)));
update report_data_weeks set surveyed_at = amc_history.clock_now();
set local role service_role;
create temporary table claimed on commit drop as select * from claim_due_weeks(2);

select ok((select max(length(c::text)) from claimed c) < 1000, 'a claimed week is small');
select results_eq('select workflow_saved, has_parameters from claimed', $$ values (false, true), (false, true) $$,
  'it says what to ask for');
select is((select workflow_definition(instance_id, workflow_id) - 'sql_query' - 'parameters' from claimed limit 1),
  '{"output_format": {"separatorCharacter": ",", "quoteCharacter": "\"", "escapeCharacter": "\""}}'::jsonb,
  'the workflow''s definition');
select is((select length(collection_parameters(collection_id) ->> 'brand') from claimed limit 1), 3900,
  'and the parameters');
do $$ begin perform mark_workflow_saved('amcpgtap1', pg_temp.workflow()); end; $$;
select is((select workflow_saved from claim_due_weeks(1)), true, 'a saved workflow is not asked for again');
select is(array[workflow_definition('amcpgtap1', 'none'), collection_parameters(gen_random_uuid())],
  array[null, null]::jsonb[], 'what is not there is null');

select * from finish();
rollback;
