-- A claim writes the intent before the create, and returns all that the create needs.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
create temporary table claimed on commit drop as select * from claim_due_weeks(1, 45);

select results_eq('select week_id, collection_id, instance_id, entity_id, marketplace_id, region, credential_name,
  time_window_start,
    time_window_end, time_zone, has_parameters, post_within_seconds, fence from claimed',
  $$ values (pg_temp.week(1), pg_temp.collection(), 'amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
  'amc_credential_amcpgtap1',
    '2025-01-06T00:00:00', '2025-01-13T00:00:00', 'UTC', false, 20, 1) $$,
    'the answer has all that a create needs');
select results_eq('select a.id, number, kind, state, a.fingerprint, slot, execution_id, a.fence, intended_at,
  leased_until, settle_after
    from week_attempts a where week_id = pg_temp.week(1)',
  $$ select attempt_id, 1, 'collected', 'intended', fingerprint, 1, null::text, 1, '2025-03-03T12:00:00Z'::timestamptz,
    '2025-03-03T12:00:45Z'::timestamptz, '2025-03-03T12:13:40Z'::timestamptz from claimed $$, 'the intent is written');
select results_eq('select status, started_at, due_at, execution_id from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('running', '2025-03-03T12:00:00Z'::timestamptz, null::timestamptz, null::text) $$,
  'the week runs and is not due');

select * from finish();
rollback;
