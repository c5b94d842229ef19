-- Starting: a person asks for weeks of a query. Its collection is made, or gets the weeks that it does not have yet.

create function amc_history.make_collection(asked amc_history.weeks_request, plan amc_history.weeks_plan)
returns public.report_data_collections
language sql set search_path = ''
as $$
  insert into public.report_data_collections (created_by, instance_id, workflow_id, name, start_date, end_date,
    week_starts_on, time_zone, parameter_values)
  values ((asked).requested_by, (asked).instance_id, (asked).workflow_id, (asked).name, (plan).first_day,
    (plan).last_day, (plan).weekday, (plan).zone, (asked).parameter_values)
  returning *;
$$;
comment on function amc_history.make_collection(amc_history.weeks_request, amc_history.weeks_plan) is
  'Makes the collection of a query, without weeks. The caller holds the lock of the instance, and found none.';

create function amc_history.serve_request(
  request public.collection_requests, collection public.report_data_collections, asked amc_history.weeks_request,
  changes_keeping boolean
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
  perform amc_history.record_action(event, (request).instance_id, (collection).id,
    detail => jsonb_build_object('weeks', weeks, 'first_day', (request).first_day, 'last_day', (request).last_day),
    actor => actor)
  from (values ('collection_started', added, (request).created),
    ('collection_extended', (request).extended, (request).extended > 0),
    ('collection_reopened', (request).reopened, was_away or (request).reopened > 0)) e(event, weeks, happened)
  where happened;
  request.settled := case when serve_request.changes_keeping then amc_history.change_keep_current(collection,
    coalesce((asked).keep_current, (collection).keep_current),
    coalesce((asked).settle_days, (collection).settle_days), (request).requested_by) else 0 end;
  request.changed := was_away or serve_request.changes_keeping;
  perform amc_history.record_request(request);
  insert into public.collection_backers (collection_id, user_id)
  values ((request).collection_id, (request).requested_by) on conflict do nothing;
  return amc_history.describe_request(request);
end;
$$;
comment on function amc_history.serve_request(
  public.collection_requests, public.report_data_collections, amc_history.weeks_request, boolean) is
  $$Does what a request asks of a collection: brings it back if it was cancelled or archived, adds the weeks that it
does not have, opens those that were cancelled or skipped, and keeps it current or no longer (changes_keeping). Whoever
asks stands behind it. Leaves an event of each. Answers amc_history.describe_request. The caller holds the locks.$$;

create function amc_history.start_weeks(
  request public.collection_requests, asked amc_history.weeks_request, plan amc_history.weeks_plan
) returns jsonb
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  effect record;
  collection public.report_data_collections;
begin
  -- All who ask for the same query meet here.
  perform from public.amc_instances i where i.id = (request).instance_id for no key update;
  collection := amc_history.find_collection(plan.workflow, plan.weekday, plan.zone, asked.parameter_values);
  perform from public.report_data_collections c where c.id = collection.id for no key update;
  effect := amc_history.weigh_request(asked, plan);
  perform amc_history.refuse_first(effect.refusals);
  if effect.weeks > 0 then
    update public.amc_instances i set list_due_at = least(i.list_due_at, amc_history.clock_now())
    where i.id = (request).instance_id;
  end if;
  collection := effect.collection;
  if collection.id is null then
    collection := amc_history.make_collection(asked, plan);
  elsif collection.name is null and asked.name is not null then
    update public.report_data_collections c set name = asked.name where c.id = collection.id;
  end if;
  return amc_history.serve_request(request, collection, asked, effect.changes_keeping);
end;
$$;
comment on function amc_history.start_weeks(
  public.collection_requests, amc_history.weeks_request, amc_history.weeks_plan) is
  $$Starts what was planned: locks the instance, then the collection of the query, makes it if there is none, and serves
the request (amc_history.serve_request). The name is for one that has none yet. Refuses what amc_history.weigh_request
does. The caller holds amc_history.lock_starts.$$;

create function public.start_collection(
  requested_by uuid, instance_id text, workflow_id text, weeks integer default null,
  start_date date default null, end_date date default null, week_starts_on text default null,
  time_zone text default 'UTC', parameter_values jsonb default '{}', idempotency_key text default null,
  name text default null, keep_current boolean default null, settle_days integer default null
) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  asked constant amc_history.weeks_request := row(start_collection.requested_by, start_collection.instance_id,
    start_collection.workflow_id, start_collection.weeks, start_collection.start_date, start_collection.end_date,
    start_collection.week_starts_on, start_collection.time_zone, start_collection.parameter_values,
    start_collection.name, start_collection.keep_current, start_collection.settle_days);
  plan constant amc_history.weeks_plan := amc_history.plan_weeks(asked);
  hash constant text := encode(sha256(convert_to((to_jsonb(asked) - 'requested_by'
    || jsonb_build_object('time_zone', plan.zone))::text, 'UTF8')), 'hex');
  request public.collection_requests;
begin
  perform amc_history.refuse_first(plan.refusals);
  perform amc_history.lock_starts(asked.requested_by);
  request := amc_history.find_repeated_request(asked.requested_by, start_collection.idempotency_key, hash);
  if request.id is not null then
    return amc_history.describe_request(request);
  end if;
  request.instance_id := asked.instance_id;
  request.requested_by := asked.requested_by;
  request.idempotency_key := start_collection.idempotency_key;
  request.request_hash := hash;
  request.first_day := plan.first_day;
  request.last_day := plan.last_day;
  return amc_history.start_weeks(request, asked, plan);
end;
$$;
comment on function public.start_collection(
  uuid, text, text, integer, date, date, text, text, jsonb, text, text, boolean, integer) is
  $$Asks for weeks of a query, for one person. The history of a query is one collection, and asking for it is
idempotent: the first request makes it; a later one, by whichever analyst, adds the weeks that it does not have, and
opens those again that were cancelled or skipped. A cancelled or archived collection comes back; a paused one stays
paused. Weeks that are completed stay, and failed ones wait for retry_week. New weeks are due at once, oldest first.

requested_by: for whom; an analyst or admin of the instance. weeks: 1 to 60 (52 if neither weeks nor dates are given),
ending with the newest week that has settled; or start_date and end_date (inclusive). week_starts_on: a weekday in
English. time_zone: a name of the tz database, in any case. parameter_values: texts and lists of texts, by name.
name: for a collection that has none yet. idempotency_key: the same request with it again is answered the same, and
does nothing. keep_current, settle_days: as of set_keep_current, in the same transaction; what is left out stays as it
is, for a new collection not kept current and 14 days. How many weeks, and when a week has settled:
amc_history.allowances (most_weeks, settle_days). Answers {collection_id, created, extended, reopened, settled, weeks}:
whether it made the collection, how many weeks it added to one that was there, how many it opened again, how many it
added beside those asked for since they have settled and the collection is kept current now, and the weeks that were
asked for. Refuses weeks that AMC keeps no longer, and more than the limits of amc_history.check_start_limits. Leaves
events collection_started, collection_extended, collection_reopened, week_reopened and keep_current_set with
requested_by as their actor. Refuses with a stable code in detail; of several refusals the first, preview_collection
answers all. For service_role.$$;
