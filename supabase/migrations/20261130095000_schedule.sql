-- The schedule: each minute the database looks whether there is anything for a worker to do, and only then wakes one.
-- A lost wake-up costs a minute and nothing else: all state is in the tables.

create function amc_history.count_actionable() returns integer
language plpgsql volatile set search_path = ''
as $$
declare
  now_at timestamptz := amc_history.clock_now();
  actionable integer;
begin
  -- Runs each minute, mostly to find nothing: of each instance, the cheap questions first.
  select count(*) into actionable from public.amc_instances i
  where coalesce(i.paused_until <= now_at, true)
    and (
      case when i.list_due_at <= now_at and coalesce(i.list_leased_until <= now_at, true) and (
          exists (select from public.week_attempts a where a.instance_id = i.id and a.is_live)
          or exists (select from public.week_attempts a where a.instance_id = i.id and a.watch_until > now_at)
          or exists (select from public.report_data_weeks w where w.instance_id = i.id and w.surveyed_at is null
            and w.due_at is not null)
          or exists (select from public.stoppages s
            where s.kind = 'instance' and s.subject = i.id and s.ended_at is null and s.retry_at <= now_at)
          or i.running_elsewhere > 0)
        then amc_history.is_listing_due(i) else false end
      or case when (select min(w.due_at) from public.report_data_weeks w where w.instance_id = i.id) <= now_at
          and (select count(*) from amc_history.taken_slots(i.id)) < i.max_parallel - i.running_elsewhere
        then exists (select from amc_history.free_slots(i)) and amc_history.has_claimable_week(i.id) else false end
    );
  return actionable
    + (select count(*) from public.week_attempts a
      join public.workflow_executions e on e.id = a.execution_id
      join public.amc_instances i on i.id = a.instance_id
      where a.is_live and a.state = 'created' and a.cancel_requested_at is null and e.has_ended
        and coalesce(a.leased_until <= now_at, true)
        and coalesce(a.due_at <= now_at, true)
        and coalesce(i.paused_until <= now_at, true))
    + (select count(distinct i.credential_name) from public.amc_instances i where i.credential_try_at <= now_at
      and not amc_history.is_token_held_up(i.credential_name))
    + (select count(*) from amc_history.executions_to_cancel((amc_history.allowances()).cancel_again))
    + (select count(*) from amc_history.webhooks_to_tell())
    + (select count(*) from amc_history.due_id_backfills())
    + amc_history.count_checks();
end;
$$;
comment on function amc_history.count_actionable() is
  $$How many instances, results, credentials, cancellations, webhooks and searches for lost ids a worker could do
something for now. What waits behind a full or paused instance does not count.$$;

create function amc_history.dispatch_collect() returns integer
language plpgsql set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  wake_ups integer;
  url text;
  key text;
begin
  perform amc_history.survey_after_gap();
  wake_ups := least(allowed.wake_ups,
    -- Whether a worker can be reached again, and its steps work, only a wake-up shows.
    ceil((amc_history.count_actionable() + (select count(*) from public.stoppages s where s.ended_at is null
      and s.kind in ('schedule_secrets', 'wake_up', 'tick', 'step')))::numeric / allowed.actionable_per_wake_up));
  if wake_ups = 0 then
    return 0;
  end if;
  select rtrim(s.decrypted_secret, '/') into url from vault.decrypted_secrets s
    where s.name = 'amc_history_project_url';
  select s.decrypted_secret into key from vault.decrypted_secrets s where s.name = 'amc_history_cron_key';
  if coalesce(url, '') = '' or coalesce(key, '') = '' then
    perform amc_history.record_stoppage('schedule_secrets', 'collect', 'secret_missing', 'amc_history',
      'Vault has no amc_history_project_url or no amc_history_cron_key. '
      'Store both with vault.create_secret.', null);
    return 0;
  end if;
  begin
    for i in 1 .. wake_ups loop
      insert into amc_history.wake_ups (request_id)
      values (net.http_post(url := url || '/functions/v1/collect', body := '{}'::jsonb,
        headers := jsonb_build_object('Content-Type', 'application/json', 'apikey', key),
        timeout_milliseconds := (extract(epoch from allowed.wake_up_timeout) * 1000)::integer));
    end loop;
  exception when others then
    -- pg_net raises at once what is no address. The stoppage must not be undone with the request.
    perform amc_history.record_stoppage('schedule_secrets', 'collect', 'address_refused', 'postgres', format(
      'pg_net does not take the address in amc_history_project_url: %s. Expected '
      'https://<ref>.supabase.co, without blanks; store it with vault.update_secret.', sqlerrm), null);
    return 0;
  end;
  perform amc_history.end_stoppage('schedule_secrets', 'collect');
  return wake_ups;
end;
$$;
comment on function amc_history.dispatch_collect() is
  $$Wakes the edge function collect if there is anything to do: one worker for every actionable_per_wake_up things, at
most wake_ups (amc_history.allowances). Answers how many requests it queued. Run by pg_cron; URL and key come from
Vault.$$;

create function amc_history.purge_some(what text) returns bigint
language plpgsql set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  now_at constant timestamptz := amc_history.clock_now();
  purged bigint;
begin
  case purge_some.what
    when 'loads' then
      return amc_history.drop_ended_loads();
    when 'job_runs' then
      -- A run that was interrupted has no end, and perhaps not even a start.
      delete from cron.job_run_details d where d.runid in (
        select r.runid from cron.job_run_details r
        where coalesce(r.end_time, r.start_time) < now_at - allowed.keep_job_runs
          or coalesce(r.end_time, r.start_time) is null and r.status = 'failed'
        order by r.runid limit allowed.rows_at_once);
    when 'events' then
      delete from public.tracking_events e where e.id in (
        select o.id from public.tracking_events o where o.happened_at < now_at - allowed.keep_events
        order by o.happened_at limit allowed.rows_at_once);
    when 'stoppages' then
      delete from public.stoppages s where s.id in (
        select o.id from public.stoppages o where o.ended_at < now_at - allowed.keep_events
        order by o.ended_at limit allowed.rows_at_once);
    when 'alerts' then
      delete from public.tracking_alerts t where t.id in (
        select o.id from public.tracking_alerts o where o.resolved_at < now_at - allowed.keep_events
        order by o.resolved_at limit allowed.rows_at_once);
    when 'checks' then
      delete from public.workflow_checks k where k.id in (
        select o.id from public.workflow_checks o where o.ended_at < now_at - allowed.keep_events
        order by o.ended_at limit allowed.rows_at_once);
    when 'id_backfills' then
      delete from public.id_backfills b where b.id in (
        select o.id from public.id_backfills o where o.ended_at < now_at - allowed.keep_events
        order by o.ended_at limit 10);
    when 'deliveries' then
      delete from public.webhook_deliveries d where d.id in (
        select o.id from public.webhook_deliveries o where o.ended_at < now_at - allowed.keep_deliveries
        order by o.ended_at limit allowed.rows_at_once);
  end case;
  get diagnostics purged = row_count;
  return purged;
end;
$$;
comment on function amc_history.purge_some(text) is
  $$Deletes old records of one kind, at most rows_at_once (amc_history.allowances): job_runs, events, stoppages,
alerts, checks (of workflow versions), id_backfills (ten), deliveries (of webhooks), or loads: partial ones of attempts
that have ended.
Answers how many.$$;

create function amc_history.purge_history() returns bigint
language plpgsql set search_path = ''
as $$
declare
  job constant text := 'amc-history-purge/';
  what text;
  purged bigint := 0;
begin
  foreach what in array array['loads', 'job_runs', 'events', 'stoppages', 'alerts', 'checks',
    'id_backfills', 'deliveries'] loop
    continue when amc_history.is_held_up('job', job || what);
    begin
      purged := purged + amc_history.purge_some(what);
      perform amc_history.end_stoppage('job', job || what);
    exception when query_canceled or others then
      perform amc_history.record_stoppage('job', job || what, sqlstate, 'postgres', sqlerrm, null);
      -- The statement's time is over.
      exit when sqlstate = '57014';
    end;
  end loop;
  return purged;
end;
$$;
comment on function amc_history.purge_history() is
  $$Deletes old records, rows_at_once of each kind at most (amc_history.allowances): runs of jobs after keep_job_runs,
tracking events, ended stoppages, checks and id backfills, and resolved alerts after keep_events, deliveries after
keep_deliveries, and partial loads of attempts that have ended. A kind that fails is set aside, and the others go
on. Answers how many. Run by pg_cron.$$;

select cron.schedule(j.name, j.schedule, j.command) from amc_history.jobs j;
