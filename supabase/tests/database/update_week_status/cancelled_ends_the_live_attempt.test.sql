-- Reporting cancelled ends the live attempt.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'cancelled', null, 'exec-1'),
  row('applied', null, 'cancelled', 'exec-1')::tracking_report, 'cancelled is applied');
select results_eq('select state, outcome from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('ended', 'cancelled') $$,
  'the attempt has ended as cancelled');
select is((select error_code from report_data_weeks where id = pg_temp.week(1)), null, 'it counts as no error');

select * from finish();
rollback;
