-- Watching: what the database sees of the schedule, its wake-ups and the worker. It runs here, so that it goes on while
-- the edge function cannot be reached.

create table amc_history.jobs (
  name text primary key,
  schedule text not null,
  command text not null
);

comment on table amc_history.jobs is
  $$The jobs that pg_cron has to run. Whoever does without one deletes its row here, too: a job that is missing is
told.$$;

alter table amc_history.jobs enable row level security;

insert into amc_history.jobs (name, schedule, command) values
  ('amc-history-collect', '* * * * *', 'select amc_history.dispatch_collect()'),
  ('amc-history-watch', '* * * * *', 'select amc_history.watch()'),
  ('amc-history-purge', '17 * * * *', 'select amc_history.purge_history()'),
  ('amc-history-check', '* * * * *', 'select amc_history.check_cells()'),
  ('amc-history-delete', '* * * * *', 'select amc_history.delete_dropped_rows()'),
  ('amc-history-prune', '41 * * * *', 'select amc_history.prune_versions()'),
  ('amc-history-restate', '23 * * * *', 'select amc_history.open_restatements()'),
  ('amc-history-keep', '7 * * * *', 'select amc_history.keep_collections_current()');

create table amc_history.wake_ups (
  request_id bigint primary key,
  sent_at timestamptz not null default amc_history.clock_now()
);

comment on table amc_history.wake_ups is 'Wake-ups that pg_net was given and whose answers have not been read.';
comment on column amc_history.wake_ups.request_id is 'The id of the request: net._http_response.id of its answer.';

alter table amc_history.wake_ups enable row level security;

create table amc_history.heartbeats (
  name text primary key
    constraint name_is_known check (name in ('wake_up_accepted', 'tick', 'watch', 'dispatch', 'restored')),
  at timestamptz not null default amc_history.clock_now()
);

comment on table amc_history.heartbeats is
  $$When something last happened: tick, a worker ended one; watch, the database looked; dispatch, it
looked for work for a worker; restored, it was taken for a restored backup; wake_up_accepted, the first
time since the last tick that collect accepted a wake-up.$$;

alter table amc_history.heartbeats enable row level security;

create function amc_history.beat(name text) returns void
language sql security definer set search_path = ''
as $$
  insert into amc_history.heartbeats as h (name) values (beat.name)
  on conflict (name) do update set at = excluded.at;
$$;
comment on function amc_history.beat(text) is
  $$Records that something happened now; see amc_history.heartbeats. Definer: a worker's tick is one of them, and no API
role has a right on the table.$$;

create function amc_history.accept_wake_up(sent_at timestamptz) returns void
language plpgsql set search_path = ''
as $$
declare
  tick constant timestamptz := coalesce((select h.at from amc_history.heartbeats h where h.name = 'tick'), '-infinity');
begin
  -- Once a person is told, a tick alone shows that the worker works: it is one trouble, whichever way it shows.
  if not exists (select from public.tracking_alerts t
      where t.code = 'worker_unreachable' and t.resolved_at is null) then
    perform amc_history.end_stoppage('wake_up', 'collect');
  end if;
  -- A tick that ended since it was sent has answered it, whenever its answer is read.
  insert into amc_history.heartbeats as h (name, at)
  select 'wake_up_accepted', accept_wake_up.sent_at where accept_wake_up.sent_at > tick
  on conflict (name) do update set at = excluded.at where h.at <= tick;
end;
$$;
comment on function amc_history.accept_wake_up(timestamptz) is
  $$Records that collect accepted a wake-up, and since when it has owed a tick. sent_at: when it was queued.$$;

create function amc_history.read_wake_ups() returns void
language plpgsql set search_path = ''
as $$
declare
  late constant timestamptz := amc_history.clock_now() - (amc_history.allowances()).wake_up_answer;
  answer record;
begin
  select w.request_id, w.sent_at, r.id is not null as came, r.status_code, r.timed_out, r.error_msg,
    left(r.content, 300) as content into answer
  from amc_history.wake_ups w left join net._http_response r on r.id = w.request_id
  where r.id is not null or w.sent_at < late
  -- One that was accepted says more than those that were not.
  order by coalesce(r.status_code between 200 and 299, false) desc, w.request_id desc limit 1;
  if not found then
    return;
  end if;
  if answer.status_code between 200 and 299 then
    perform amc_history.accept_wake_up(answer.sent_at);
  elsif answer.came then
    perform amc_history.record_stoppage('wake_up', 'collect',
      coalesce('http_' || answer.status_code, case when answer.timed_out then 'timed_out' else 'not_reached' end),
      'supabase', 'The schedule called the edge function collect, and ' || case
        when answer.status_code is not null then format('was answered with status %s: %s', answer.status_code,
          regexp_replace(coalesce(nullif(answer.content, ''), 'no words'), '[[:cntrl:]]+', ' ', 'g'))
        else 'had no answer: ' || coalesce(answer.error_msg, 'it took too long.') end, null);
  else
    perform amc_history.record_stoppage('wake_up', 'collect', 'not_sent', 'supabase',
      'pg_net has not sent what the schedule gave it: its background worker may have stopped. '
      'See select net.worker_restart().', null);
  end if;
  delete from amc_history.wake_ups w
  where w.sent_at < late or exists (select from net._http_response r where r.id = w.request_id);
end;
$$;
comment on function amc_history.read_wake_ups() is
  $$Reads the answers to wake-ups that came since: one that was accepted ends the stoppage wake_up; if none was, the
newest tells why. A wake-up that has no answer after wake_up_answer (amc_history.allowances) was not sent.$$;

create function amc_history.watch_ticks() returns void
language plpgsql set search_path = ''
as $$
declare
  accepted constant timestamptz := (select h.at from amc_history.heartbeats h where h.name = 'wake_up_accepted');
  tick constant timestamptz := (select h.at from amc_history.heartbeats h where h.name = 'tick');
begin
  if accepted > coalesce(tick, '-infinity')
    and accepted < amc_history.clock_now() - (amc_history.allowances()).tick_longest then
    perform amc_history.record_stoppage('tick', 'collect', 'no_tick', 'amc_history', format('The edge function collect '
      'has accepted wake-ups since %s, and has ended no tick since %s.', accepted, coalesce(tick::text, 'ever')), null);
  end if;
end;
$$;
comment on function amc_history.watch_ticks() is
  $$Records the stoppage tick if wake-ups are accepted and no worker has ended a tick for tick_longest
(amc_history.allowances).$$;

create function amc_history.watch_jobs() returns void
language plpgsql set search_path = ''
as $$
declare
  job record;
begin
  for job in
    select j.name, c.active, run.status, left(run.return_message, 1000) as words
    from amc_history.jobs j
    left join cron.job c on c.jobname = j.name and c.command = j.command
    left join lateral (select d.status, d.return_message from cron.job_run_details d
      where d.jobid = c.jobid and d.status in ('succeeded', 'failed') order by d.runid desc limit 1) run on true
    order by j.name
  loop
    if coalesce(job.active, false) then
      perform amc_history.end_stoppage('schedule', job.name);
    else
      perform amc_history.record_stoppage('schedule', job.name, 'not_scheduled', 'amc_history', format(
        'pg_cron has no active job %s with the command that amc_history.jobs has.', job.name), null);
    end if;
    if job.status = 'succeeded' then
      perform amc_history.end_stoppage('job', job.name);
    elsif job.status = 'failed' then
      perform amc_history.record_stoppage('job', job.name, 'run_failed', 'postgres',
        coalesce(nullif(job.words, ''), 'The run was interrupted.'), null);
    end if;
  end loop;
  -- Of jobs that are wanted no more nothing is held up.
  perform amc_history.end_stoppage(s.kind, s.subject) from public.stoppages s
  where s.ended_at is null and s.kind in ('schedule', 'job') and starts_with(s.subject, 'amc-history-')
    and not exists (select from amc_history.jobs j where j.name = split_part(s.subject, '/', 1));
end;
$$;
comment on function amc_history.watch_jobs() is
  $$Records a stoppage for each of our jobs that pg_cron does not run, and for each whose last run failed; ends those of
the others.$$;

create function amc_history.watch_overdue() returns void
language plpgsql set search_path = ''
as $$
declare
  instance text;
begin
  for instance in
    select i.id from public.amc_instances i where exists (select from public.week_attempts a
      where a.instance_id = i.id and a.is_live and a.state = 'created'
        and a.intended_at < amc_history.clock_now() - make_interval(hours => i.overdue_hours))
  loop
    perform amc_history.refresh_overdue_alerts(instance);
  end loop;
end;
$$;
comment on function amc_history.watch_overdue() is
  $$Alerts a person to overdue executions, also of instances whose list cannot be read.$$;

create function amc_history.end_idle_stoppages() returns void
language plpgsql set search_path = ''
as $$
declare
  now_at constant timestamptz := amc_history.clock_now();
  longest constant interval := (amc_history.allowances()).stoppage_pause_longest;
  forgotten constant timestamptz := least(now_at, (select h.at from amc_history.heartbeats h where h.name = 'tick'))
    - 3 * longest;
  idle record;
begin
  for idle in
    select s.kind, s.subject from public.stoppages s
    where s.ended_at is null
      and s.kind in ('instance', 'creates', 'listing', 'list_entry', 'workflow_save', 'workflow_check',
        'workflow_header', 'collection')
      and not exists (select from (
          select w.collection_id from public.report_data_weeks w
          where w.instance_id = s.instance_id and w.due_at is not null
          union all
          select w.collection_id from public.week_attempts a join public.report_data_weeks w on w.id = a.week_id
          where a.instance_id = s.instance_id and a.is_live) w
        join public.report_data_collections c on c.id = w.collection_id
        where case when s.kind like 'workflow%' then s.subject = c.instance_id || '/' || c.workflow_id
          when s.kind = 'collection' then s.subject = c.id::text else true end)
      -- AMC's list is still read for those that were given up.
      and not (s.kind in ('instance', 'listing', 'list_entry') and exists (select from public.week_attempts a
        where a.instance_id = s.instance_id and a.watch_until > now_at))
    union all
    select s.kind, s.subject from public.stoppages s
    where s.ended_at is null and s.kind = 'week'
      and not exists (select from public.report_data_weeks w
        where w.id = s.week_id and (w.due_at = 'infinity' or w.surveyed_at is null and w.due_at is not null))
      -- AMC is still asked about one that was given up: it is told as long as that fails.
      and not exists (select from public.week_attempts a where a.week_id = s.week_id
        and (a.is_live or a.watch_until > now_at and s.last_at > now_at - longest))
    union all
    select s.kind, s.subject from public.stoppages s
    left join public.amc_instances i on i.id = s.instance_id
    where s.ended_at is null
      and (s.kind in ('execution', 'list_entry', 'cancel', 'result') or s.kind = 'job' and s.subject like '%/%')
      -- It was to be tried long ago, workers have ticked since, and none has tried it.
      and s.retry_at < forgotten and coalesce(i.paused_until < forgotten, true)
  loop
    perform amc_history.end_stoppage(idle.kind, idle.subject);
  end loop;
end;
$$;
comment on function amc_history.end_idle_stoppages() is
  $$Ends the stoppages of instances (with those of entries in their lists), workflows and collections of which no week
waits or runs any more, those of weeks that neither are held nor have an attempt that was asked about lately, and those
of single things that nobody has tried again for three times stoppage_pause_longest, though workers ticked: nothing is
left that they could hold up. If something asks for it again and fails, another begins.$$;

create function amc_history.watch() returns void
language plpgsql set search_path = ''
as $$
declare
  job constant text := 'amc-history-watch/';
  what text;
begin
  foreach what in array array['read_wake_ups', 'watch_ticks', 'watch_jobs', 'watch_overdue',
    'watch_slots', 'watch_retention', 'watch_standing', 'watch_cancelled', 'end_idle_stoppages',
    'tell_lasting_stoppages', 'read_last_resort', 'tell_last_resort'] loop
    begin
      execute format('select amc_history.%I()', what);
      perform amc_history.end_stoppage('job', job || what);
    exception when query_canceled or others then
      perform amc_history.record_stoppage('job', job || what, sqlstate, 'postgres', sqlerrm, null);
      -- The statement's time is over.
      exit when sqlstate = '57014';
    end;
  end loop;
  perform amc_history.beat('watch');
end;
$$;
comment on function amc_history.watch() is
  $$Looks whether the schedule, its wake-ups, the worker and the jobs move, and tells what has been held up for long. A
part that fails is recorded, and the others go on. Run by pg_cron each minute.$$;

create function public.record_tick(succeeded text[], failed jsonb) returns void
language plpgsql set search_path = ''
as $$
declare
  step text;
  words text;
begin
  perform amc_history.beat('tick');
  -- In the order in which watch() locks them.
  perform amc_history.end_stoppage('wake_up', 'collect');
  perform amc_history.end_stoppage('tick', 'collect');
  foreach step in array record_tick.succeeded loop
    perform amc_history.end_stoppage('step', step);
  end loop;
  for step, words in select f.key, f.value from jsonb_each_text(record_tick.failed) f loop
    perform amc_history.record_stoppage('step', step, 'step_failed', 'amc_history', words, null);
  end loop;
end;
$$;
comment on function public.record_tick(text[], jsonb) is
  $$Records that a worker ended a tick. succeeded: its steps that ran; failed: an object of those that failed as a
whole, each with its error's message, which becomes the stoppage step. For service_role.$$;
