-- A listing reported under an earlier fence changes nothing.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$
begin
  perform claim_listing(5, 30);
  perform set_config('amc_history.clock', '2025-03-03T12:01:00Z', true);
  perform claim_listing(5, 30);
end;
$$;

select is(record_listing('amcpgtap1', 1, '[{"id": "exec-1", "status": "FAILED"}]', true),
  '{"outcome": "stale", "known_execution_ids": []}'::jsonb, 'the worker that lost its lease is late');
select is((select status from workflow_executions where id = 'exec-1'), null, 'nothing of it is taken');
select is((select list_leased_until from amc_instances where id = 'amcpgtap1'), '2025-03-03T12:01:30Z',
  'the other worker keeps its lease');
select is(record_listing('amcpgtap1', 2, '[{"id": "exec-1", "status": "RUNNING"}]',
  true) ->> 'outcome', 'recorded',
  'the other worker''s report is taken');
select is(record_listing('amcnosuch', 1, '[]', true) ->> 'outcome', 'stale',
  'an unknown instance has no listing');

select * from finish();
rollback;
