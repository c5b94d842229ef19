-- An attempt that does not exist is not found, and nothing is stored.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;

select is(record_execution(gen_random_uuid(), 'exec-1'),
  row('not_found', 'no_such_attempt', null, null)::tracking_report, 'an unknown attempt is not found');
select is((select count(*) from workflow_executions where id = 'exec-1'), 0::bigint, 'nothing is stored');

select * from finish();
rollback;
