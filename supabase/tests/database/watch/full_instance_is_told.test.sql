-- An instance in which no due week may begin for long is told once, with why; and no more once one may.
begin;
\ir ../../_shared/three_weeks.psql
select plan(20);

-- The minute's look, after so long: what is open of the kind slots, and how many alerts tell it.
create function pg_temp.watch(span interval default '1 minute') returns text language plpgsql as $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + span)::text, true);
  perform amc_history.watch();
  return concat_ws(' ', (select code from stoppages where kind = 'slots' and ended_at is null), 'alerts',
    (select count(*) from tracking_alerts where resolved_at is null and detail ->> 'kind' = 'slots'));
end;
$$;

select is(pg_temp.watch(), 'alerts 0', 'with free slots nothing is held up');
update amc_instances set running_elsewhere = max_parallel;
select is(pg_temp.watch(), 'running_elsewhere alerts 0', 'executions of others take all slots');
select is(pg_temp.watch('5 hours'), 'running_elsewhere alerts 0', 'for some hours nobody is told');
select is(pg_temp.watch('1 hour'), 'running_elsewhere alerts 1', 'then a person is');
select is(pg_temp.watch('1 hour'), 'running_elsewhere alerts 1', 'once');
select is((select concat_ws(' ', state, code, to_char(since at time zone 'UTC', 'HH24:MI')) from instance_states),
  'full running_elsewhere 12:02', 'and the instance''s state says so');
select is((select words from instance_states),
  'Executions that were not begun here take all 10 slots of the instance.', 'in the same words');

do $$ begin perform record_stoppage('listing', 'amcpgtap1', 'forbidden', 'amc', 'No.', 'amcpgtap1'); end $$;
select is(pg_temp.watch(), 'alerts 0', 'what a list says that cannot be read any more is not told beside that');
do $$ begin perform end_stoppage('listing', 'amcpgtap1'); end $$;
select is(pg_temp.watch(), 'running_elsewhere alerts 0', 'it is, once the list can be read');
update amc_instances set paused_until = amc_history.clock_now() + interval '8 hours';
select is(pg_temp.watch('7 hours'), 'running_elsewhere alerts 1', 'a pause does not end it');
update amc_instances set paused_until = null, running_elsewhere = max_parallel - 1;
select is(pg_temp.watch(), 'alerts 0', 'it ends when a week may begin');

update amc_instances set running_elsewhere = 0, max_parallel = 2, daily_limit = 2;
do $$ begin perform pg_temp.run_week(1, 'exec-1'), pg_temp.run_week(2, 'exec-2'); end $$;
select is(pg_temp.watch(), 'alerts 0', 'what runs for us is nobody''s alert');
update workflow_executions set status = 'SUCCEEDED';
select is(pg_temp.watch(), 'daily_limit alerts 0', 'slots are free, and the daily limit is reached');
update amc_history.allowances set results_waiting = 2;
select is(pg_temp.watch('6 hours'), 'results_waiting alerts 1', 'as many results wait as may');
update amc_history.allowances set results_waiting = 200;
update report_data_collections set paused_at = amc_history.clock_now();
select is(pg_temp.watch(), 'alerts 0', 'nothing waits of a collection that a person paused');
update report_data_collections set paused_at = null;
select is(pg_temp.watch(), 'daily_limit alerts 0', 'its weeks wait again');
select is(pg_temp.watch('18 hours'), 'alerts 0', 'until the day is over');

-- A new collection whose weeks AMC's list has already: each adoption answers no_slot.
update report_data_weeks set surveyed_at = null;
update amc_instances set running_elsewhere = max_parallel, daily_limit = null;
select is((adopt_surveyed(pg_temp.week(3), 'exec-9', '{"status": "RUNNING"}')).outcome, 'no_slot', 'none is free');
select is(pg_temp.watch(), 'running_elsewhere alerts 0', 'what waits for a slot to be adopted waits, too');
update report_data_weeks set surveyed_at = amc_history.clock_now();

delete from stoppages;
do $$ begin perform pg_temp.start_collection(1, instance => 'amcpgtap2'); end $$;
update amc_instances set running_elsewhere = max_parallel, daily_limit = null;
create function pg_temp.fail() returns trigger language plpgsql as $$
begin
  raise exception 'Oh.';
end;
$$;
create trigger fail before insert on stoppages for each row
  when (new.kind = 'slots' and new.subject = 'amcpgtap1') execute function pg_temp.fail();
do $$ begin perform pg_temp.watch(); end $$;
select is((select array_agg(kind || ' ' || subject order by kind) from stoppages
  where ended_at is null and kind in ('job', 'slots')),
  array['job amc-history-watch/slots/amcpgtap1', 'slots amcpgtap2'], 'one instance that fails stops no other');

select * from finish();
rollback;
