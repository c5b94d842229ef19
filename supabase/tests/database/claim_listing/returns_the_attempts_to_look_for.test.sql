-- A claimed listing names the attempts to look for, and how to recognise them.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
-- Week 1 runs as exec-1, the outcome of week 2 is unknown, week 3 is still leased.
do $$
begin
  perform claim_due_weeks(3);
  perform record_execution(pg_temp.attempt(1), 'exec-1');
  perform report_create(pg_temp.attempt(2), 'unknown');
end;
$$;
create temporary table listing on commit drop as select * from claim_listing(5, 30);

select results_eq('select instance_id, entity_id, marketplace_id, region, credential_name, fence, began_at,
  list_from from listing',
  $$ values ('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA', 'amc_credential_amcpgtap1', 1::bigint,
    '2025-03-03T12:00:00Z'::timestamptz, '2025-03-03T11:00:00Z'::timestamptz) $$,
  'the instance is to be listed, from an hour before its oldest attempt on');
select set_eq('select a.* from listing, jsonb_to_recordset(attempts) as a(attempt_id uuid, state text,
  execution_id text)',
  $$ values (pg_temp.attempt(1), 'created', 'exec-1'), (pg_temp.attempt(2), 'unknown', null) $$,
  'it looks for the running and the unknown attempt, not for the one on its way');
select results_eq($$ select a ->> 'week_id', a ->> 'collection_id', a ->> 'time_window_start', a ->> 'time_window_end',
  a ->> 'time_zone',
    (a ->> 'window_start_at')::timestamptz, (a ->> 'window_end_at')::timestamptz,
    (a ->> 'fingerprint')::integer, (a ->> 'intended_at')::timestamptz
    from listing, jsonb_array_elements(attempts) a where a ->> 'execution_id' = 'exec-1' $$,
  $$ select pg_temp.week(1)::text, pg_temp.collection()::text, '2025-01-06T00:00:00', '2025-01-13T00:00:00', 'UTC',
    '2025-01-06T00:00:00Z'::timestamptz, '2025-01-13T00:00:00Z'::timestamptz, fingerprint, intended_at
    from week_attempts where id = pg_temp.attempt(1) $$, 'with all that identifies an execution in the list');

select * from finish();
rollback;
