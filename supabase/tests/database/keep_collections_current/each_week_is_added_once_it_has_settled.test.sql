-- A collection that is kept current gets each week once, when it ended settle_days ago in its own zone.
begin;
\ir ../../_shared/three_weeks.psql
select plan(22);

-- At this time a run adds so many weeks.
create function pg_temp.run(at timestamptz) returns integer language plpgsql as $$
begin
  perform set_config('amc_history.clock', at::text, true);
  return amc_history.keep_collections_current();
end;
$$;
-- The last week, and how many there are.
create function pg_temp.last_week() returns text language sql as
  $$ select max(week_start_date) || ' of ' || count(*) from report_data_weeks
     where collection_id = pg_temp.collection() $$;

select is(pg_temp.run('2025-03-03T12:00Z'), 0, 'nothing is added that nobody asked for');
select is(set_keep_current(pg_temp.collection(), true), row('applied', null, 3)::control_report,
  'what has settled since its end is added at once');
select is(pg_temp.last_week(), '2025-02-10 of 6', 'to the newest week that ended 14 days ago');
select is((select end_date from report_data_collections), '2025-02-16'::date, 'and the end follows');
select is((select count(*) from report_data_weeks where due_at = amc_history.clock_now() and surveyed_at is null),
  3::bigint, 'they are due, once AMC''s list was read for them');
select is((select next_week_on from collection_progress), '2025-03-10'::date, 'the next one is known');
select is(pg_temp.run('2025-03-09T23:59:59Z'), 0, 'not a second too soon');
select is(pg_temp.run('2025-03-10T00:00Z'), 1, 'then it is added');
select is(pg_temp.run('2025-03-10T00:00Z'), 0, 'once');
select is(pg_temp.run('2025-03-01T00:00Z'), 0, 'also if the clock was set back');
select is(pg_temp.run('2025-04-21T00:00Z'), 6, 'missed weeks are made up for');
select is(pg_temp.last_week(), '2025-03-31 of 13', 'each once');

do $$ begin perform pause_collection(pg_temp.collection()); end $$;
select is(pg_temp.run('2025-04-28T00:00Z'), 1, 'a paused collection goes on growing');
select is((select due_at from report_data_weeks order by week_start_date desc limit 1), 'infinity',
  'but nothing begins');
do $$ begin perform resume_collection(pg_temp.collection()); end $$;

select is(pg_temp.run('2027-06-01T00:00Z'), 54, 'after years away, what AMC still keeps is added');
select is((select min(week_start_date) from report_data_weeks where week_start_date > '2025-04-07'), '2026-05-04'::date,
  'from the oldest week that it keeps whole');
select is(pg_temp.run('2027-06-01T00:00Z'), 0, 'and nothing is left out that has settled');

-- What somebody asks for beyond the last week that was added leaves none out.
do $$
begin
  perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1', (select id from amc_workflows),
    start_date => '2027-05-24', end_date => '2027-05-30');
end;
$$;
select is(pg_temp.run('2027-06-14T00:00Z'), 1, 'the week between is added, and not that one again');
select is((select count(*) from report_data_weeks where week_start_date >= '2027-05-10'), 3::bigint,
  'each is there once');

-- Another zone, and daylight saving between: the day begins there, not here.
do $$
begin
  perform cancel_collection(pg_temp.collection());
  perform set_config('amc_history.clock', '2025-03-03T12:00Z', true);
  perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1', (select id from amc_workflows),
    start_date => '2025-02-10', end_date => '2025-02-16', time_zone => 'America/New_York');
  update report_data_collections set keep_current = true, settle_days = 15 where time_zone <> 'UTC';
end;
$$;
select is((select keep_current from report_data_collections where time_zone = 'UTC'), false,
  'what is cancelled is kept current no longer');
select is(pg_temp.run('2025-03-11T03:59:59Z'), 0, 'before midnight in New York');
select is(pg_temp.run('2025-03-11T04:00:00Z'), 1, 'at midnight there');

select * from finish();
rollback;
