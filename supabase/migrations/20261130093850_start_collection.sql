-- Starting: a person asks for weeks of a query. Its collection is made, or gets the weeks that it does not have yet.

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
    'extended', (request).extended, 'reopened', (request).reopened,
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
    first_day, last_day, created, extended, reopened)
  values ((request).collection_id, (request).instance_id, (request).requested_by, (request).idempotency_key,
    (request).request_hash, (request).first_day, (request).last_day, (request).created, (request).extended,
    (request).reopened);
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

create function amc_history.serve_request(
  request public.collection_requests, collection public.report_data_collections
) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  actor constant text := (request).requested_by::text;
  was_away constant boolean := (collection).cancelled_at is not null or (collection).archived_at is not null;
  added integer;
begin
  request.collection_id := (collection).id;
  -- One that a version handed on to may have no week yet.
  request.created := not (collection).keep_current
    and not exists (select from public.report_data_weeks w where w.collection_id = (collection).id);
  if was_away then
    perform amc_history.release_collection(collection);
  end if;
  added := amc_history.add_weeks((collection).id, (request).first_day, (request).last_day, (request).requested_by);
  request.extended := case when request.created then 0 else added end;
  request.reopened := amc_history.reopen_weeks((collection).id, (request).first_day, (request).last_day,
    (request).requested_by);
  perform amc_history.record_request(request);
  insert into public.collection_backers (collection_id, user_id)
  values ((request).collection_id, (request).requested_by) on conflict do nothing;
  perform amc_history.record_action(event, (request).instance_id, (collection).id,
    detail => jsonb_build_object('weeks', weeks, 'first_day', (request).first_day, 'last_day', (request).last_day),
    actor => actor)
  from (values ('collection_started', added, (request).created),
    ('collection_extended', (request).extended, (request).extended > 0),
    ('collection_reopened', (request).reopened, was_away or (request).reopened > 0)) e(event, weeks, happened)
  where happened;
  return amc_history.describe_request(request);
end;
$$;
comment on function amc_history.serve_request(public.collection_requests, public.report_data_collections) is
  $$Does what a request asks of a collection: brings it back if it was cancelled or archived, adds the weeks that it
does not have, opens those that were cancelled or skipped. Whoever asks stands behind it. Leaves an event of each.
Answers amc_history.describe_request. The caller holds the locks.$$;

create function amc_history.collection_of_request(
  request public.collection_requests, workflow public.amc_workflows, weekday text, time_zone text,
  parameter_values jsonb, name text
) returns public.report_data_collections
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  collection public.report_data_collections;
  opening record;
begin
  -- All who ask for the same query meet here.
  perform from public.amc_instances i where i.id = (request).instance_id for no key update;
  select * into collection from public.report_data_collections c
  where c.instance_id = (request).instance_id and c.workflow_id = (workflow).id and c.imported_from is null
    and c.week_starts_on = collection_of_request.weekday and c.time_zone = collection_of_request.time_zone
    and c.parameters_hash = md5(collection_of_request.parameter_values::text)
  for no key update;
  opening := amc_history.weeks_to_open(collection.id, (request).first_day, (request).last_day);
  if opening.weeks > 0 then
    perform amc_history.check_retention(opening.earliest, workflow, collection_of_request.time_zone);
    perform amc_history.check_start_limits((request).requested_by, (request).instance_id, opening.weeks);
    update public.amc_instances i set list_due_at = least(i.list_due_at, amc_history.clock_now())
    where i.id = (request).instance_id;
  end if;
  if collection.id is null then
    insert into public.report_data_collections (created_by, instance_id, workflow_id, name, start_date, end_date,
      week_starts_on, time_zone, parameter_values)
    values ((request).requested_by, (request).instance_id, (workflow).id, collection_of_request.name,
      (request).first_day, (request).last_day, collection_of_request.weekday, collection_of_request.time_zone,
      collection_of_request.parameter_values)
    returning * into collection;
  elsif collection.name is null and collection_of_request.name is not null then
    update public.report_data_collections c set name = collection_of_request.name where c.id = collection.id;
  end if;
  return collection;
end;
$$;
comment on function amc_history.collection_of_request(
  public.collection_requests, public.amc_workflows, text, text, jsonb, text) is
  $$The collection of the query that a request asks for, locked after its instance; made if there is none. name: for one
that has none yet. Refuses weeks that AMC keeps no longer, and more than the limits of amc_history.check_start_limits.
The caller holds amc_history.lock_starts.$$;

create function public.start_collection(
  requested_by uuid, instance_id text, workflow_id text, weeks integer default null,
  start_date date default null, end_date date default null, week_starts_on text default null,
  time_zone text default 'UTC', parameter_values jsonb default '{}', idempotency_key text default null,
  name text default null
) returns jsonb
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  workflow public.amc_workflows;
  zone text;
  plan record;
  hash text;
  request public.collection_requests;
begin
  perform amc_history.require_analyst(start_collection.requested_by, start_collection.instance_id);
  select * into workflow from public.amc_workflows w
    where w.instance_id = start_collection.instance_id and w.id = start_collection.workflow_id;
  if not found then
    perform amc_history.refuse('workflow_not_found', format('Instance %s has no workflow %s.',
      start_collection.instance_id, coalesce(quote_literal(left(start_collection.workflow_id, 200)), 'null')),
      'Save it with save_workflow, which answers its id.', 'PT404');
  end if;
  perform amc_history.check_parameters(workflow.parameters, start_collection.parameter_values);
  perform amc_history.check_collection_name(start_collection.name);
  zone := amc_history.normal_time_zone(start_collection.time_zone);
  plan := amc_history.plan_range(start_collection.weeks, start_collection.start_date, start_collection.end_date,
    start_collection.week_starts_on, zone);
  perform amc_history.lock_starts(start_collection.requested_by);
  hash := encode(sha256(convert_to(jsonb_build_array(workflow.instance_id, workflow.id,
    start_collection.weeks, start_collection.start_date, start_collection.end_date, start_collection.week_starts_on,
    zone, start_collection.parameter_values, start_collection.name)::text, 'UTF8')), 'hex');
  request := amc_history.find_repeated_request(start_collection.requested_by, start_collection.idempotency_key,
    hash);
  if request.id is not null then
    return amc_history.describe_request(request);
  end if;
  request.instance_id := workflow.instance_id;
  request.requested_by := start_collection.requested_by;
  request.idempotency_key := start_collection.idempotency_key;
  request.request_hash := hash;
  request.first_day := plan.first_day;
  request.last_day := plan.last_day;
  return amc_history.serve_request(request, amc_history.collection_of_request(request, workflow, plan.weekday, zone,
    start_collection.parameter_values, start_collection.name));
end;
$$;
comment on function public.start_collection(
  uuid, text, text, integer, date, date, text, text, jsonb, text, text) is
  $$Asks for weeks of a query, for one person. The history of a query is one collection, and asking for it is
idempotent: the first request makes it; a later one, by whichever analyst, adds the weeks that it does not have, and
opens those again that were cancelled or skipped. A cancelled or archived collection comes back; a paused one stays
paused. Weeks that are completed stay, and failed ones wait for retry_week. New weeks are due at once, oldest first.

requested_by: for whom; an analyst or admin of the instance. weeks: 1 to 60 (52 if neither weeks nor dates are given),
ending with the newest week that has settled; or start_date and end_date (inclusive). week_starts_on: a weekday in
English. time_zone: a name of the tz database, in any case. parameter_values: texts and lists of texts, by name.
name: for a collection that has none yet. idempotency_key: the same request with it again is answered the same, and
does nothing. How many weeks, and when a week has settled: amc_history.allowances (most_weeks, settle_days). Answers
{collection_id, created, extended, reopened, weeks}: whether it made the collection, how many weeks it added to one
that was there, how many it opened again, and the weeks that were asked for. Refuses weeks that AMC keeps no longer,
and more than the limits of amc_history.check_start_limits. Leaves events collection_started, collection_extended,
collection_reopened and week_reopened with requested_by as their actor. Refuses with a stable code in detail. For
service_role.$$;
