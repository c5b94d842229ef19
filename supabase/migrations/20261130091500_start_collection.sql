-- How a collection starts: create_collection plans its range of weeks; collection_progress shows how far it is.

create function amc_history.check_time_zone(time_zone text) returns void
-- The zone of the session is set to the one in question, and is the caller's own again when the function returns.
language plpgsql volatile set search_path = '' set timezone = 'UTC'
as $$
declare
  -- Postgres takes POSIX rules for zones too, each of which has a digit. Names of the tz database have none, but for
  -- these old ones. Looking into pg_timezone_names would read every file of the database.
  names constant text := '^[A-Za-z_-]+(/[A-Za-z_-]+){0,2}$|^(Etc/)?GMT[+-]?0$'
    '|^Etc/GMT([+-]([1-9]|1[0-2])|-1[34])$|^(EST5EDT|CST6CDT|MST7MDT|PST8PDT)$';
  not_known_elsewhere constant text := '^(posix|right)/|^(Factory|localtime|posixrules)$';
  known text;
begin
  if check_time_zone.time_zone ~ names and check_time_zone.time_zone !~ not_known_elsewhere then
    begin
      perform set_config('timezone', check_time_zone.time_zone, true);
      -- As the database spells it, whatever the spelling that came.
      known := current_setting('timezone');
    exception
      when invalid_parameter_value then
        null;
    end;
  end if;
  if known is distinct from check_time_zone.time_zone or known is null then
    perform amc_history.refuse('unknown_time_zone',
      format('Unknown time zone %s: expected a tz database name.',
        coalesce(quote_literal(left(check_time_zone.time_zone, 100)), 'null')),
      'Use a name such as America/New_York or UTC.');
  end if;
end;
$$;
comment on function amc_history.check_time_zone(text) is 'Refuses what is not a tz database name (unknown_time_zone).';

create function amc_history.refuse_weeks(weeks integer, most_weeks integer) returns void
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.refuse('weeks_out_of_range',
    format('Expected 1 to %s weeks, got %s.', refuse_weeks.most_weeks, refuse_weeks.weeks),
    format('AMC keeps about 13 months. Ask for at most %s weeks at once.', refuse_weeks.most_weeks));
end;
$$;
comment on function amc_history.refuse_weeks(integer, integer) is
  'Refuses a collection of too many or too few weeks (weeks_out_of_range).';

create function amc_history.check_range(weeks integer, start_date date, end_date date) returns void
language plpgsql set search_path = ''
as $$
declare
  most_weeks constant integer := (amc_history.allowances()).most_weeks;
begin
  if (check_range.start_date is null) <> (check_range.end_date is null) then
    perform amc_history.refuse('range_incomplete',
      'Expected a start date and an end date, or neither; got one of them.',
      'Give both dates, or a number of weeks.');
  elsif check_range.start_date is not null and check_range.weeks is not null then
    perform amc_history.refuse('range_ambiguous', 'Expected a number of weeks or two dates; got both.',
      'Leave one out.');
  elsif check_range.weeks not between 1 and most_weeks then
    perform amc_history.refuse_weeks(check_range.weeks, most_weeks);
  elsif not coalesce(isfinite(check_range.start_date) and isfinite(check_range.end_date), true) then
    perform amc_history.refuse('range_not_whole_weeks', format('Expected two dates, got %s to %s.',
      check_range.start_date, check_range.end_date), 'Give days of the calendar.');
  end if;
end;
$$;
comment on function amc_history.check_range(integer, date, date) is
  $$Refuses a range that is neither a number of weeks nor two dates (range_incomplete, range_ambiguous,
weeks_out_of_range, range_not_whole_weeks).$$;

create function amc_history.plan_range(
  weeks integer, start_date date, end_date date, week_starts_on text, time_zone text,
  out first_day date, out last_day date, out weekday text
)
language plpgsql volatile set search_path = ''
as $$
declare
  weekdays constant text[] := array['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  allowed constant amc_history.allowances := amc_history.allowances();
  today date;
  days integer;
begin
  perform amc_history.check_time_zone(plan_range.time_zone);
  today := (amc_history.clock_now() at time zone plan_range.time_zone)::date;
  weekday := lower(coalesce(plan_range.week_starts_on,
    weekdays[extract(isodow from plan_range.start_date)::integer], 'monday'));
  if weekday <> all (weekdays) then
    perform amc_history.refuse('unknown_weekday', format('Unknown weekday %s: expected one of %s.',
      quote_literal(left(plan_range.week_starts_on, 100)), array_to_string(weekdays, ', ')),
      'Name the day on which your weeks start.');
  end if;
  perform amc_history.check_range(plan_range.weeks, plan_range.start_date, plan_range.end_date);
  if plan_range.start_date is null then
    -- The newest week whose attribution has settled.
    last_day := today - allowed.settle_days - 1;
    last_day := last_day - (extract(isodow from last_day + 1)::integer
      - array_position(weekdays, weekday) + 7) % 7;
    first_day := last_day + 1 - 7 * coalesce(plan_range.weeks, allowed.default_weeks);
  else
    first_day := plan_range.start_date;
    last_day := plan_range.end_date;
  end if;
  days := last_day - first_day + 1;
  if days > allowed.most_weeks * 7 then
    perform amc_history.refuse_weeks(days / 7, allowed.most_weeks);
  end if;
  if days < 7 or days % 7 <> 0 or extract(isodow from first_day) <> array_position(weekdays, weekday) then
    perform amc_history.refuse('range_not_whole_weeks', format(
      'Expected whole weeks that start on a %s, got %s to %s.', weekday, first_day, last_day),
      'The end date is the last day of the last week, inclusive.');
  end if;
  if last_day >= today then
    perform amc_history.refuse('range_in_future',
      format('Expected the last day to lie before %s, got %s.', today, last_day), 'End with a week that is over.');
  end if;
end;
$$;
comment on function amc_history.plan_range(integer, date, date, text, text) is
  $$Decides the first and last day (inclusive) of a collection: the newest full weeks that ended at least settle_days
ago (amc_history.allowances), or the dates given. Refuses with unknown_time_zone, unknown_weekday, range_incomplete,
range_ambiguous, weeks_out_of_range, range_not_whole_weeks, range_in_future.$$;

create function amc_history.check_parameters(declared jsonb, given jsonb) returns void
language plpgsql volatile set search_path = ''
as $$
declare
  unknown text;
  fault text;
begin
  if jsonb_typeof(check_parameters.given) is distinct from 'object' then
    perform amc_history.refuse('parameters_not_an_object',
      format('Expected parameter values as an object, got %s.', coalesce(jsonb_typeof(check_parameters.given), 'null')),
      'Send {"name": value}, or leave it out.');
  end if;
  select string_agg(quote_literal(k), ', ') into unknown
  from jsonb_object_keys(check_parameters.given) k
  where not exists (select from jsonb_array_elements(check_parameters.declared) p where p ->> 'name' = k);
  if unknown is not null then
    perform amc_history.refuse('unknown_parameter',
      format('The workflow does not declare the parameter %s.', left(unknown, 500)),
      'Declare it when saving the workflow, or leave it out.');
  end if;
  fault := amc_history.parameter_value_fault(check_parameters.given);
  if fault is not null then
    perform amc_history.refuse(fault, format('Expected at most 50 parameter values, texts or lists of texts, of at '
        'most 4000 bytes each and 10000 in all; got %s of %s bytes in all.',
        (select count(*) from jsonb_object_keys(check_parameters.given)),
        octet_length(check_parameters.given::text)),
      'AMC repeats the values with each execution. Write a long list into the query; send a number as a text.');
  end if;
end;
$$;
comment on function amc_history.check_parameters(jsonb, jsonb) is
  $$Refuses what is not an object (parameters_not_an_object), values for parameters that the workflow does not declare
(unknown_parameter): AMC refuses them too; and what amc_history.parameter_value_fault finds.$$;

create function amc_history.describe_collection(collection_id uuid, created boolean) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('collection_id', describe_collection.collection_id, 'created', describe_collection.created,
    'weeks', coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'week_start_date', w.week_start_date,
      'week_end_date', w.week_end_date, 'status', w.status) order by w.week_start_date), '[]'))
  from public.report_data_weeks w where w.collection_id = describe_collection.collection_id;
$$;
comment on function amc_history.describe_collection(uuid, boolean) is
  $$A collection's id and weeks, oldest first, as create_collection answers them.$$;

create function amc_history.find_repeated_request(requested_by uuid, idempotency_key text, request_hash text)
returns uuid
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  earlier public.report_data_collections;
begin
  -- Of two equal requests at the same time, the second waits here and then finds what the first made.
  perform pg_advisory_xact_lock(hashtextextended(concat_ws(' ', find_repeated_request.requested_by,
    coalesce(find_repeated_request.idempotency_key, find_repeated_request.request_hash)), 0));
  if find_repeated_request.idempotency_key is not null then
    select * into earlier from public.report_data_collections c
    where c.created_by = find_repeated_request.requested_by
      and c.idempotency_key = find_repeated_request.idempotency_key;
    if found and earlier.request_hash is distinct from find_repeated_request.request_hash then
      perform amc_history.refuse('idempotency_key_reused', 'This Idempotency-Key came before with another request.',
        'Use a new key for a new request.', 'PT422');
    end if;
  else
    select * into earlier from public.report_data_collections c
    where c.created_by = find_repeated_request.requested_by and c.request_hash = find_repeated_request.request_hash
      and c.created_at > amc_history.clock_now() - (amc_history.allowances()).repeated_request
      and c.cancelled_at is null
    order by c.created_at desc limit 1;
  end if;
  return earlier.id;
end;
$$;
comment on function amc_history.find_repeated_request(uuid, text, text) is
  $$Answers the collection that this request made before: found by its key, else by its content within the allowance
repeated_request. Refuses a key that came with another content (idempotency_key_reused).$$;

create function public.create_collection(
  requested_by uuid, instance_id text, workflow_id text, weeks integer default null,
  start_date date default null, end_date date default null, week_starts_on text default null,
  time_zone text default 'UTC', parameter_values jsonb default '{}', idempotency_key text default null
) returns jsonb
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  workflow public.amc_workflows;
  plan record;
  hash text := encode(sha256(convert_to(jsonb_build_array(create_collection.instance_id,
    create_collection.workflow_id, create_collection.weeks, create_collection.start_date,
    create_collection.end_date, create_collection.week_starts_on, create_collection.time_zone,
    create_collection.parameter_values)::text, 'UTF8')), 'hex');
  made uuid;
begin
  perform amc_history.require_analyst(create_collection.requested_by, create_collection.instance_id);
  select * into workflow from public.amc_workflows w
    where w.instance_id = create_collection.instance_id and w.id = create_collection.workflow_id;
  if not found then
    perform amc_history.refuse('workflow_not_found', format('Instance %s has no workflow %s.',
      create_collection.instance_id, coalesce(quote_literal(left(create_collection.workflow_id, 200)), 'null')),
      'Save it with save_workflow, which answers its id.', 'PT404');
  end if;
  perform amc_history.check_parameters(workflow.parameters, create_collection.parameter_values);
  plan := amc_history.plan_range(create_collection.weeks, create_collection.start_date,
    create_collection.end_date, create_collection.week_starts_on, create_collection.time_zone);
  made := amc_history.find_repeated_request(create_collection.requested_by, create_collection.idempotency_key, hash);
  if made is not null then
    return amc_history.describe_collection(made, false);
  end if;
  perform amc_history.check_retention(plan.first_day, workflow, create_collection.time_zone);
  perform amc_history.lock_starts(create_collection.requested_by);
  -- AMC's list is read before the first create.
  update public.amc_instances i set list_due_at = least(i.list_due_at, amc_history.clock_now())
  where i.id = create_collection.instance_id;
  perform amc_history.check_start_limits(create_collection.requested_by, create_collection.instance_id,
    (plan.last_day - plan.first_day + 1) / 7);
  insert into public.report_data_collections (created_by, instance_id, workflow_id, start_date, end_date,
    week_starts_on, time_zone, parameter_values, idempotency_key, request_hash)
  values (create_collection.requested_by, create_collection.instance_id, create_collection.workflow_id,
    plan.first_day, plan.last_day, plan.weekday, create_collection.time_zone,
    create_collection.parameter_values, create_collection.idempotency_key, hash)
  returning id into made;
  insert into public.report_data_weeks (collection_id, week_start_date, week_end_date, due_at)
  select made, day::date, day::date + 6, amc_history.clock_now()
  from generate_series(plan.first_day::timestamp, plan.last_day::timestamp, interval '7 days') day;
  perform amc_history.record_action('collection_started', create_collection.instance_id, made,
    actor => create_collection.requested_by::text);
  return amc_history.describe_collection(made, true);
end;
$$;
comment on function public.create_collection(uuid, text, text, integer, date, date, text, text, jsonb, text) is
  $$Makes a collection and its weeks, all due at once, oldest first. Called by the edge function start-collection.

weeks: 1 to 60 (52 if neither weeks nor dates are given), ending with the newest week that has settled; or start_date
and end_date (inclusive). week_starts_on: a weekday in English. time_zone: tz database name. The same
idempotency_key, or the same request soon after, answers the same collection with created false. How many weeks,
when a week has settled and what is soon: amc_history.allowances (most_weeks, settle_days, repeated_request). Answers
{collection_id, created, weeks}. Refuses weeks that AMC keeps no longer, and more than the limits of
amc_history.check_start_limits. Leaves an event collection_started with requested_by as its actor. Refuses with a stable
code in detail. For service_role.$$;

create view public.collection_progress with (security_invoker = true) as
select c.id as collection_id, c.instance_id, c.workflow_id, c.start_date, c.end_date, c.created_at,
  case
    when c.cancelled_at is not null then 'cancelled'
    when n.weeks = n.pending + n.running + n.completed + n.failed + n.skipped + n.cancelled
      and n.pending + n.running = 0 then
      case when n.failed > 0 then 'completed_with_failures' when c.keep_current then 'up_to_date' else 'completed' end
    when c.paused_at is not null then 'paused'
    when n.pending = n.weeks then 'pending'
    else 'running'
  end as status,
  n.weeks, n.pending, n.running, n.completed, n.failed, n.skipped, n.cancelled, n.tracked,
  c.keep_current, case when c.keep_current then c.end_date + 8 + c.settle_days end as next_week_on
from public.report_data_collections c
cross join lateral (
  select count(*)::integer as weeks,
    (count(*) filter (where w.status = 'pending'))::integer as pending,
    (count(*) filter (where w.status = 'running'))::integer as running,
    (count(*) filter (where w.status = 'completed'))::integer as completed,
    (count(*) filter (where w.status = 'failed'))::integer as failed,
    (count(*) filter (where w.status = 'skipped'))::integer as skipped,
    (count(*) filter (where w.status = 'cancelled'))::integer as cancelled,
    (count(*) filter (where w.execution_id is not null))::integer as tracked
  from public.report_data_weeks w where w.collection_id = c.id
) n;
comment on view public.collection_progress is
  'Each collection''s progress and status, derived from its weeks. tracked counts the weeks whose execution is known.
next_week_on: the day on which the next week is added, in the collection''s zone; null if it is not kept current.';
