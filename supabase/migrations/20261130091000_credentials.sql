-- Credentials in Vault: what form they have, and which instances and members they serve.

create function amc_history.amc_credential(credential_name text) returns jsonb
language sql stable set search_path = ''
as $$
  -- The cast of what is no JSON would put the secret into an error, and so into Postgres's log.
  select case when pg_input_is_valid(s.decrypted_secret, 'jsonb') then s.decrypted_secret::jsonb end
  from vault.decrypted_secrets s where s.name = amc_credential.credential_name;
$$;
comment on function amc_history.amc_credential(text) is
  $$The Login with Amazon credential {client_id, client_secret, refresh_token} under a name in Vault; null if there is
none, or no JSON. On the direct connection only.$$;

create function amc_history.check_credential(credential jsonb) returns void
language plpgsql set search_path = ''
as $$
declare
  names constant text[] := array['client_id', 'client_secret', 'refresh_token'];
  part text;
  value text;
begin
  foreach part in array names loop
    value := check_credential.credential ->> part;
    if jsonb_typeof(check_credential.credential -> part) is distinct from 'string' or value = '' then
      perform amc_history.refuse('credential_incomplete',
        format('Expected client_id, client_secret and refresh_token as texts, got none for %s.', part),
        'Take them from your Login with Amazon application and its consent.');
    elsif value ~ '[[:space:][:cntrl:]"'']' or value ~ '[^[:ascii:]]' or length(value) > 4000 then
      perform amc_history.refuse('credential_malformed',
        format('Expected %s without blanks, quotes or line breaks, got one that has some, or is too long.', part),
        'Copy it anew, without what stands around it.');
    elsif value like 'Atza|%' then
      perform amc_history.refuse('credential_is_access_token',
        format('Expected a refresh token, which begins with Atzr|, got an access token (Atza|) as %s.', part),
        'Take the refresh_token of the same answer: an access token ends after an hour.');
    elsif part <> 'client_id' and value like 'amzn1.application%' or part <> 'refresh_token' and value like 'Atzr|%'
      or part <> 'client_secret' and value like 'amzn1.oa2-cs.%'
      or part = 'client_id' and value like 'amzn1.application.%' then
      perform amc_history.refuse('credential_swapped',
        format('Expected the %s, got another part of a credential.', part),
        'client_id begins with amzn1.application-oa2-client, refresh_token with Atzr|.');
    end if;
  end loop;
end;
$$;
comment on function amc_history.check_credential(jsonb) is
  $$Refuses a credential whose form cannot be right, in words that do not hold it: without a part
(credential_incomplete), with blanks or quotes (credential_malformed), with an access token
(credential_is_access_token), with parts in each other's place (credential_swapped). Refresh tokens begin
with Atzr|, access tokens with Atza| (REF, H).$$;

create function amc_history.find_user(member text) returns uuid
language plpgsql stable set search_path = ''
as $$
declare
  users uuid[];
begin
  if find_user.member ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    users := array(select u.id from auth.users u where u.id = find_user.member::uuid and u.deleted_at is null);
  else
    -- Whoever has not confirmed an address may have registered that of somebody else.
    users := array(select u.id from auth.users u where lower(u.email) = lower(find_user.member)
      and u.email_confirmed_at is not null and u.deleted_at is null);
  end if;
  if cardinality(users) = 0 then
    perform amc_history.refuse('user_not_found', format('No user %s, or none who confirmed that address.',
      quote_nullable(left(find_user.member, 200))),
      'The user signs up and confirms the address first; or give the id.');
  elsif cardinality(users) > 1 then
    perform amc_history.refuse('user_ambiguous', format('%s users have the address %s.', cardinality(users),
      quote_literal(left(find_user.member, 200))), 'Give the id of the one that is meant.');
  end if;
  return users[1];
end;
$$;
comment on function amc_history.find_user(text) is
  $$A user by id, or by an address that exactly one user has confirmed. Refuses with user_not_found, user_ambiguous.$$;

create function amc_history.add_member(instance_id text, member text, role text default 'admin') returns uuid
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  added constant uuid := amc_history.find_user(add_member.member);
begin
  if not exists (select from public.amc_instances i where i.id = add_member.instance_id) then
    perform amc_history.refuse('instance_not_found', format('No instance %s.',
      quote_nullable(left(add_member.instance_id, 100))),
      'Connect it first, with amc_history.connect_instance.', 'PT404');
  end if;
  perform amc_history.check_role(add_member.role);
  perform amc_history.lock_membership(array[add_member.instance_id], added);
  insert into public.amc_instance_members as m (instance_id, user_id, role)
  values (add_member.instance_id, added, add_member.role)
  on conflict (instance_id, user_id) do update set role = excluded.role where m.role <> excluded.role;
  return added;
end;
$$;
comment on function amc_history.add_member(text, text, text) is
  $$Makes a user a member of an instance, or gives a member another role. member: a user's id, or an address that
exactly one user has confirmed. role: admin, analyst or viewer. Answers the user's id. Leaves an event member_added or
member_role_set. Refuses with user_not_found, user_ambiguous, instance_not_found, role_unknown. Run at a database
prompt, as postgres.$$;

create function amc_history.store_credential(instance_id text, credential jsonb, credential_secret text) returns text
language plpgsql set search_path = ''
as $$
declare
  secret_name constant text := coalesce(store_credential.credential_secret,
    'amc_credential_' || store_credential.instance_id);
  secret_id constant uuid := (select s.id from vault.secrets s where s.name = secret_name);
begin
  if store_credential.credential_secret is null then
    perform amc_history.check_credential(store_credential.credential);
    if secret_id is null then
      perform vault.create_secret(store_credential.credential::text, secret_name,
        'Login with Amazon credential of amc-history');
    else
      perform vault.update_secret(secret_id, store_credential.credential::text);
    end if;
  elsif store_credential.credential is not null then
    perform amc_history.refuse('credential_ambiguous', 'Expected a credential or the name of a secret; got both.',
      'Leave one out.');
  elsif secret_id is null then
    -- Without the name: it may be the secret itself, by mistake.
    perform amc_history.refuse('credential_secret_not_found', 'Vault has no secret of that name.',
      'Store the credential in Vault first, as JSON, under a name of your choice.');
  else
    perform amc_history.check_credential(amc_history.amc_credential(secret_name));
  end if;
  return secret_name;
end;
$$;
comment on function amc_history.store_credential(text, jsonb, text) is
  $$Stores an instance's credential in Vault, or takes the secret that is there under the name credential_secret.
Answers the secret's name. Refuses as amc_history.check_credential does, and with credential_ambiguous,
credential_secret_not_found.$$;

create function amc_history.connect_instance(
  instance_id text, entity_id text, marketplace_id text, region text, credential jsonb default null,
  member text default null, name text default null, credential_secret text default null
) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  secret_name constant text := amc_history.store_credential(connect_instance.instance_id, connect_instance.credential,
    connect_instance.credential_secret);
begin
  insert into public.amc_instances as i (id, name, entity_id, marketplace_id, region, credential_name)
  values (connect_instance.instance_id, connect_instance.name, connect_instance.entity_id,
    connect_instance.marketplace_id, connect_instance.region, secret_name)
  on conflict (id) do update set entity_id = excluded.entity_id, marketplace_id = excluded.marketplace_id,
    region = excluded.region, name = coalesce(excluded.name, i.name), credential_name = excluded.credential_name,
    paused_until = null, pause_reason = null, throttles_in_row = 0;
  -- Other instances may use the credential too. A refusal of the former one says nothing about this one.
  update public.amc_instances i set paused_until = case when i.paused_until < 'infinity' then i.paused_until end,
    credential_version = 1 + (select max(s.credential_version) from public.amc_instances s
      where s.credential_name = secret_name),
    credential_outcome = null, credential_tried_at = null, credential_refused_at = null,
    credential_try_at = amc_history.clock_now()
  where i.credential_name = secret_name;
  update public.tracking_alerts a set resolved_at = amc_history.clock_now()
  where a.code = 'reconnect_needed' and a.resolved_at is null
    and a.instance_id in (select i.id from public.amc_instances i where i.credential_name = secret_name);
  perform amc_history.end_stoppage('instance', connect_instance.instance_id);
  perform amc_history.record_action('instance_connected', connect_instance.instance_id);
  if connect_instance.member is not null then
    perform amc_history.add_member(connect_instance.instance_id, connect_instance.member);
  end if;
  return connect_instance.instance_id;
end;
$$;
comment on function amc_history.connect_instance(text, text, text, text, jsonb, text, text, text) is
  $$Connects an AMC instance, or renews its credential, ends a pause, and has the credential tried by the next worker
(amc_instances.credential_outcome). Run at a database prompt, as postgres.

credential: {client_id, client_secret, refresh_token}, which is stored in Vault; or credential_secret: the name of a
secret in Vault that holds it, so that no statement, and so no log, ever has it. member: a user's id, or an address that
exactly one user has confirmed, who becomes an admin of it; amc_history.add_member adds more. Leaves an event
instance_connected. Refuses as amc_history.store_credential and amc_history.add_member do.$$;
