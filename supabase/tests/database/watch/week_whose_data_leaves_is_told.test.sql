-- A week that waits while AMC is about to drop its data is told before; once they are gone it is held, not run to an
-- empty result.
begin;
\ir ../../_shared/collection.psql
select plan(19);

-- 13 months before 3 March 2025 it is 3 February 2024.
do $$ begin perform pg_temp.start_collection(3, '2024-02-05'); end $$;
-- The minute's look at this time: what is open, and how many alerts.
create function pg_temp.watch(at text) returns text language plpgsql as $$
begin
  perform set_config('amc_history.clock', at || ':00Z', true);
  perform amc_history.watch();
  return concat_ws(' ', (select string_agg(concat_ws(' ', kind, code), ', ' order by kind, code) from stoppages
    where ended_at is null and kind in ('week', 'retention')), 'alerts', (select count(*) from tracking_alerts
    where resolved_at is null and detail ->> 'kind' in ('week', 'retention')));
end;
$$;
create function pg_temp.claimed() returns text language sql as
  $$ select string_agg(left(time_window_start, 10), ' ' order by time_window_start) from claim_due_weeks(10) $$;

savepoint started;
select is(pg_temp.watch('2025-03-03 12:00'), 'retention retention_ends alerts 0',
  'a week goes first, and nobody is told');
select is(pg_temp.claimed(), '2024-02-05 2024-02-12 2024-02-19', 'it is claimed');
select is(pg_temp.watch('2025-03-03 12:01'), 'alerts 0', 'nothing waits any more');

rollback to started;
do $$ begin perform pg_temp.watch('2025-03-03 12:00'); end $$;
update amc_instances set running_elsewhere = max_parallel;
select is(pg_temp.watch('2025-03-04 12:00'), 'retention retention_ends alerts 1', 'one that waits for a day is told');
select is((select words from stoppages where kind = 'retention'),
  'AMC keeps 13 months of data: those of the week of 2024-02-05, which still waits, leave on 2025-03-05.',
  'until when');
select is(pg_temp.watch('2025-03-06 12:00'), 'retention retention_ends alerts 1',
  'a day is left for the time zones; the next week ends too');
select is(pg_temp.watch('2025-03-07 12:00'), 'retention retention_ends, week retention_over alerts 2',
  'the first is held');
select is(pg_temp.weeks(), array['pending held', 'pending due', 'pending due'], 'alone');
update amc_instances set running_elsewhere = 0;
select is(pg_temp.claimed(), '2024-02-12 2024-02-19', 'it is not claimed');
select is((pg_temp.watch('2025-03-07 12:01')), 'week retention_over alerts 1', 'the others wait no more');

savepoint held;
select is((amc_history.set_retention('amcpgtap1', (select id from amc_workflows), 25)).outcome, 'applied',
  'AMC keeps more');
select is((amc_history.retry_week(pg_temp.week(1))).outcome, 'applied', 'a person retries it');
select is(pg_temp.watch('2025-03-07 12:02'), 'alerts 0', 'it is held no more');
rollback to held;
do $$ begin perform amc_history.retry_week(pg_temp.week(1)); end $$;
select is(pg_temp.watch('2025-03-07 12:02'), 'alerts 0', 'whoever was told may run it all the same');
select is(pg_temp.claimed(), '2024-02-05', 'it runs');

-- What nobody watched is not claimed either; nor is a result replaced by an empty one.
rollback to started;
do $$ begin perform set_config('amc_history.clock', '2025-06-03T12:00:00Z', true); end $$;
select is(pg_temp.claimed(), null, 'no week is claimed whose data left while the database did not look');
rollback to started;
do $$ begin perform pg_temp.complete_week(1, 'exec-1'), set_config('amc_history.clock', '2025-03-09T12:00:00Z', true),
  amc_history.restate_week(pg_temp.week(1)), amc_history.watch(); end $$;
select is((select words ~ 'call restate_week\.$' from stoppages where kind = 'week'), true,
  'a completed week is not collected again from nothing');

-- Many at once are held bit by bit: one statement has two minutes.
do $$
begin
  update report_data_collections set start_date = '2018-01-01' where id = pg_temp.collection();
  insert into report_data_weeks (collection_id, week_start_date, week_end_date, due_at)
  select pg_temp.collection(), d::date, d::date + 6, amc_history.clock_now()
  from generate_series(timestamp '2018-01-01', timestamp '2021-11-01', interval '7 days') d;
end;
$$;
create function pg_temp.held_of_many() returns bigint language plpgsql as $$
begin
  perform amc_history.hold_left_weeks(pg_temp.collection(), '2024-02-05', 13);
  return (select count(*) from report_data_weeks where week_start_date < '2022-01-01' and due_at = 'infinity');
end;
$$;
select is(pg_temp.held_of_many(), 200::bigint, 'two hundred of a collection in one look');
select is(pg_temp.held_of_many(), 201::bigint, 'the others in the next');

select * from finish();
rollback;
