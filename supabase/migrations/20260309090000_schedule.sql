-- The schedule: each minute the database looks whether a worker could move anything on, and only then wakes
-- one. A lost nudge costs a minute and nothing else: all state is in the tables.

create extension if not exists pg_cron with schema pg_catalog;
create extension if not exists pg_net with schema extensions;
create extension if not exists supabase_vault with schema vault;

-- Credentials ---------------------------------------------------------------------------------------

create function amc_history.amc_credential(credential_name text) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select s.decrypted_secret::jsonb from vault.decrypted_secrets s where s.name = amc_credential.credential_name;
$$;
comment on function amc_history.amc_credential(text) is
  'The Login with Amazon credential {client_id, client_secret, refresh_token} under a name in Vault; null if there is none. On the direct connection only.';

create function amc_history.connect_instance(
  instance_id text, entity_id text, marketplace_id text, region text, credential jsonb,
  member_email text default null, name text default null
) returns text
language plpgsql security invoker set search_path = ''
as $$
#variable_conflict use_column
declare
  secret_name text := 'amc_credential_' || connect_instance.instance_id;
  secret_id uuid;
  member uuid;
begin
  if not connect_instance.credential ?& array['client_id', 'client_secret', 'refresh_token'] then
    perform amc_history.refuse('credential_incomplete', 'Expected a credential with client_id, client_secret and refresh_token.',
      'Take them from your Login with Amazon application and its consent.');
  end if;
  select s.id into secret_id from vault.secrets s where s.name = secret_name;
  if secret_id is null then
    perform vault.create_secret(connect_instance.credential::text, secret_name, 'Login with Amazon credential of amc-history');
  else
    perform vault.update_secret(secret_id, connect_instance.credential::text);
  end if;
  insert into public.amc_instances as i (id, name, entity_id, marketplace_id, region, credential_name)
  values (connect_instance.instance_id, connect_instance.name, connect_instance.entity_id,
    connect_instance.marketplace_id, connect_instance.region, secret_name)
  on conflict (id) do update set entity_id = excluded.entity_id, marketplace_id = excluded.marketplace_id,
    region = excluded.region, name = coalesce(excluded.name, i.name), credential_name = excluded.credential_name,
    paused_until = null, pause_reason = null, throttles_in_row = 0;
  -- Others may use the credential too. What was refused before is not what is stored now.
  update public.amc_instances i set paused_until = case when i.paused_until < 'infinity' then i.paused_until end,
    credential_version = 1 + (select max(s.credential_version) from public.amc_instances s where s.credential_name = secret_name)
  where i.credential_name = secret_name;
  update public.tracking_alerts a set resolved_at = amc_history.clock_now()
  where a.code = 'reconnect_needed' and a.resolved_at is null
    and a.instance_id in (select i.id from public.amc_instances i where i.credential_name = secret_name);
  if connect_instance.member_email is not null then
    select u.id into member from auth.users u where u.email = lower(connect_instance.member_email);
    if member is null then
      perform amc_history.refuse('user_not_found', format('No user %s.', quote_literal(connect_instance.member_email)),
        'The user signs up first.');
    end if;
    insert into public.amc_instance_members (instance_id, user_id)
    values (connect_instance.instance_id, member) on conflict do nothing;
  end if;
  return connect_instance.instance_id;
end;
$$;
comment on function amc_history.connect_instance(text, text, text, text, jsonb, text, text) is
  $$Connects an AMC instance, or renews its credential: stores the credential in Vault, ends a pause, and lets
the user with member_email collect from it. Run at a database prompt, as postgres.$$;

-- The nudge -----------------------------------------------------------------------------------------

create function amc_history.count_actionable() returns integer
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  now_at timestamptz := amc_history.clock_now();
  actionable integer;
begin
  -- Run each minute for ever, mostly to find nothing: of each instance, what costs little is asked first.
  select count(*) into actionable from public.amc_instances i
  where coalesce(i.paused_until <= now_at, true)
    and (
      case when i.list_due_at <= now_at and coalesce(i.list_leased_until <= now_at, true) and (
          exists (select from public.week_attempts a where a.instance_id = i.id and a.state <> 'ended')
          or exists (select from public.week_attempts a where a.instance_id = i.id and a.watch_until > now_at)
          or exists (select from public.report_data_collections c where c.instance_id = i.id and c.surveyed_at is null)
          or exists (select from public.report_data_weeks w where w.instance_id = i.id and w.survey_again)
          or i.running_elsewhere > 0)
        then amc_history.is_listing_due(i) else false end
      or case when exists (select from public.report_data_weeks w where w.instance_id = i.id and w.due_at <= now_at)
          and (select count(*) from public.week_attempts a where a.instance_id = i.id and a.state <> 'ended')
            < i.max_parallel - i.running_elsewhere
        then exists (select from amc_history.free_slots(i)) and amc_history.has_claimable_week(i.id) else false end
    );
  return actionable
    + (select count(*) from public.week_attempts a
      join public.workflow_executions e on e.id = a.execution_id
      join public.amc_instances i on i.id = a.instance_id
      where a.state = 'created' and a.cancel_requested_at is null and e.status in ('SUCCEEDED', 'FAILED', 'REJECTED', 'CANCELLED')
        and coalesce(a.leased_until <= now_at, true)
        and coalesce(a.due_at <= now_at, true)
        and coalesce(i.paused_until <= now_at, true))
    + (select count(*) from amc_history.executions_to_cancel(60));
end;
$$;
comment on function amc_history.count_actionable() is
  'How many instances and results a worker could move on now. Waiting behind a full or paused instance is not actionable.';

create function amc_history.dispatch_collect() returns integer
language plpgsql security invoker set search_path = ''
as $$
declare
  most_at_once constant integer := 3;
  nudges integer := least(most_at_once, ceil(amc_history.count_actionable() / 10.0));
  url text;
  key text;
begin
  if nudges = 0 then
    return 0;
  end if;
  select s.decrypted_secret into url from vault.decrypted_secrets s where s.name = 'amc_history_project_url';
  select s.decrypted_secret into key from vault.decrypted_secrets s where s.name = 'amc_history_cron_key';
  if url is null or key is null then
    perform amc_history.raise_alert('schedule_not_configured',
      'Weeks are waiting, but Vault has no amc_history_project_url or no amc_history_cron_key. Store both with vault.create_secret.', null);
    return 0;
  end if;
  update public.tracking_alerts a set resolved_at = amc_history.clock_now()
  where a.code = 'schedule_not_configured' and a.resolved_at is null;
  for i in 1 .. nudges loop
    perform net.http_post(url := url || '/functions/v1/collect', body := '{}'::jsonb,
      headers := jsonb_build_object('Content-Type', 'application/json', 'apikey', key),
      timeout_milliseconds := 5000);
  end loop;
  return nudges;
end;
$$;
comment on function amc_history.dispatch_collect() is
  'Wakes the edge function collect if something is actionable, several at once when there is much. Answers how many nudges were queued. Run by pg_cron; URL and key come from Vault.';

create function amc_history.purge_history() returns void
language sql security invoker set search_path = ''
as $$
  select amc_history.drop_ended_loads();
  delete from cron.job_run_details where end_time < amc_history.clock_now() - interval '7 days';
  delete from public.tracking_events where happened_at < amc_history.clock_now() - interval '400 days';
$$;
comment on function amc_history.purge_history() is
  'Drops what is older than anyone looks at: runs of jobs after 7 days, tracking events after 400; and what is loaded in part for attempts that have ended.';

do $$
declare
  f regprocedure;
begin
  foreach f in array array[
    'amc_history.amc_credential(text)', 'amc_history.connect_instance(text, text, text, text, jsonb, text, text)',
    'amc_history.count_actionable()', 'amc_history.dispatch_collect()', 'amc_history.purge_history()'
  ]::regprocedure[] loop
    execute format('revoke execute on function %s from public, anon, authenticated, service_role', f);
  end loop;
end;
$$;

select cron.schedule('amc-history-collect', '* * * * *', 'select amc_history.dispatch_collect()');
select cron.schedule('amc-history-purge', '17 3 * * *', 'select amc_history.purge_history()');
