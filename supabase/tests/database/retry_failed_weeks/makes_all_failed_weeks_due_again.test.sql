-- Retrying a collection's failed weeks makes them all due again.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'failed');
  perform update_week_status(pg_temp.collection(), pg_temp.week(3), 'skipped');
end;
$$;
select pg_temp.sign_in('owner');

select is(retry_failed_weeks(pg_temp.collection()), row('applied', null, 2)::control_report, 'both that failed');
select is(pg_temp.weeks(), array['pending due', 'pending due', 'skipped'], 'the one that was skipped stays');
select is(retry_failed_weeks(pg_temp.collection()), row('already_applied', null, 0)::control_report,
  'then there is none');

select * from finish();
rollback;
