-- No malformed execution id is ever stored.
begin;
\ir ../../_shared/three_weeks.psql
select plan(12);

set local role service_role;

select is((update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', null, id)).outcome, 'applied_untracked',
  'not an id: ' || quote_literal(id))
from unnest(array[' exec-1', 'exec-1 ', E'exec\n1', E'exec-1\n', '-exec', '{"id":"exec-1"}', 'exéc', 'a/b',
  repeat('a', 129)]) id;
select is((select count(*) from workflow_executions where week_id = pg_temp.week(1)), 0::bigint, 'none was stored');
select is((update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', null, repeat('a', 128))).outcome,
  'applied',
  'an id of 128 characters is one');
select is((select times from tracking_alerts where week_id = pg_temp.week(1) and code = 'execution_untracked'), 9,
  'one alert counts them');

select * from finish();
rollback;
