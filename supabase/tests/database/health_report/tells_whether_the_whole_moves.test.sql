-- health_report tells whether the whole moves, without ids of anybody.
begin;
\ir ../../_shared/three_weeks.psql
select plan(10);

create function pg_temp.health() returns text language sql as $$
  select concat_ws(' ', h ->> 'status',
    (select string_agg(r ->> 'code', ' ') from jsonb_array_elements(h -> 'reasons') r))
  from health_report() h $$;
create function pg_temp.at(at time) returns text language sql as
  $$ select set_config('amc_history.clock', format('2025-03-03T%sZ', at), true) $$;

select is(pg_temp.health(), 'unavailable not_watched', 'nobody has looked yet');
do $$ begin perform amc_history.watch(); end $$;
set local role service_role;
select is(public.health_report(), '{"status": "ok", "reasons": []}', 'all is well');
reset role;
do $$ begin perform pg_temp.at('12:05'); end $$;
select is(pg_temp.health(), 'ok', 'five minutes on');
do $$ begin perform pg_temp.at('12:05:01'); end $$;
select is(pg_temp.health(), 'unavailable not_watched', 'a little later nobody has looked for too long');
do $$ begin perform amc_history.watch();
  perform record_stoppage('wake_up', 'collect', 'http_401', 'supabase', 'got amcpgtap1', null);
  perform record_stoppage('listing', 'amcpgtap1', 'forbidden', 'amc', 'No.', 'amcpgtap1'); end $$;
select is(pg_temp.health(), 'ok', 'a wake-up that fails once is not told yet');
do $$ begin perform pg_temp.at('12:08:01'), amc_history.watch(); end $$;
select is(pg_temp.health(), 'unavailable wake_up', 'three minutes on it is; an instance''s trouble is its own');
select is((select public.health_report() -> 'reasons' -> 0 ->> 'words'),
  (select next_step from amc_history.stoppage_kinds where kind = 'wake_up'), 'the words name nobody');
do $$ begin perform end_stoppage('wake_up', 'collect'), amc_history.accept_wake_up(amc_history.clock_now()); end $$;
do $$ begin perform pg_temp.at('12:19'), amc_history.watch(); end $$;
select is(pg_temp.health(), 'unavailable tick', 'wake-ups are accepted, and no tick ends');
do $$ begin perform record_tick('{}', '{}'), cron.unschedule('amc-history-collect'), amc_history.watch(); end $$;
select is(pg_temp.health(), 'unavailable schedule', 'a job is not scheduled');
do $$ begin perform cron.schedule(name, schedule, command) from amc_history.jobs; perform amc_history.watch(); end $$;
select is(pg_temp.health(), 'ok', 'all is well again');

select * from finish();
rollback;
