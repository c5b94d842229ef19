-- An external caller's later report with the week's own id is applied.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

set local role service_role;
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', null, 'exec-1'); end $$;

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', '{"rows": 1}', 'exec-1'),
  row('applied', null, 'running', 'exec-1')::tracking_report, 'the same id is applied while the week names it');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 2}', 'exec-1'),
  row('applied', null, 'completed', 'exec-1')::tracking_report, 'and completes the week, with no load of ours');
select is((select count(*) from week_attempts where week_id = pg_temp.week(1)), 1::bigint, 'one attempt stands for it');
select is(update_week_status(pg_temp.collection(), pg_temp.week(2), 'running', null, 'exec-2'),
  row('applied', null, 'running', 'exec-2')::tracking_report, 'another week runs as exec-2');
select is(update_week_status(pg_temp.collection(), pg_temp.week(2), 'running', null, 'exec-2b'),
  row('applied', null, 'running', 'exec-2b')::tracking_report, 'and is run again as exec-2b');
select is(update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{}', 'exec-2'),
  row('stale', 'attempt_ended', 'running', 'exec-2b')::tracking_report, 'a report for the first is late then');
select is((select array_agg(execution_id order by number) from week_attempts where week_id = pg_temp.week(2)),
  array['exec-2', 'exec-2b'], 'both are kept');

select * from finish();
rollback;
