-- Setting up webhooks: who may, what is refused, and where address and key go.

create function amc_history.check_webhook_secret(form text, secret jsonb, is_operators boolean) returns void
language plpgsql set search_path = ''
as $$
declare
  url constant text := check_webhook_secret.secret ->> 'url';
  key constant text := check_webhook_secret.secret ->> 'signing_key';
begin
  if url is null or length(url) > 2000 or url !~ '^https?://[A-Za-z0-9.:\[\]_-]+([/?][!-~]*)?$'
    or url ~ '[\\"''<>#]' or url !~ '^https:' and not check_webhook_secret.is_operators then
    -- Without the address: it is a secret.
    perform amc_history.refuse('webhook_url_malformed',
      'Expected an address https://<host>/<path> of at most 2000 characters, without a user, blanks or quotes.',
      'Copy it anew from whoever gave it.');
  elsif key !~ '^[!-~]{16,200}$' or key is null and check_webhook_secret.form = 'json' then
    perform amc_history.refuse('signing_key_malformed',
      'Expected a signing key of 16 to 200 printable ASCII characters without blanks.',
      'Make one by chance, such as openssl rand -hex 32 does, and give it to the receiver too.');
  end if;
end;
$$;
comment on function amc_history.check_webhook_secret(text, jsonb, boolean) is
  $$Refuses an address (webhook_url_malformed) or a key (signing_key_malformed) that cannot be right, in words that do
not hold it. The form json needs a key. is_operators: http is allowed too; the worker then takes it only for hosts
that its settings name.$$;

create function amc_history.store_webhook_secret(
  hook public.webhooks, url text, signing_key text, secret_name text
) returns text
language plpgsql set search_path = ''
as $$
declare
  own constant text := 'amc_webhook_' || (hook).id;
  known constant jsonb := amc_history.webhook_secret((hook).id);
  stored jsonb;
begin
  if store_webhook_secret.secret_name is not null then
    if store_webhook_secret.url is not null or store_webhook_secret.signing_key is not null
      or not amc_history.is_operator() then
      perform amc_history.refuse('webhook_secret_refused', 'Expected an address and key, or, from an operator, the '
        'name of a secret in place of both.', 'Leave secret_name out.');
    end if;
    select case when pg_input_is_valid(s.decrypted_secret, 'jsonb') then s.decrypted_secret::jsonb end into stored
    from vault.decrypted_secrets s where s.name = store_webhook_secret.secret_name;
    perform amc_history.check_webhook_secret((hook).form, stored, true);
    return store_webhook_secret.secret_name;
  end if;
  stored := jsonb_strip_nulls(jsonb_build_object('url', coalesce(store_webhook_secret.url, known ->> 'url'),
    'signing_key', coalesce(store_webhook_secret.signing_key, known ->> 'signing_key')));
  if stored = known then
    perform amc_history.check_webhook_secret((hook).form, stored, true);
    return (hook).secret_name;
  end if;
  perform amc_history.check_webhook_secret((hook).form, stored, false);
  if exists (select from vault.secrets s where s.name = own) then
    perform vault.update_secret(s.id, stored::text) from vault.secrets s where s.name = own;
  else
    perform vault.create_secret(stored::text, own, 'Address and signing key of a webhook of amc-history');
  end if;
  return own;
end;
$$;
comment on function amc_history.store_webhook_secret(public.webhooks, text, text, text) is
  $$Stores a webhook's address and key in Vault, or takes the secret that an operator named; what is null stays as it
is. Answers the secret's name. Refuses as amc_history.check_webhook_secret does, and with webhook_secret_refused.$$;

create function amc_history.check_webhook(name text, form text, instance_id text, tells text[], last_resort boolean)
returns void
language plpgsql set search_path = ''
as $$
begin
  if not amc_history.administers(check_webhook.instance_id) then
    perform amc_history.refuse('instance_not_found', format('No instance %s of which you are an admin.',
      coalesce(quote_literal(left(check_webhook.instance_id, 100)), 'null')),
      'Check the id. Only whoever runs the project sets up a webhook of all instances.', 'PT404');
  elsif not coalesce(char_length(check_webhook.name) between 1 and 100 and check_webhook.form in ('json', 'slack')
    and cardinality(check_webhook.tells) > 0 and array_position(check_webhook.tells, null) is null
    and check_webhook.tells <@ array['alerts', 'resolved_alerts', 'failed_weeks', 'finished_collections', 'duplicates']
    and ('alerts' = any (check_webhook.tells) or not 'resolved_alerts' = any (check_webhook.tells))
    and (check_webhook.instance_id is null or not check_webhook.last_resort), false) then
    perform amc_history.refuse('webhook_malformed', 'Expected a name of 1 to 100 characters, the form json or slack, '
      'and as tells some of alerts, resolved_alerts (with alerts), failed_weeks, finished_collections and duplicates; '
      'last_resort only without an instance.', 'See the comment of set_webhook.');
  end if;
  perform amc_history.take_lock(concat('webhooks of ', check_webhook.instance_id));
  perform amc_history.refuse_beyond('too_many_webhooks', (select count(*) from public.webhooks w
      where w.instance_id is not distinct from check_webhook.instance_id and w.name <> check_webhook.name),
    (amc_history.allowances()).webhooks_of_instance, 'webhooks of the instance', 'Delete one with delete_webhook.', 1);
end;
$$;
comment on function amc_history.check_webhook(text, text, text, text[], boolean) is
  $$Refuses a webhook that the caller may not set up (instance_not_found), that cannot be (webhook_malformed), or that
is one too many (too_many_webhooks); counts under a lock that the caller holds until the end.$$;

create function amc_history.set_webhook(
  name text, form text, url text, signing_key text, instance_id text, tells text[], secret_name text,
  last_resort boolean, enabled boolean
) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  hook public.webhooks;
begin
  perform amc_history.check_webhook(set_webhook.name, set_webhook.form, set_webhook.instance_id, set_webhook.tells,
    set_webhook.last_resort);
  update public.webhooks w set last_resort = false
  where set_webhook.last_resort and w.last_resort and w.name <> set_webhook.name;
  insert into public.webhooks as w (name, form, instance_id, tells, secret_name, last_resort, disabled_at)
  values (set_webhook.name, set_webhook.form, set_webhook.instance_id, set_webhook.tells, '',
    set_webhook.last_resort, case when not set_webhook.enabled then amc_history.clock_now() end)
  on conflict (instance_id, name) do update set form = excluded.form, tells = excluded.tells,
    last_resort = excluded.last_resort, disabled_at = excluded.disabled_at
  returning * into hook;
  update public.webhooks w set secret_name = amc_history.store_webhook_secret(hook, set_webhook.url,
    set_webhook.signing_key, set_webhook.secret_name)
  where w.id = hook.id;
  perform amc_history.try_webhook_again(hook.id);
  if hook.disabled_at is not null then
    update public.webhook_deliveries d set state = 'dropped', ended_at = amc_history.clock_now(), lease = null,
      leased_until = null
    where d.webhook_id = hook.id and d.state = 'queued';
    perform amc_history.end_stoppage('webhook', hook.id::text);
  end if;
  perform amc_history.record_action('webhook_set', hook.instance_id, detail => to_jsonb(hook) - 'secret_name');
  return hook.id;
end;
$$;
comment on function amc_history.set_webhook(text, text, text, text, text, text[], text, boolean, boolean) is
  $$See public.set_webhook. Definer: users may not write webhooks, nor Vault.$$;

create function amc_history.try_webhook_again(webhook_id uuid) returns void
language sql set search_path = ''
as $$
  update public.stoppages s set retry_at = amc_history.clock_now()
  where s.kind = 'webhook' and s.subject = try_webhook_again.webhook_id::text and s.ended_at is null;
$$;
comment on function amc_history.try_webhook_again(uuid) is
  'Ends the pause of a webhook that failed: the next worker tries it.';

create function amc_history.lock_own_webhook(webhook_id uuid) returns public.webhooks
language plpgsql set search_path = ''
as $$
declare
  hook public.webhooks;
begin
  select * into hook from public.webhooks w
  where w.id = lock_own_webhook.webhook_id and amc_history.administers(w.instance_id) for update;
  if not found then
    perform amc_history.refuse('webhook_not_found', format('No webhook %s that you administer.',
      coalesce(lock_own_webhook.webhook_id::text, 'null')), 'Check the id.', 'PT404');
  end if;
  return hook;
end;
$$;
comment on function amc_history.lock_own_webhook(uuid) is
  'Locks a webhook for an admin of its instance; refuses anybody else (webhook_not_found).';

create function amc_history.delete_webhook(webhook_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  hook constant public.webhooks := amc_history.lock_own_webhook(delete_webhook.webhook_id);
begin
  delete from public.webhooks w where w.id = hook.id;
  delete from vault.secrets s where s.name = 'amc_webhook_' || hook.id;
  perform amc_history.end_stoppage('webhook', hook.id::text);
  perform amc_history.record_action('webhook_deleted', hook.instance_id,
    detail => to_jsonb(hook) - 'secret_name');
end;
$$;
comment on function amc_history.delete_webhook(uuid) is
  $$See public.delete_webhook. Definer: users may not write webhooks, nor Vault.$$;

create function public.set_webhook(
  name text, form text, url text default null, signing_key text default null, instance_id text default null,
  tells text[] default '{alerts,resolved_alerts,failed_weeks,finished_collections,duplicates}',
  secret_name text default null, last_resort boolean default false, enabled boolean default true
) returns uuid
language sql set search_path = ''
as $$
  select amc_history.set_webhook(set_webhook.name, set_webhook.form, set_webhook.url, set_webhook.signing_key,
    set_webhook.instance_id, set_webhook.tells, set_webhook.secret_name, set_webhook.last_resort, set_webhook.enabled);
$$;
comment on function public.set_webhook(text, text, text, text, text, text[], text, boolean, boolean) is
  $$Sets up a webhook, or changes the one of that name. For admins of the instance; without one (null: all instances,
and what belongs to none) for whoever runs the project.

name: 1 to 100 characters. form: json (signed, see docs/MONITORING.md) or slack. url: https; a secret, which goes to
Vault. signing_key: 16 to 200 characters, needed for json. Of one that is there url and signing_key may be left out.
tells: what it is told, as the column webhooks.tells says. secret_name: in place of both, the name of a secret in
Vault that holds {url, signing_key} as JSON; operators only. last_resort: the database itself tells it that the worker
cannot be reached; operators only, and only one: it takes that from the one that had it. enabled: false stops it.
A change has one that failed tried again at once. Answers its id. Refuses with instance_not_found, webhook_malformed,
webhook_url_malformed, signing_key_malformed, webhook_secret_refused, too_many_webhooks.$$;

create function public.delete_webhook(webhook_id uuid) returns void
language sql set search_path = ''
as $$ select amc_history.delete_webhook(delete_webhook.webhook_id); $$;
comment on function public.delete_webhook(uuid) is
  $$Deletes a webhook, its deliveries, and its secret, unless an operator named one. For those who may set it up.
Refuses with webhook_not_found.$$;
