-- While the schedule stood still, nobody watched for what AMC may have made of the creates that were given up.
begin;
\ir ../../_shared/schedule.psql
select plan(4);

select pg_temp.start_collection(weeks => 3);
-- When the attempts of weeks 1 and 2, which were given up, are watched until.
create function pg_temp.watched() returns timestamptz[] language sql as
  $$ select array_agg(watch_until order by watch_until) from week_attempts where outcome = 'abandoned' $$;
do $$
begin
  perform pg_temp.lose_create(1);
  perform pg_temp.lose_create(2);
  perform amc_history.end_attempt(a.id, 'abandoned', t.until::timestamptz) from week_attempts a
  join (values (1, '2025-03-03T12:00:30Z'), (2, '2025-03-05T12:00:00Z')) t(n, until)
    on a.week_id = pg_temp.week(t.n);
  perform set_config('amc_history.clock', '2025-03-03T12:01:00Z', true);
  perform amc_history.dispatch_collect();
  perform set_config('amc_history.clock', '2025-03-03T12:05:00Z', true);
  perform amc_history.dispatch_collect();
end;
$$;
select is(pg_temp.watched(), '{2025-03-03T12:00:30Z,2025-03-05T12:00:00Z}'::timestamptz[],
  'while it runs, what is watched is watched as long as it was to be');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-10T12:00:00Z', true);
  perform amc_history.dispatch_collect();
end;
$$;
select is(pg_temp.watched(), '{2025-03-03T12:00:30Z,2025-03-12T12:00:00Z}'::timestamptz[],
  'a week later, what was watched when it stopped is watched on for as long');
select is(amc_history.is_listing_due(i), true, 'the list is read for it') from amc_instances i;
update week_attempts set watch_until = '2025-03-20T12:00:00Z' where watch_until > '2025-03-10T12:00:00Z';
do $$ begin perform amc_history.after_restore(); end $$;
select is((pg_temp.watched())[2], '2025-03-20T12:00:00Z'::timestamptz, 'never for less long than before');

select * from finish();
rollback;
