-- A week that is restated, or retried, only after a backup was restored is looked for in AMC's list too, and takes over
-- the run that the backup does not know.
begin;
\ir ../../_shared/schedule.psql
select plan(9);

-- When the backup was made week 1 was done, week 2 done and due to be restated, and week 3 had failed.
select pg_temp.start_collection(weeks => 3);
do $$
begin
  perform pg_temp.complete_week(1, 'exec-1');
  perform pg_temp.complete_week(2, 'exec-2');
  perform pg_temp.run_week(3, 'exec-3', 'FAILED');
  perform update_week_status(pg_temp.collection(), pg_temp.week(3), 'failed', null, 'exec-3');
  perform restate_week(pg_temp.week(2));
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
end;
$$;
create function pg_temp.to_look_for() returns text[] language sql as
  $$ select array_agg(left(s ->> 'time_window_start', 10) order by s ->> 'time_window_start')
     from jsonb_array_elements(amc_history.weeks_to_survey('amcpgtap1')) s $$;

select is(amc_history.after_restore(), 1::bigint, 'one week waits');
select is(pg_temp.to_look_for(), array['2025-01-13'], 'the one that is due to be restated');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-04T12:00:00Z', true);
  perform restate_week(pg_temp.week(1));
  perform retry_week(pg_temp.week(3));
end;
$$;
select is(pg_temp.to_look_for(), array['2025-01-06', '2025-01-13', '2025-01-20'], 'and those that become due later');
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'none begins before');

-- AMC has run week 2 again.
select is(adopt_surveyed(pg_temp.week(2), 'exec-2b', '{"status": "SUCCEEDED"}'),
  row('adopted', null, 'completed', 'exec-2')::tracking_report, 'a restatement takes its run, and shows the old one');
select is((select concat_ws(' ', kind, state, execution_id) from week_attempts where id = pg_temp.attempt(2)),
  'restated created exec-2b', 'by an attempt that nobody POSTs');
do $$
begin
  perform mark_surveyed('amcpgtap1', list_fence, array[pg_temp.week(1), pg_temp.week(2), pg_temp.week(3)])
  from amc_instances where id = 'amcpgtap1';
end;
$$;
select is((select array_agg(week_id order by week_id) from claim_due_weeks(10)),
  (select array_agg(w order by w) from unnest(array[pg_temp.week(1), pg_temp.week(3)]) w), 'the others begin');
do $$
begin
  perform pg_temp.complete_load('exec-2b');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{"rows": 2}', 'exec-2b');
end;
$$;
select is((select status || ' ' || execution_id from report_data_weeks where id = pg_temp.week(2)), 'completed exec-2b',
  'once its result is in, it is shown');
do $$ begin perform restate_week(pg_temp.week(2)); end $$;
select is((select array_agg(week_id) from claim_due_weeks(10)), array[pg_temp.week(2)],
  'what was looked for since is not looked for again');

select * from finish();
rollback;
