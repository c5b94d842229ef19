-- Trying credentials: a new one by one token request, and one that Amazon refused once more before it stops anything.

create function amc_history.is_token_held_up(credential_name text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
  return exists (select from public.amc_instances i
    join public.stoppages s on s.kind = 'instance' and s.subject = i.id and s.ended_at is null and s.source <> 'amc'
    where i.credential_name = is_token_held_up.credential_name and s.retry_at > amc_history.clock_now());
end;
$$;
comment on function amc_history.is_token_held_up(text) is
  $$Whether Amazon could not give a token for a credential a moment ago, so that it is left alone for a while.$$;

create function public.claim_credentials(max_credentials integer default 5, lease_seconds integer default 60)
returns table (instance_id text, credential_name text, credential_version integer, region text)
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  claimed public.amc_instances;
  taken integer := 0;
begin
  for claimed in
    select i.* from public.amc_instances i where i.credential_try_at <= now_at
      and not amc_history.is_token_held_up(i.credential_name)
    order by i.credential_try_at, i.id for no key update skip locked
  loop
    exit when taken >= claim_credentials.max_credentials;
    -- Its other instances, and this one: a credential is tried once for all of them.
    update public.amc_instances i
    set credential_try_at = now_at + make_interval(secs => claim_credentials.lease_seconds)
    where i.id in (select s.id from public.amc_instances s where s.credential_name = claimed.credential_name
      and s.credential_try_at <= now_at order by s.id for no key update skip locked);
    continue when not found;
    taken := taken + 1;
    instance_id := claimed.id;
    credential_name := claimed.credential_name;
    credential_version := claimed.credential_version;
    region := claimed.region;
    return next;
  end loop;
end;
$$;
comment on function public.claim_credentials(integer, integer) is
  $$Takes credentials that are to be tried by a token request: each once, though several instances use it. Without a
report it may be taken again after lease_seconds. For service_role.$$;

create function public.report_credential_accepted(credential_name text, credential_version integer) returns integer
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  accepted integer;
begin
  update public.amc_instances i set credential_outcome = 'accepted', credential_tried_at = amc_history.clock_now(),
    credential_refused_at = null, credential_try_at = null,
    paused_until = case when i.credential_refused_at is null or i.pause_reason is distinct from i.credential_outcome
      then i.paused_until end
  where i.id in (select s.id from public.amc_instances s
    where s.credential_name = report_credential_accepted.credential_name
      and s.credential_version = report_credential_accepted.credential_version
      and coalesce(s.paused_until < 'infinity', true)
    order by s.id for no key update);
  get diagnostics accepted = row_count;
  perform amc_history.end_stoppage('instance', s.subject) from public.stoppages s
  join public.amc_instances i on i.id = s.subject
  where s.kind = 'instance' and s.ended_at is null and s.source <> 'amc'
    and i.credential_name = report_credential_accepted.credential_name
    and i.credential_version = report_credential_accepted.credential_version;
  return accepted;
end;
$$;
comment on function public.report_credential_accepted(text, integer) is
  $$Reports that Amazon gave a token for a credential: records it, and ends the pause after a first refusal.
credential_version: as for report_credential_failure; a report about an earlier credential changes nothing. Answers how
many instances use it. For service_role.$$;

create function public.report_credential_failure(
  credential_name text, credential_version integer, code text, message text
) returns integer
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  again constant interval := (amc_history.allowances()).refused_again;
  instance public.amc_instances;
  stopped integer := 0;
begin
  for instance in
    select i.* from public.amc_instances i
    where i.credential_name = report_credential_failure.credential_name
      -- A person may have connected the instance anew since the worker read the credential.
      and i.credential_version = report_credential_failure.credential_version
    order by i.id for no key update
  loop
    if now_at < coalesce(instance.credential_refused_at, now_at) + again then
      -- A right one is refused at first where Amazon has not heard of it everywhere: it is tried once more.
      update public.amc_instances i set credential_refused_at = coalesce(i.credential_refused_at, now_at),
        credential_outcome = report_credential_failure.code, credential_tried_at = now_at,
        credential_try_at = coalesce(i.credential_refused_at, now_at) + again,
        pause_reason = report_credential_failure.code,
        paused_until = greatest(i.paused_until, coalesce(i.credential_refused_at, now_at) + again)
      where i.id = instance.id;
      continue;
    end if;
    update public.amc_instances i set paused_until = 'infinity', pause_reason = report_credential_failure.code,
      credential_outcome = report_credential_failure.code, credential_tried_at = now_at, credential_try_at = null
    where i.id = instance.id;
    perform amc_history.raise_alert('reconnect_needed', format(
      'Amazon refused the credential %s twice: %s. Sign in with Amazon again, then store the new credential with '
      'amc_history.connect_instance.',
      report_credential_failure.credential_name, left(report_credential_failure.message, 500)), instance.id);
    stopped := stopped + 1;
  end loop;
  return stopped;
end;
$$;
comment on function public.report_credential_failure(text, integer, text, text) is
  $$Reports that Amazon refused a credential (invalid_grant, invalid_client: docs, H). The first time its instances
pause for refused_again (amc_history.allowances), and it is tried once more; refused then as well, all their
work stops and a person is alerted.

credential_version: of amc_instances, as it was when the credential was read: a report about an earlier credential
is stale and stops nothing. code, message: Amazon's. Answers how many instances were stopped. For service_role.$$;
