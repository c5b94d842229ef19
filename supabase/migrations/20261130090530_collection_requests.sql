-- Who asked for which weeks of a collection, and what each request changed.

create table public.collection_requests (
  id bigint generated always as identity primary key,
  collection_id uuid not null references public.report_data_collections (id) on delete cascade,
  instance_id text not null references public.amc_instances (id) on delete cascade,
  requested_by uuid not null,
  requested_at timestamptz not null default amc_history.clock_now(),
  idempotency_key text
    constraint idempotency_key_is_short check (char_length(idempotency_key) between 1 and 200),
  request_hash text not null,
  first_day date not null,
  last_day date not null,
  created boolean not null,
  extended integer not null
    constraint extended_is_not_negative check (extended >= 0),
  reopened integer not null
    constraint reopened_is_not_negative check (reopened >= 0),
  settled integer not null default 0
    constraint settled_is_not_negative check (settled >= 0),
  changed boolean not null default false,
  has_effect boolean not null
    generated always as (created or extended > 0 or reopened > 0 or settled > 0 or changed) stored,
  constraint last_day_follows check (last_day > first_day)
);

create unique index collection_requests_idempotency_key_key
  on public.collection_requests (requested_by, idempotency_key) where idempotency_key is not null;
create index collection_requests_requested_by_idx on public.collection_requests (requested_by, requested_at);
create index collection_requests_collection_id_idx on public.collection_requests (collection_id, requested_at);
create index collection_requests_instance_id_idx on public.collection_requests (instance_id, requested_at);

comment on table public.collection_requests is
  $$Requests for weeks of a collection, as start_collection took them. What is there already may be asked for too:
whoever does stands behind the collection. Of such requests without effect one of each person is kept, and those of
the last day that have a key.$$;
comment on column public.collection_requests.requested_by is 'Who asked; the id stays once the account is deleted.';
comment on column public.collection_requests.idempotency_key is
  'The caller''s key: the same request with it again is answered the same, and does nothing.';
comment on column public.collection_requests.request_hash is
  'Hash of the request: the same key with another one is refused.';
comment on column public.collection_requests.first_day is 'First day of the first week that was asked for.';
comment on column public.collection_requests.last_day is 'Last day of the last week that was asked for, inclusive.';
comment on column public.collection_requests.created is 'Whether it made the collection.';
comment on column public.collection_requests.extended is
  'How many weeks it added to a collection that was there before.';
comment on column public.collection_requests.reopened is
  'How many weeks that were cancelled or skipped it took up again.';
comment on column public.collection_requests.settled is
  $$How many weeks were added at once beside those that were asked for, because it asked for the collection to be kept
current: those that had settled since its end.$$;
comment on column public.collection_requests.changed is
  $$Whether it brought back a collection that was cancelled or archived, or changed whether one is kept current.$$;
comment on column public.collection_requests.has_effect is
  'Whether it made, reopened or changed anything: such requests count towards the limits of a day.';

alter table public.collection_requests enable row level security;
