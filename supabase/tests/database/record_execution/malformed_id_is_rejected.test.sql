-- A malformed execution id is rejected and not stored.
begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

set local role service_role;
select pg_temp.claim_week(1);

select is(record_execution(pg_temp.attempt(1), id),
  row('rejected', 'malformed_execution_id', 'running', null)::tracking_report,
  'not an id: ' || coalesce(quote_literal(left(id, 20)), 'null'))
from unnest(array[null, '', 'exec 1', '-1', repeat('a', 129)]) id;
select is((select state from week_attempts where id = pg_temp.attempt(1)), 'intended',
  'the attempt still waits for its id');
select is((select count(*) from workflow_executions where week_id = pg_temp.week(1)), 0::bigint, 'none was stored');
select is((select times from tracking_alerts where week_id = pg_temp.week(1) and code = 'execution_refused'), 5,
  'an alert is open and counts them');
select is(record_execution(pg_temp.attempt(1), repeat('a', 128)),
  row('recorded', null, 'running', repeat('a', 128))::tracking_report, 'an id of 128 characters is one');

select * from finish();
rollback;
