-- A restored backup does not know what AMC has run since: each week that is not done is looked for before its create.
begin;
\ir ../../_shared/schedule.psql
select plan(12);

-- Week 1 is done, week 2 runs, week 3 waits. All were looked for before the backup.
select pg_temp.start_collection(weeks => 3);
do $$
begin
  perform pg_temp.complete_week(1, 'exec-1');
  perform pg_temp.run_week(2, 'exec-2');
end;
$$;
-- The weeks that the next listing is to look for, and from when on.
create function pg_temp.to_look_for() returns text[] language sql as
  $$ select array_agg(concat_ws(' ', left(s ->> 'time_window_start', 10), 'since', left(s ->> 'intended_at', 16))
       order by s ->> 'time_window_start')
     from jsonb_array_elements(amc_history.weeks_to_survey('amcpgtap1')) s $$;
select is(pg_temp.to_look_for(), null, 'nothing is to be looked for');

select is(amc_history.after_restore(), 2::bigint, 'those that are not done are');
select is(pg_temp.to_look_for(), array['2025-01-20 since 2025-01-27T12:00'],
  'a week that was never tried: since it was over, 35 days back at most');
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'nothing begins before');
select is((select list_due_at <= amc_history.clock_now() from amc_instances where id = 'amcpgtap1'), true,
  'the list is due');
select is((select detail ->> 'weeks' from tracking_events where event = 'weeks_to_be_surveyed'), '2',
  'an event tells of it');
-- What ran when the backup was made failed meanwhile, and was tried again: so AMC's list says.
do $$
begin
  perform record_observation('exec-2', '{"status": "FAILED"}');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'failed', null, 'exec-2');
  perform retry_week(pg_temp.week(2));
end;
$$;
select is(pg_temp.to_look_for(), array['2025-01-13 since 2025-03-03T12:00', '2025-01-20 since 2025-01-27T12:00'],
  'a week that was tried: since its last attempt');
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'it does not begin before either');
select is(amc_history.after_restore(), 0::bigint, 'a second call finds them marked');

-- The schedule notices by itself that it did not run for a while.
do $$
begin
  perform mark_surveyed('amcpgtap1', list_fence, array[pg_temp.week(2), pg_temp.week(3)]) from amc_instances
  where id = 'amcpgtap1';
  perform amc_history.dispatch_collect();
  perform set_config('amc_history.clock', '2025-03-03T12:05:00Z', true);
  perform amc_history.dispatch_collect();
end;
$$;
select is(pg_temp.to_look_for(), null, 'five minutes are no gap');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:10:01Z', true);
  perform amc_history.dispatch_collect();
end;
$$;
select is(cardinality(pg_temp.to_look_for()), 2, 'more may be a restored backup');
do $$
begin
  perform mark_surveyed('amcpgtap1', list_fence, array[pg_temp.week(2), pg_temp.week(3)]) from amc_instances
  where id = 'amcpgtap1';
  perform set_config('amc_history.clock', '2025-03-03T12:11:00Z', true);
  perform amc_history.dispatch_collect();
end;
$$;
select is(pg_temp.to_look_for(), null, 'once');

select * from finish();
rollback;
