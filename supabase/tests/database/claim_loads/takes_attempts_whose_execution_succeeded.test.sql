-- Only attempts whose execution succeeded are claimed, with all that a load needs.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
do $$
begin
  perform claim_due_weeks(3);
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "SUCCEEDED"}');
  perform record_execution(pg_temp.attempt(2), 'exec-2', '{"status": "RUNNING"}');
end;
$$;

select results_eq('select attempt_id, fence, week_id, collection_id, execution_id, instance_id, entity_id,
  marketplace_id, region,
    credential_name, workflow_id, output_format, summary from claim_loads(5)',
  $$ select pg_temp.attempt(1), 2, pg_temp.week(1), pg_temp.collection(), 'exec-1', 'amcpgtap1', 'ENTITYPGTAP',
  'ATVPDKIKX0DER', 'NA',
    'amc_credential_amcpgtap1', id,
    '{"separatorCharacter": ",", "quoteCharacter": "\"", "escapeCharacter": "\""}'::jsonb, null::jsonb
    from amc_workflows where instance_id = 'amcpgtap1' $$, 'the one that succeeded, with all that a load needs');
select is((select leased_until from week_attempts where id = pg_temp.attempt(1)), '2025-03-03T12:02:30Z',
  'the worker has it for 150 s');

select * from finish();
rollback;
