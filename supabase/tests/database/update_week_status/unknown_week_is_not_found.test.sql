-- A week that does not exist is not found, and nothing is stored.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;

select is(update_week_status(pg_temp.collection(), gen_random_uuid(), 'completed', '{"rows": 1}', 'exec-1'),
  row('not_found', 'no_such_week_in_collection', null, null)::tracking_report, 'an unknown week is not found');
select is(update_week_status(pg_temp.collection(), null, 'completed'),
  row('not_found', 'no_such_week_in_collection', null, null)::tracking_report, 'nor is null');
select is(update_week_status(null, pg_temp.week(1), 'completed'),
  row('not_found', 'no_such_week_in_collection', null, null)::tracking_report, 'nor a week of no collection');
select is((select count(*) from workflow_executions where id = 'exec-1'), 0::bigint, 'the execution was not stored');

select * from finish();
rollback;
