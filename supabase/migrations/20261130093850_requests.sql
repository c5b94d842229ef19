-- Requests for weeks: which came before, what one changed, and adding the weeks that a collection does not have yet.

create function amc_history.find_repeated_request(requested_by uuid, idempotency_key text, request_hash text)
returns public.collection_requests
language plpgsql set search_path = ''
as $$
declare
  earlier public.collection_requests;
begin
  select * into earlier from public.collection_requests r
  where r.requested_by = find_repeated_request.requested_by
    and r.idempotency_key = find_repeated_request.idempotency_key;
  if found and earlier.request_hash <> find_repeated_request.request_hash then
    perform amc_history.refuse('idempotency_key_reused', 'This Idempotency-Key came before with another request.',
      'Use a new key for a new request.', 'PT422');
  end if;
  return earlier;
end;
$$;
comment on function amc_history.find_repeated_request(uuid, text, text) is
  $$The request that a person made before with the same key; nulls if there is none. Refuses a key that came with
another content (idempotency_key_reused). The caller holds amc_history.lock_starts.$$;

create function amc_history.describe_request(request public.collection_requests) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('collection_id', (request).collection_id, 'created', (request).created,
    'extended', (request).extended, 'reopened', (request).reopened, 'settled', (request).settled,
    'weeks', coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'week_start_date', w.week_start_date,
      'week_end_date', w.week_end_date, 'status', w.status) order by w.week_start_date), '[]'))
  from public.report_data_weeks w
  where w.collection_id = (request).collection_id
    and w.week_start_date between (request).first_day and (request).last_day;
$$;
comment on function amc_history.describe_request(public.collection_requests) is
  $$What a request changed, and the weeks that it asked for as they are now, oldest first: the answer of
start_collection.$$;

create function amc_history.record_request(request public.collection_requests) returns void
language plpgsql set search_path = ''
as $$
begin
  -- What changed nothing may be asked as often as anybody likes, and is kept once.
  delete from public.collection_requests r
  where r.collection_id = (request).collection_id and r.requested_by = (request).requested_by and not r.has_effect
    and (r.idempotency_key is null or r.requested_at < amc_history.clock_now() - interval '1 day');
  insert into public.collection_requests (collection_id, instance_id, requested_by, idempotency_key, request_hash,
    first_day, last_day, created, extended, reopened, settled, changed)
  values ((request).collection_id, (request).instance_id, (request).requested_by, (request).idempotency_key,
    (request).request_hash, (request).first_day, (request).last_day, (request).created, (request).extended,
    (request).reopened, coalesce((request).settled, 0), (request).changed);
end;
$$;
comment on function amc_history.record_request(public.collection_requests) is
  'Records who asked for which weeks, and what it changed. Of requests without effect one of each person is kept.';

create function amc_history.weeks_to_open(
  collection_id uuid, first_day date, last_day date, out weeks integer, out earliest date
)
language sql stable set search_path = ''
as $$
  select count(*), min(d.day)::date
  from generate_series(weeks_to_open.first_day::timestamp, weeks_to_open.last_day, interval '7 days') d(day)
  left join public.report_data_weeks w on w.collection_id = weeks_to_open.collection_id
    and w.week_start_date = d.day::date
  where w.id is null or w.status in ('cancelled', 'skipped');
$$;
comment on function amc_history.weeks_to_open(uuid, date, date) is
  $$How many weeks between two days a collection does not have, or has as cancelled or skipped, and the first day of the
earliest of them. collection_id: null for a collection that is not there yet.$$;

create function amc_history.add_weeks(collection_id uuid, first_day date, last_day date, requested_by uuid)
returns integer
language plpgsql set search_path = ''
as $$
declare
  due constant timestamptz := amc_history.next_due_at(add_weeks.collection_id);
  added integer;
begin
  update public.report_data_collections c
  set start_date = least(c.start_date, add_weeks.first_day), end_date = greatest(c.end_date, add_weeks.last_day)
  where c.id = add_weeks.collection_id;
  insert into public.report_data_weeks (collection_id, week_start_date, week_end_date, due_at, requested_by)
  select add_weeks.collection_id, d.day::date, d.day::date + 6, due, add_weeks.requested_by
  from generate_series(add_weeks.first_day::timestamp, add_weeks.last_day, interval '7 days') d(day)
  where not exists (select from public.report_data_weeks w
    where w.collection_id = add_weeks.collection_id and w.week_start_date = d.day::date);
  get diagnostics added = row_count;
  return added;
end;
$$;
comment on function amc_history.add_weeks(uuid, date, date, uuid) is
  $$Adds the weeks between two days that a collection does not have, all due at once, and widens its dates. Answers how
many. The caller holds the locks of instance and collection.$$;
