-- An alert that is raised again counts up instead of opening a second one.
begin;
\ir ../../_shared/three_weeks.psql
select plan(3);

set local role service_role;
do $$
begin
  perform amc_history.raise_alert('late_execution', 'first', 'amcpgtap1', pg_temp.week(1));
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
  perform amc_history.raise_alert('late_execution', 'second', 'amcpgtap1', pg_temp.week(1));
  perform amc_history.raise_alert('late_execution', 'other', 'amcpgtap1');
  perform amc_history.raise_alert('late_execution', 'other', 'amcpgtap1');
end;
$$;

select results_eq($$ select message, times, raised_at,
  last_raised_at from tracking_alerts where week_id = pg_temp.week(1) $$,
  $$ values ('second', 2, '2025-03-03T12:00:00Z'::timestamptz, '2025-03-03T13:00:00Z'::timestamptz) $$,
  'the same alert again counts up');
select is((select array_agg(times) from tracking_alerts where instance_id = 'amcpgtap1' and week_id is null), array[2],
  'also without a week');
do $$
begin
  update tracking_alerts set resolved_at = amc_history.clock_now() where week_id = pg_temp.week(1);
  perform amc_history.raise_alert('late_execution', 'anew', 'amcpgtap1', pg_temp.week(1));
end;
$$;
select is((select array_agg(message order by id) from tracking_alerts where week_id = pg_temp.week(1)),
  array['second', 'anew'],
  'after it was resolved it opens anew');

select * from finish();
rollback;
