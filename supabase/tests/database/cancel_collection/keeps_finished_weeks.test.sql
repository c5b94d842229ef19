-- Cancelling a collection leaves weeks that have ended, with their results.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'failed');
end;
$$;
select pg_temp.sign_in('owner');

select is(cancel_collection(pg_temp.collection()), row('applied', null, 1)::control_report,
  'the week that was open is cancelled');
select is(pg_temp.weeks(), array['completed', 'failed', 'cancelled'], 'what had ended stays');
select results_eq('select data, execution_id from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('{"rows": 1}'::jsonb, 'exec-1') $$,
  'with its result');

select * from finish();
rollback;
