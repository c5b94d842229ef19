-- Weighing a request for weeks: what it asks for, what it would change, and all that it is refused by. These functions
-- change nothing: preview_collection answers what they find, start_collection goes by it under locks.

create type amc_history.weeks_request as (
  requested_by uuid, instance_id text, workflow_id text, weeks integer, start_date date, end_date date,
  week_starts_on text, time_zone text, parameter_values jsonb, name text, keep_current boolean, settle_days integer
);
comment on type amc_history.weeks_request is 'What start_collection and preview_collection are asked: their arguments.';

create type amc_history.weeks_plan as (
  workflow public.amc_workflows, zone text, weekday text, first_day date, last_day date, refusals jsonb
);
comment on type amc_history.weeks_plan is 'What a request asks for, by itself (amc_history.plan_weeks).';

create function amc_history.describe_refusal(
  field text, state text, code text, message text, hint text
) returns jsonb
language plpgsql set search_path = ''
as $$
begin
  if describe_refusal.code !~ '^[a-z_]+$' or describe_refusal.state !~ '^(22023|PT4\d\d)$' then
    raise exception '%', describe_refusal.message using errcode = describe_refusal.state,
      detail = describe_refusal.code, hint = describe_refusal.hint;
  end if;
  return jsonb_build_object('field', describe_refusal.field, 'code', describe_refusal.code,
    'message', describe_refusal.message, 'hint', describe_refusal.hint,
    'status', case when describe_refusal.state like 'PT%' then right(describe_refusal.state, 3)::integer else 400 end);
end;
$$;
comment on function amc_history.describe_refusal(text, text, text, text, text) is
  $$What amc_history.refuse raised, as data: {field, code, message, hint, status}. field: the argument that is refused;
null where it is none. Any other error is raised again.$$;

create function amc_history.refuse_first(refusals jsonb) returns void
language plpgsql set search_path = ''
as $$
declare
  first constant jsonb := refuse_first.refusals -> 0;
begin
  if first is not null then
    perform amc_history.refuse(first ->> 'code', first ->> 'message', first ->> 'hint',
      case first ->> 'status' when '400' then '22023' else 'PT' || (first ->> 'status') end);
  end if;
end;
$$;
comment on function amc_history.refuse_first(jsonb) is
  'Raises the first of some refusals (amc_history.describe_refusal) as it was raised before; nothing if there is none.';

create function amc_history.field_of_range(asked amc_history.weeks_request, code text) returns text
language sql immutable set search_path = ''
as $$
  select case
    when field_of_range.code = 'range_ambiguous' or coalesce((asked).start_date, (asked).end_date) is null then 'weeks'
    when (asked).start_date is null or field_of_range.code = 'range_not_kept'
      -- The date is of another weekday, or of none.
      or case when isfinite((asked).start_date) then extract(isodow from (asked).start_date) <> array_position(
        array['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
        lower((asked).week_starts_on)) else true end then 'start_date'
    else 'end_date'
  end;
$$;
comment on function amc_history.field_of_range(amc_history.weeks_request, text) is
  'Which of weeks, start_date and end_date has to be changed, when a range of weeks is refused with this code.';

create function amc_history.workflow_to_start(asked amc_history.weeks_request) returns public.amc_workflows
language plpgsql set search_path = ''
as $$
declare
  workflow public.amc_workflows;
begin
  select * into workflow from public.amc_workflows w
  where w.instance_id = (asked).instance_id and w.id = (asked).workflow_id;
  if not found then
    perform amc_history.refuse('workflow_not_found', format('Instance %s has no workflow %s.',
      (asked).instance_id, coalesce(quote_literal(left((asked).workflow_id, 200)), 'null')),
      'Save it with save_workflow, which answers its id.', 'PT404');
  end if;
  return workflow;
end;
$$;
comment on function amc_history.workflow_to_start(amc_history.weeks_request) is
  'The workflow version whose weeks are asked for. Refuses one that the instance does not have (workflow_not_found).';

create function amc_history.check_argument(
  argument text, asked amc_history.weeks_request, inout plan amc_history.weeks_plan
)
language plpgsql set search_path = ''
as $$
declare
  range record;
begin
  case check_argument.argument
    when 'instance_id' then perform amc_history.require_analyst(asked.requested_by, asked.instance_id);
    when 'workflow_id' then plan.workflow := amc_history.workflow_to_start(asked);
    when 'parameter_values' then
      perform amc_history.check_parameters((plan.workflow).parameters, asked.parameter_values);
    when 'name' then perform amc_history.check_collection_name(asked.name);
    when 'time_zone' then plan.zone := amc_history.normal_time_zone(asked.time_zone);
    when 'week_starts_on' then plan.weekday := amc_history.normal_weekday(asked.week_starts_on, asked.start_date);
    when 'weeks' then
      -- Without a zone, the one in which it is latest: what is told then holds in each.
      range := amc_history.plan_range(asked.weeks, asked.start_date, asked.end_date, plan.weekday,
        coalesce(plan.zone, 'Etc/GMT-14'));
      plan.first_day := range.first_day;
      plan.last_day := range.last_day;
    when 'settle_days' then perform amc_history.check_settle_days(asked.settle_days);
  end case;
end;
$$;
comment on function amc_history.check_argument(text, amc_history.weeks_request, amc_history.weeks_plan) is
  $$Refuses an argument of a request that is wrong (weeks: with the two dates), else enters what it says into the
plan.$$;

create function amc_history.plan_weeks(asked amc_history.weeks_request) returns amc_history.weeks_plan
language plpgsql set search_path = ''
as $$
declare
  plan amc_history.weeks_plan;
  refusals jsonb := '[]';
  argument text;
  code text;
  message text;
  hint text;
begin
  foreach argument in array array['instance_id', 'workflow_id', 'parameter_values', 'name', 'time_zone',
    'week_starts_on', 'weeks', 'settle_days']
  loop
    -- Who is no member gets to know of no workflow.
    continue when argument = 'workflow_id' and refusals @> '[{"code": "instance_not_found"}]';
    begin
      plan := amc_history.check_argument(argument, asked, plan);
    exception when others then
      get stacked diagnostics code = pg_exception_detail, message = message_text, hint = pg_exception_hint;
      refusals := refusals || amc_history.describe_refusal(case when code = 'role_too_low' then null
        when argument = 'weeks' then amc_history.field_of_range(asked, code) else argument end,
        sqlstate, code, message, hint);
    end;
  end loop;
  if refusals @? '$[*] ? (@.field != null)' then
    plan.first_day := null;
    plan.last_day := null;
  end if;
  plan.refusals := refusals;
  return plan;
end;
$$;
comment on function amc_history.plan_weeks(amc_history.weeks_request) is
  $$What a request asks for, by itself: the workflow, the zone and weekday in their normal form, the first and last day;
no days if an argument is refused. refusals: each wrong argument, as amc_history.describe_refusal tells it, and
role_too_low for who may only read.$$;

create function amc_history.find_collection(
  workflow public.amc_workflows, weekday text, time_zone text, parameter_values jsonb
) returns public.report_data_collections
language sql stable set search_path = ''
as $$
  select c from public.report_data_collections c
  where c.instance_id = (workflow).instance_id and c.workflow_id = (workflow).id and c.imported_from is null
    and c.week_starts_on = find_collection.weekday and c.time_zone = find_collection.time_zone
    and c.parameters_hash = md5(find_collection.parameter_values::text);
$$;
comment on function amc_history.find_collection(public.amc_workflows, text, text, jsonb) is
  'The collection of a query (index one_collection_of_a_query); nulls if there is none yet.';

create function amc_history.weeks_beside(
  asked amc_history.weeks_request, collection public.report_data_collections, first_day date, last_day date
) returns integer
language plpgsql set search_path = ''
as $$
declare
  settled record;
begin
  collection.end_date := greatest(collection.end_date, weeks_beside.last_day);
  settled := amc_history.settled_if_kept(collection, coalesce(asked.settle_days, collection.settle_days));
  return (select count(*)
    from generate_series(settled.first_day::timestamp, settled.last_day, interval '7 days') d(day)
    where d.day::date not between weeks_beside.first_day and weeks_beside.last_day
      and not exists (select from public.report_data_weeks w
        where w.collection_id = collection.id and w.week_start_date = d.day::date));
end;
$$;
comment on function amc_history.weeks_beside(
  amc_history.weeks_request, public.report_data_collections, date, date) is
  $$How many weeks are added at once, beside those between the two days that are asked for, when a collection begins to
be kept current: those that have settled since its end.$$;

create function amc_history.collection_as_planned(asked amc_history.weeks_request, plan amc_history.weeks_plan)
returns public.report_data_collections
language plpgsql set search_path = ''
as $$
declare
  collection public.report_data_collections :=
    amc_history.find_collection(plan.workflow, plan.weekday, plan.zone, asked.parameter_values);
begin
  if collection.id is null then
    collection.instance_id := (plan.workflow).instance_id;
    collection.workflow_id := (plan.workflow).id;
    collection.series_view := (plan.workflow).series_view;
    collection.week_starts_on := plan.weekday;
    collection.time_zone := plan.zone;
    collection.parameter_values := asked.parameter_values;
    collection.keep_current := false;
    collection.settle_days := 14;
  end if;
  return collection;
end;
$$;
comment on function amc_history.collection_as_planned(amc_history.weeks_request, amc_history.weeks_plan) is
  'The collection of a planned request; without an id and dates, as it would be made, if there is none yet.';

create function amc_history.check_effect(
  check_of text, asked amc_history.weeks_request, plan amc_history.weeks_plan,
  collection public.report_data_collections, earliest date, weeks integer
) returns void
language plpgsql set search_path = ''
as $$
begin
  case check_effect.check_of
    when 'weeks' then perform amc_history.check_retention(check_effect.earliest, plan.workflow, plan.zone);
    when 'limits' then
      if check_effect.weeks > 0 then
        perform amc_history.check_start_limits(asked.requested_by, asked.instance_id, check_effect.weeks);
      end if;
    when 'keep_current' then
      if asked.keep_current and not collection.keep_current then
        perform amc_history.check_one_version(collection);
        collection.end_date := greatest(collection.end_date, plan.last_day);
        perform amc_history.check_catch_up(collection, coalesce(asked.settle_days, collection.settle_days));
      end if;
  end case;
end;
$$;
comment on function amc_history.check_effect(
  text, amc_history.weeks_request, amc_history.weeks_plan, public.report_data_collections, date, integer) is
  $$Refuses what a planned request may not change: weeks that AMC keeps no longer (check_of: weeks; earliest: the first
of those to be made or opened), more than the limits (limits; weeks: how many), a second version of the query that is
kept current, or from too long ago (keep_current).$$;

create function amc_history.weigh_request(
  asked amc_history.weeks_request, plan amc_history.weeks_plan, out collection public.report_data_collections,
  out weeks integer, out settled integer, out changes_keeping boolean, out refusals jsonb
)
language plpgsql set search_path = ''
as $$
declare
  opening record;
  check_of text;
  code text;
  message text;
  hint text;
begin
  refusals := '[]';
  collection := amc_history.collection_as_planned(asked, plan);
  opening := amc_history.weeks_to_open(collection.id, plan.first_day, plan.last_day);
  weeks := opening.weeks;
  changes_keeping := coalesce(asked.keep_current <> collection.keep_current, false)
    or coalesce(asked.settle_days <> collection.settle_days, false);
  settled := case when changes_keeping and coalesce(asked.keep_current, collection.keep_current)
    then amc_history.weeks_beside(asked, collection, plan.first_day, plan.last_day) else 0 end;
  foreach check_of in array array['weeks', 'limits', 'keep_current'] loop
    begin
      perform amc_history.check_effect(check_of, asked, plan, collection, opening.earliest, weeks + settled);
    exception when others then
      get stacked diagnostics code = pg_exception_detail, message = message_text, hint = pg_exception_hint;
      refusals := refusals || amc_history.describe_refusal(case check_of when 'weeks'
        then amc_history.field_of_range(asked, code) when 'keep_current' then check_of end, sqlstate, code, message,
        hint);
    end;
  end loop;
end;
$$;
comment on function amc_history.weigh_request(amc_history.weeks_request, amc_history.weeks_plan) is
  $$What a planned request would change, reading only: the collection (without an id if it is to be made); how many
weeks it adds or opens; how many it adds beside them since the collection begins to be kept current (settled); whether
it changes that (changes_keeping). refusals: of amc_history.check_effect, as amc_history.describe_refusal
tells them.$$;
