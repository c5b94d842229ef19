-- A report with the execution id of the live attempt is applied.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
select pg_temp.complete_load('exec-1');

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', null, 'exec-1'),
  row('already_applied', null, 'running', 'exec-1')::tracking_report, 'running again is nothing new');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'running', '{"rows": 1}', 'exec-1'),
  row('applied', null, 'running', 'exec-1')::tracking_report, 'data may come early');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'pending', null, 'exec-1'),
  row('rejected', 'illegal_transition', 'running', 'exec-1')::tracking_report,
  'a running week does not become pending');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 2}', 'exec-1'),
  row('applied', null, 'completed', 'exec-1')::tracking_report, 'completed is applied');
select results_eq('select status, data, execution_id, due_at, error_code,
  finished_at from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('completed', '{"rows": 2}'::jsonb, 'exec-1', null::timestamptz, null::text, amc_history.clock_now()) $$,
  'the row shows it');
select results_eq('select state, outcome, ended_at, leased_until from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('ended', 'collected', amc_history.clock_now(), null::timestamptz) $$,
  'the attempt has ended as collected');
select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 2}', 'exec-1'),
  row('stale', 'attempt_ended', 'completed', 'exec-1')::tracking_report,
  'the same report again comes after the attempt''s end');

select * from finish();
rollback;
