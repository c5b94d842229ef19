-- Webhooks: to which addresses it is told what a person should know, and who may set one up. An address is a secret
-- (whoever knows one of Slack's can write there), so it is in Vault, and no table that the API reads has it.

create table public.webhooks (
  id uuid primary key default gen_random_uuid(),
  name text not null constraint webhook_name_is_short check (char_length(name) between 1 and 100),
  instance_id text references public.amc_instances (id) on delete cascade,
  form text not null constraint form_is_known check (form in ('json', 'slack')),
  tells text[] not null
    constraint tells_what_there_is check (cardinality(tells) > 0 and array_position(tells, null) is null
      and tells <@ array['alerts', 'resolved_alerts', 'failed_weeks', 'finished_collections', 'duplicates'])
    constraint tells_the_end_of_what_it_told check ('alerts' = any (tells) or not 'resolved_alerts' = any (tells)),
  secret_name text not null,
  last_resort boolean not null default false
    constraint last_resort_is_of_all_instances check (instance_id is null or not last_resort),
  last_resort_at timestamptz,
  last_resort_request bigint,
  created_by text not null default amc_history.actor(),
  created_at timestamptz not null default amc_history.clock_now(),
  disabled_at timestamptz,
  unique nulls not distinct (instance_id, name)
);

create unique index one_last_resort on public.webhooks (last_resort) where last_resort;

comment on table public.webhooks is
  $$Where alerts and chosen events are told. Its address and signing key are in Vault.$$;
comment on column public.webhooks.name is 'What people call it; one of a name for each instance.';
comment on column public.webhooks.instance_id is
  'The instance of which it tells; null: all, and what belongs to none.';
comment on column public.webhooks.form is
  'json: our own form, signed. slack: that of Slack''s incoming webhooks, which others take too.';
comment on column public.webhooks.tells is
  $$What it tells: alerts, resolved_alerts (the end of those that it told), failed_weeks, finished_collections,
duplicates.$$;
comment on column public.webhooks.secret_name is
  $$Name of the Vault secret that holds {url, signing_key} as JSON. The secret itself is never in this table.$$;
comment on column public.webhooks.last_resort is
  $$Whether the database itself tells it that the worker cannot be reached. At most one.$$;
comment on column public.webhooks.last_resort_at is 'When the database itself last did.';
comment on column public.webhooks.last_resort_request is
  'The id of pg_net''s request with which it did, until the answer is read.';
comment on column public.webhooks.created_by is 'Who set it up first: a user''s id, or a role.';
comment on column public.webhooks.disabled_at is 'Since when it is told nothing; null: it is told.';

alter table public.webhooks enable row level security;

create table public.webhook_deliveries (
  id bigint generated always as identity primary key,
  webhook_id uuid not null references public.webhooks (id) on delete cascade,
  kind text not null constraint kind_is_known check (kind in ('alert_raised', 'alert_resolved', 'week_failed',
    'collection_finished', 'duplicate_execution', 'test')),
  cause text not null,
  item jsonb not null,
  state text not null default 'queued'
    constraint state_is_known check (state in ('queued', 'sent', 'given_up', 'dropped')),
  tries integer not null default 0,
  created_at timestamptz not null default amc_history.clock_now(),
  due_at timestamptz not null default amc_history.clock_now(),
  lease uuid,
  leased_until timestamptz,
  last_status integer,
  last_words text,
  ended_at timestamptz,
  constraint lease_has_its_end check ((lease is null) = (leased_until is null)),
  constraint only_queued_ones_are_leased check (lease is null or state = 'queued'),
  constraint ended_ones_have_their_end check ((state = 'queued') = (ended_at is null))
);

create index webhook_deliveries_webhook_id_idx on public.webhook_deliveries (webhook_id, id);
create index webhook_deliveries_cause_idx on public.webhook_deliveries (cause, webhook_id, id);
create index webhook_deliveries_queued_idx on public.webhook_deliveries (webhook_id, due_at) where state = 'queued';
create index webhook_deliveries_lease_idx on public.webhook_deliveries (lease) where lease is not null;
create index webhook_deliveries_ended_at_idx on public.webhook_deliveries (ended_at);

comment on table public.webhook_deliveries is
  'What each webhook is told, or was: queued in the transaction in which it happened.';
comment on column public.webhook_deliveries.cause is
  'What it is about: at most once a period a webhook is told of one cause (allowance delivery_period).';
comment on column public.webhook_deliveries.item is 'What is told. It holds no secret.';
comment on column public.webhook_deliveries.state is
  $$queued; sent: the webhook accepted it; given_up: it did not for too long; dropped: there is nothing to tell any
more.$$;
comment on column public.webhook_deliveries.tries is 'How often a worker took it.';
comment on column public.webhook_deliveries.due_at is 'From when on it is delivered.';
comment on column public.webhook_deliveries.lease is 'The claim under which a worker delivers it now; else null.';
comment on column public.webhook_deliveries.leased_until is 'Until when it is that worker''s alone.';
comment on column public.webhook_deliveries.last_status is 'HTTP status of the last answer; null if there was none.';
comment on column public.webhook_deliveries.last_words is 'What became of the last try, in words, without the address.';
comment on column public.webhook_deliveries.ended_at is 'When it was sent, given up or dropped.';

alter table public.webhook_deliveries enable row level security;

create function amc_history.webhook_secret(webhook_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  -- The cast of what is no JSON would put the secret into an error, and so into Postgres's log.
  select case when pg_input_is_valid(s.decrypted_secret, 'jsonb') then s.decrypted_secret::jsonb end
  from public.webhooks w join vault.decrypted_secrets s on s.name = w.secret_name
  where w.id = webhook_secret.webhook_id;
$$;
comment on function amc_history.webhook_secret(uuid) is
  $$A webhook's {url, signing_key}; null if Vault has none, or no JSON. On the direct connection only.$$;

create function amc_history.administers(instance_id text) returns boolean
language sql stable set search_path = ''
as $$
  select coalesce(amc_history.role_on(administers.instance_id) = 'admin', false);
$$;
comment on function amc_history.administers(text) is
  $$Whether the caller is an admin of an instance, or whoever acts for all users; of null (all instances) only the
latter.$$;
