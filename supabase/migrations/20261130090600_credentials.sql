-- Credentials in Vault, and what happens when Amazon refuses one.

create function amc_history.amc_credential(credential_name text) returns jsonb
language sql stable set search_path = ''
as $$
  select s.decrypted_secret::jsonb from vault.decrypted_secrets s where s.name = amc_credential.credential_name;
$$;
comment on function amc_history.amc_credential(text) is
  $$The Login with Amazon credential {client_id, client_secret, refresh_token} under a name in Vault; null if there is
none. On the direct connection only.$$;

create function amc_history.connect_instance(
  instance_id text, entity_id text, marketplace_id text, region text, credential jsonb,
  member_email text default null, name text default null
) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  secret_name text := 'amc_credential_' || connect_instance.instance_id;
  secret_id uuid;
  member uuid;
begin
  if not connect_instance.credential ?& array['client_id', 'client_secret', 'refresh_token'] then
    perform amc_history.refuse('credential_incomplete',
      'Expected a credential with client_id, client_secret and refresh_token, and got one without some of them.',
      'Take them from your Login with Amazon application and its consent.');
  end if;
  select s.id into secret_id from vault.secrets s where s.name = secret_name;
  if secret_id is null then
    perform vault.create_secret(connect_instance.credential::text, secret_name,
      'Login with Amazon credential of amc-history');
  else
    perform vault.update_secret(secret_id, connect_instance.credential::text);
  end if;
  insert into public.amc_instances as i (id, name, entity_id, marketplace_id, region, credential_name)
  values (connect_instance.instance_id, connect_instance.name, connect_instance.entity_id,
    connect_instance.marketplace_id, connect_instance.region, secret_name)
  on conflict (id) do update set entity_id = excluded.entity_id, marketplace_id = excluded.marketplace_id,
    region = excluded.region, name = coalesce(excluded.name, i.name), credential_name = excluded.credential_name,
    paused_until = null, pause_reason = null, throttles_in_row = 0;
  -- Other instances may use the credential too. A refusal of the former one says nothing about this one.
  update public.amc_instances i set paused_until = case when i.paused_until < 'infinity' then i.paused_until end,
    credential_version = 1 + (select max(s.credential_version) from public.amc_instances s
      where s.credential_name = secret_name)
  where i.credential_name = secret_name;
  update public.tracking_alerts a set resolved_at = amc_history.clock_now()
  where a.code = 'reconnect_needed' and a.resolved_at is null
    and a.instance_id in (select i.id from public.amc_instances i where i.credential_name = secret_name);
  if connect_instance.member_email is not null then
    select u.id into member from auth.users u where u.email = lower(connect_instance.member_email);
    if member is null then
      perform amc_history.refuse('user_not_found', format('No user %s.', quote_literal(connect_instance.member_email)),
        'The user signs up first; then connect the instance again.');
    end if;
    insert into public.amc_instance_members (instance_id, user_id)
    values (connect_instance.instance_id, member) on conflict do nothing;
  end if;
  perform amc_history.record_action('instance_connected', connect_instance.instance_id,
    detail => jsonb_strip_nulls(jsonb_build_object('member', member)));
  return connect_instance.instance_id;
end;
$$;
comment on function amc_history.connect_instance(text, text, text, text, jsonb, text, text) is
  $$Connects an AMC instance, or renews its credential: stores the credential in Vault, ends a pause, and lets
the user with member_email collect from it. Leaves an event instance_connected, with its actor. Run at a database
prompt, as postgres.$$;

create function public.report_credential_failure(
  credential_name text, credential_version integer, code text, message text
) returns integer
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  instance_id text;
  stopped integer := 0;
begin
  for instance_id in
    select i.id from public.amc_instances i
    where i.credential_name = report_credential_failure.credential_name
      -- A person may have connected the instance anew since the worker read the credential.
      and i.credential_version = report_credential_failure.credential_version
    order by i.id for no key update
  loop
    update public.amc_instances i set paused_until = 'infinity', pause_reason = report_credential_failure.code
    where i.id = instance_id;
    perform amc_history.raise_alert('reconnect_needed', format(
      'Amazon refused the credential %s: %s. Sign in with Amazon again, then store the new credential with '
      'amc_history.connect_instance.',
      report_credential_failure.credential_name, left(report_credential_failure.message, 500)), instance_id);
    stopped := stopped + 1;
  end loop;
  return stopped;
end;
$$;
comment on function public.report_credential_failure(text, integer, text, text) is
  $$Stops all work of a credential that Amazon refused for good (invalid_grant, invalid_client: docs, H) and alerts a
person.

credential_version: of amc_instances, as it was when the credential was read: a report about an earlier credential
is stale and stops nothing. code, message: Amazon's. Answers how many instances were stopped. For service_role.$$;
