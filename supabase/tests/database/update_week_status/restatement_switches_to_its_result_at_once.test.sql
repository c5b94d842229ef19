-- A restated week switches to its new data and execution together.
begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

create function pg_temp.shown() returns text language sql as
  $$ select concat_ws(' ', status, data, execution_id) from report_data_weeks where id = pg_temp.week(1) $$;
set local role service_role;
select pg_temp.complete_week(1, 'exec-1');
select pg_temp.make_due(1);
select pg_temp.run_week(1, 'exec-2');

select is((select kind || ' ' || state from week_attempts where id = pg_temp.attempt(1)), 'restated created',
  'the week is being restated');
select is(pg_temp.shown(), 'completed {"rows": 1} exec-1', 'it shows what it showed');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 2}', 'exec-2'),
  row('rejected', 'load_incomplete', 'completed', 'exec-1')::tracking_report,
  'it cannot switch before the load is complete');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', null, 'exec-2'),
  row('rejected', 'illegal_transition', 'completed', 'exec-1')::tracking_report, 'it does not become running');
select is(pg_temp.shown(), 'completed {"rows": 1} exec-1', 'it still shows what it showed');
select pg_temp.complete_load('exec-2');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 2}', 'exec-2'),
  row('applied', null, 'completed', 'exec-2')::tracking_report, 'then it switches');
select is(pg_temp.shown(), 'completed {"rows": 2} exec-2', 'data and execution change together');
select is((select outcome from week_attempts where id = pg_temp.attempt(1)), 'collected',
  'the attempt has ended as collected');
select is((select count(*) from workflow_executions where id = 'exec-1'), 1::bigint,
  'the earlier execution stays known');

select * from finish();
rollback;
