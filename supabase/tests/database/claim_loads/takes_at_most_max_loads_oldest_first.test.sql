-- A call claims at most as many loads as it asks for, the longest waiting first.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
do $$
begin
  perform claim_due_weeks(1);
  perform set_config('amc_history.clock', '2025-03-03T12:00:01Z', true);
  perform claim_due_weeks(2);
  perform record_execution(pg_temp.attempt(3), 'exec-3', '{"status": "SUCCEEDED"}');
  perform record_execution(pg_temp.attempt(2), 'exec-2', '{"status": "SUCCEEDED"}');
  perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "SUCCEEDED"}');
end;
$$;

select results_eq('select execution_id from claim_loads(1)', array['exec-1'], 'one, the one that waits longest');
select is((select count(*) from claim_loads()), 2::bigint, 'two by default');

select * from finish();
rollback;
