-- One odd entry of AMC's list, whoever's it is, hides the status of no other: nothing of another's is converted, and of
-- ours what does not fit is left out.
begin;
\ir ../../_shared/three_weeks.psql
select plan(14);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
select pg_temp.run_week(2, 'exec-2');

-- Lists one more entry beside exec-1, which runs, and returns the outcome.
create function pg_temp.list_beside(entry text) returns text language sql as
  $$ select pg_temp.list('[' || entry || ', {"id": "exec-1", "status": "RUNNING"}]') $$;

select is(pg_temp.list_beside(entry), 'recorded', entry)
from unnest(array[
  '{"id": "other", "status": "RUNNING", "timeout_seconds": 1.5}',
  '{"id": "other", "status": "RUNNING", "timeout_seconds": 3000000000}',
  '{"id": "other", "status": "RUNNING", "timeout_seconds": 1e300}',
  '{"id": "other", "status": "RUNNING", "timeout_seconds": 21600.5}',
  '{"id": "other", "status": "RUNNING", "timeout_seconds": 9223372036854775807}',
  '{"id": "other", "status": "RUNNING", "created_at": "2025-03-03T12:00:00+18:00"}',
  '{"id": "other", "status": "RUNNING", "timeout_seconds": "six hours"}',
  '{"id": "other", "status": ["RUNNING"], "timeout_seconds": {}, "created_at": 7}',
  '"RUNNING"', 'null', '[]']) entry;

select pg_temp.list('[{"id": "exec-1", "status": "SUCCEEDED", "updated_at": "2025-03-03T12:00:00+18:00",
  "created_at": "2025-03-03T11:00:00Z", "execution_seconds": "a while", "output_columns": [{"name": "n"}]}]');
select results_eq($$ select status, has_ended, amc_updated_at, amc_created_at, execution_seconds, output_columns
    from workflow_executions where id = 'exec-1' $$,
  $$ values ('SUCCEEDED', true, null::timestamptz, '2025-03-03T11:00:00Z'::timestamptz, null::numeric,
    '[{"name": "n"}]'::jsonb) $$,
  'of an entry of ours only what does not fit is left out');

-- A row that cannot be written at all.
reset role;
create function pg_temp.refuse() returns trigger language plpgsql as $$ begin raise exception 'not this one'; end $$;
create trigger refuse before update on workflow_executions for each row when (new.id = 'exec-2')
  execute function pg_temp.refuse();
update workflow_executions set status = 'RUNNING' where id = 'none';
set local role service_role;
select pg_temp.run_week(3, 'exec-3');
select is(pg_temp.list('[{"id": "exec-2", "status": "SUCCEEDED"}, {"id": "exec-3", "status": "SUCCEEDED"}]'),
  'recorded',
  'a row that cannot be written fails alone');
select results_eq($$ select (select status from workflow_executions where id = 'exec-3'),
    (select words from stoppages where kind = 'list_entry' and subject = 'amcpgtap1/exec-2' and ended_at is null) $$,
  $$ values ('SUCCEEDED', 'not this one') $$, 'the others are written, and why it was set aside can be read');

select * from finish();
rollback;
