-- Each row has the days, the zone and the instants of its week beside it.
begin;
\ir ../../_shared/results.psql
select plan(2);

-- The clocks go forward in New York on 9 March 2025, so its week has 167 hours.
do $$
begin
  perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1', (select id from amc_workflows),
    start_date => '2024-12-30', end_date => '2025-01-05', time_zone => 'America/New_York');
  update report_data_weeks set surveyed_at = amc_history.clock_now();
  perform pg_temp.collect(1, 'exec-1');
end;
$$;
create function pg_temp.window() returns text language plpgsql as $$
declare
  shown text;
begin
  execute format('select concat_ws('' '', week_start_date, week_end_date, time_zone, window_start at time zone ''UTC'',
    window_end at time zone ''UTC'') from public.%I', (select results_view from amc_workflows)) into shown;
  return shown;
end;
$$;

select is(pg_temp.window(), '2024-12-30 2025-01-05 America/New_York 2024-12-30 05:00:00 2025-01-06 05:00:00',
  'its days, its zone and its instants');
update report_data_collections set start_date = '2025-03-03', end_date = '2025-03-09' where id = pg_temp.collection();
update report_data_weeks set week_start_date = '2025-03-03', week_end_date = '2025-03-09' where execution_id = 'exec-1';
select is(pg_temp.window(), '2025-03-03 2025-03-09 America/New_York 2025-03-03 05:00:00 2025-03-10 04:00:00',
  'right across a change of the clocks');

select * from finish();
rollback;
