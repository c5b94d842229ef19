-- A late report of an id that is known raises no alert.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed', null, 'exec-1'); end $$;

select is(record_execution(pg_temp.attempt(1), 'exec-1'),
  row('stale', 'attempt_ended', 'failed', 'exec-1')::tracking_report, 'it is stale');
select is((select count(*) from tracking_events where week_id = pg_temp.week(1) and event = 'late_execution'),
  1::bigint,
  'an event records it');
select is((select count(*) from tracking_alerts where week_id = pg_temp.week(1)), 0::bigint,
  'there is nothing to look for: the execution is known');

select * from finish();
rollback;
