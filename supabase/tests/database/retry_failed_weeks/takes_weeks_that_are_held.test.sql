-- Retrying a collection's weeks takes those that are held for a person, too.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

-- Weeks 1 and 2 are held after their last create in vain; the third has failed.
do $$
begin
  perform pg_temp.prove_matcher();
  update report_data_weeks set failed_creates = 9 where week_start_date < '2025-01-20';
  perform pg_temp.abandon_create(1);
  perform pg_temp.abandon_create(2);
  perform update_week_status(pg_temp.collection(), pg_temp.week(3), 'failed');
end;
$$;
select is(pg_temp.weeks(), array['running held', 'running held', 'failed'], 'two are held, one has failed');
select pg_temp.sign_in('owner');
select is(retry_failed_weeks(pg_temp.collection()), row('applied', null, 3)::control_report, 'all three');
select is(pg_temp.weeks(), array['pending due', 'pending due', 'pending due'], 'are due again');
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'nothing is held up any more');
select is(retry_failed_weeks(pg_temp.collection()), row('already_applied', null, 0)::control_report,
  'then there is none');

-- In a paused collection it is held by the pause alone from then on.
reset role;
do $$ begin
  update report_data_weeks set failed_creates = 9 where week_start_date = '2025-01-06';
  perform pg_temp.abandon_create(1);
  perform pg_temp.sign_in('owner');
  perform pause_collection(pg_temp.collection());
end $$;
select is(retry_failed_weeks(pg_temp.collection()), row('applied', null, 1)::control_report, 'also while it is paused');
select is(retry_failed_weeks(pg_temp.collection()), row('already_applied', null, 0)::control_report, 'once');

select * from finish();
rollback;
