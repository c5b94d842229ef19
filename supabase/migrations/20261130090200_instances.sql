-- AMC instances and their members. An instance also limits its own work: its slots, its pause, its daily limit.

create table public.amc_instances (
  id text primary key
    constraint instance_id_is_well_formed check (id ~ '^[A-Za-z0-9_-]{3,64}$'),
  name text
    constraint instance_name_is_short check (char_length(name) between 1 and 200),
  entity_id text not null
    constraint entity_id_is_well_formed check (entity_id ~ '^[A-Za-z0-9]{3,64}$'),
  marketplace_id text not null
    constraint marketplace_id_is_well_formed check (marketplace_id ~ '^[A-Z0-9]{3,32}$'),
  region text not null
    constraint region_is_known check (region in ('NA', 'EU', 'FE')),
  credential_name text not null,
  credential_version integer not null default 1,
  credential_outcome text,
  credential_tried_at timestamptz,
  credential_refused_at timestamptz,
  credential_try_at timestamptz,
  max_parallel integer not null default 10
    constraint max_parallel_is_sane check (max_parallel between 1 and 100),
  daily_limit integer
    constraint daily_limit_is_positive check (daily_limit > 0),
  running_elsewhere integer not null default 0
    constraint running_elsewhere_is_not_negative check (running_elsewhere >= 0),
  paused_until timestamptz,
  pause_reason text,
  throttles_in_row integer not null default 0,
  list_lag_seconds integer not null default extract(epoch from (amc_history.allowances()).list_lag)
    constraint list_lag_is_sane check (list_lag_seconds between 0 and 86400),
  matcher_proved_at timestamptz,
  window_proved_at timestamptz,
  poll_seconds integer not null default 30
    constraint poll_seconds_is_sane check (poll_seconds between 1 and 3600),
  overdue_hours integer not null default 48
    constraint overdue_is_sane check (overdue_hours between 1 and 720),
  list_due_at timestamptz not null default '-infinity',
  list_leased_until timestamptz,
  list_fence bigint not null default 0,
  last_claimed_at timestamptz,
  dry_runs text not null default 'unknown'
    constraint dry_runs_is_known check (dry_runs in ('unknown', 'honoured', 'ignored', 'refused')),
  created_at timestamptz not null default amc_history.clock_now()
);

create index amc_instances_last_claimed_at_idx on public.amc_instances (last_claimed_at nulls first, id);

create index amc_instances_credential_try_at_idx on public.amc_instances (credential_try_at)
  where credential_try_at is not null;

comment on table public.amc_instances is 'AMC instances, one row each, however many people use them.';
comment on column public.amc_instances.id is 'AMC''s own instance id, such as amcr1aaaa1a.';
comment on column public.amc_instances.entity_id is
  'AMC account id, sent as Amazon-Advertising-API-AdvertiserId (SPEC, H).';
comment on column public.amc_instances.marketplace_id is
  'Sent as Amazon-Advertising-API-MarketplaceId (SPEC, H).';
comment on column public.amc_instances.region is 'Which regional host is called: NA, EU or FE.';
comment on column public.amc_instances.credential_name is
  'Name of the Vault secret that holds the Login with Amazon credential. The secret itself is never in this table.';
comment on column public.amc_instances.credential_version is
  'Rises with each credential stored under the name: a report that Amazon refused an earlier one is stale.';
comment on column public.amc_instances.credential_outcome is
  $$What came of the credential: accepted, or Amazon's code for why not; null until it is tried.$$;
comment on column public.amc_instances.credential_tried_at is 'When Amazon last accepted or refused it.';
comment on column public.amc_instances.credential_refused_at is
  'When Amazon first refused it; null if it did not, or has accepted it since.';
comment on column public.amc_instances.credential_try_at is
  'From when a worker tries it by a token request; null if none is wanted.';
comment on column public.amc_instances.max_parallel is
  'Most live attempts at once. AMC runs 10 executions per instance in parallel through the API (guide, M).';
comment on column public.amc_instances.daily_limit is
  'Most attempts in any 24 hours; null for no limit. SPEC speaks of 30 a day, probably stale (M).';
comment on column public.amc_instances.running_elsewhere is
  'Executions of others that AMC''s last list showed under way: people use the console too. They take slots.';
comment on column public.amc_instances.paused_until is 'No worker calls AMC for this instance before then.';
comment on column public.amc_instances.throttles_in_row is
  $$Pauses since the last complete listing that came while no creates were throttled (stoppage creates): the exponent of
the backoff.$$;
comment on column public.amc_instances.list_lag_seconds is
  'How long an execution may be missing from AMC''s list after it was created. Its length is not known (L).';
comment on column public.amc_instances.matcher_proved_at is
  $$When AMC's answer to a create first echoed everything by which the list can be matched. Until then an unknown
outcome waits for a person.$$;
comment on column public.amc_instances.window_proved_at is
  $$When AMC's answer to a create first echoed at least workflow, window and zone. Where it does not echo the timeout
that was sent, a lost create is matched by these and its time of creation.$$;
comment on column public.amc_instances.poll_seconds is 'Seconds between two listings of the instance.';
comment on column public.amc_instances.overdue_hours is
  $$Hours after which an alert tells that an execution has not ended; the worker still follows it. AMC allows 24 hours
in its queue and 24 hours of running (SPEC, H).$$;
comment on column public.amc_instances.list_fence is
  'Rises with each claimed listing; a report of an earlier one is stale.';
comment on column public.amc_instances.last_claimed_at is 'The instance served longest ago is served first.';
comment on column public.amc_instances.dry_runs is
  $$What AMC makes of dry runs here, as its answers have shown: honoured; ignored (it runs the query all the same) or
refused: then the first week of a version goes alone until AMC has validated it. unknown: none was tried yet.$$;

alter table public.amc_instances enable row level security;

create table public.amc_instance_members (
  instance_id text not null references public.amc_instances (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'admin'
    constraint role_is_known check (role in ('admin', 'analyst', 'viewer')),
  added_at timestamptz not null default amc_history.clock_now(),
  primary key (instance_id, user_id)
);

create index amc_instance_members_user_id_idx on public.amc_instance_members (user_id);

comment on table public.amc_instance_members is
  'Who may see all that is collected on an instance, and what else they may do there.';
comment on column public.amc_instance_members.role is
  $$admin (connects, invites, sets limits and alerts, and what an analyst may), analyst (saves queries, starts and
controls collections) or viewer (reads). Each sees everything that is collected on the instance.$$;

alter table public.amc_instance_members enable row level security;

-- PL/pgSQL, for the reason that clock_now gives: most queries of a member take less time than planning this one would.
create function amc_history.instances_of_caller() returns setof text
language plpgsql stable rows 20 set search_path = ''
as $$
begin
  return query select m.instance_id from public.amc_instance_members m where m.user_id = (select auth.uid());
end;
$$;
comment on function amc_history.instances_of_caller() is
  'The instances of which the signed-in user is a member. Policies ask for them once per query.';

create function amc_history.role_on(instance_id text) returns text
language sql stable set search_path = ''
as $$
  select case when amc_history.is_operator() then 'admin' else (select m.role from public.amc_instance_members m
    where m.instance_id = role_on.instance_id and m.user_id = auth.uid()) end;
$$;
comment on function amc_history.role_on(text) is
  $$The caller's role on an instance: admin, analyst or viewer; null for who is no member, and so sees nothing of it.
Whoever acts for all users is an admin everywhere, of null (all instances) too.$$;

create function amc_history.refuse_role(instance_id text, role text, least_role text) returns void
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.refuse('role_too_low', format('Expected the role %s on instance %s, yours is %s.',
    case refuse_role.least_role when 'admin' then 'admin' else 'analyst or admin' end, refuse_role.instance_id,
    coalesce(refuse_role.role, 'none')),
    'Ask an admin of the instance to do it, or to change your role.', 'PT403');
end;
$$;
comment on function amc_history.refuse_role(text, text, text) is
  'Refuses with role_too_low, HTTP status 403: what is asked needs least_role (analyst or admin), the caller has role.';

create function amc_history.require_role(instance_id text, least_role text) returns void
language plpgsql set search_path = ''
as $$
declare
  role constant text := amc_history.role_on(require_role.instance_id);
begin
  if role is distinct from 'admin' and role is distinct from require_role.least_role then
    perform amc_history.refuse_role(require_role.instance_id, role, require_role.least_role);
  end if;
end;
$$;
comment on function amc_history.require_role(text, text) is
  $$Refuses a member whose role on the instance does not allow what is asked (role_too_low, HTTP status 403).
least_role: analyst or admin. Whoever is no member is told first that there is no such id.$$;

create function amc_history.require_analyst(user_id uuid, instance_id text) returns void
language plpgsql set search_path = ''
as $$
declare
  role constant text := (select m.role from public.amc_instance_members m
    where m.instance_id = require_analyst.instance_id and m.user_id = require_analyst.user_id);
begin
  if role is null then
    perform amc_history.refuse('instance_not_found', format('No instance %s that you may use.',
      coalesce(quote_literal(left(require_analyst.instance_id, 100)), 'null')),
      'Check the id, or ask an admin of the instance to make you a member.', 'PT404');
  elsif role = 'viewer' then
    perform amc_history.refuse_role(require_analyst.instance_id, role, 'analyst');
  end if;
end;
$$;
comment on function amc_history.require_analyst(uuid, text) is
  $$Refuses a user, in whose name the secret key asks, who is no member of an instance (instance_not_found) or may only
read there (role_too_low).$$;
