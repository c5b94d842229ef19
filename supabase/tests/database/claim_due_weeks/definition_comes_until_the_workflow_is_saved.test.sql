begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(2);

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
