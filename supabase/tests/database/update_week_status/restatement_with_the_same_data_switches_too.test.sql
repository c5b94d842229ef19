-- A restatement with equal data switches to its execution too.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

create function pg_temp.shown() returns text language sql as
  $$ select concat_ws(' ', status, data, execution_id) from report_data_weeks where id = pg_temp.week(1) $$;
set local role service_role;
select pg_temp.complete_week(1, 'exec-1');
select pg_temp.make_due(1);
select pg_temp.run_week(1, 'exec-2');
select pg_temp.complete_load('exec-2');

select is(update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-2'),
  row('applied', null, 'completed', 'exec-2')::tracking_report, 'equal data from another execution are a change');
select is(pg_temp.shown(), 'completed {"rows": 1} exec-2', 'the week names the new execution');
select is((select state from week_attempts where id = pg_temp.attempt(1)), 'ended', 'its attempt has ended');

select * from finish();
rollback;
