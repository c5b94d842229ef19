-- A claim carries the workflow's definition until the workflow is saved at AMC.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;

select results_eq('select workflow_saved, workflow_definition from claim_due_weeks(1)',
  $$ values (false, '{"sql_query": "select campaign, impressions from sponsored_ads_traffic", "parameters": [],
    "output_format": {"separatorCharacter": ",", "quoteCharacter": "\"", "escapeCharacter": "\""}}'::jsonb) $$,
  'a workflow that is not saved at AMC comes with its definition');
do $$
begin
  perform mark_workflow_saved('amcpgtap1', (select id from amc_workflows where instance_id = 'amcpgtap1'));
end;
$$;
select results_eq('select workflow_saved, workflow_definition from claim_due_weeks(1)',
  $$ values (true, null::jsonb) $$,
  'a saved one without');

select * from finish();
rollback;
