-- What may be asked for: a zone, a range of weeks, parameter values. And how far a collection is: collection_progress.

create function amc_history.normal_time_zone(time_zone text) returns text
-- The zone of the session is set to the one in question, and is the caller's own again when the function returns.
language plpgsql volatile set search_path = '' set timezone = 'UTC'
as $$
declare
  -- Postgres takes POSIX rules for zones too, each of which has a digit. Names of the tz database have none, but for
  -- these old ones. Looking into pg_timezone_names would read every file of the database.
  names constant text := '^[A-Za-z_-]+(/[A-Za-z_-]+){0,2}$|^(Etc/)?GMT[+-]?0$'
    '|^Etc/GMT([+-]([1-9]|1[0-2])|-1[34])$|^(EST5EDT|CST6CDT|MST7MDT|PST8PDT)$';
  not_known_elsewhere constant text := '^(posix|right)/|^(Factory|localtime|posixrules)$';
  -- Other names of UTC (tz database, file backward).
  names_of_utc constant text := '^(Etc/)?(UTC|UCT|Universal|Zulu)$';
  known text;
begin
  -- Also where the database has them not.
  if normal_time_zone.time_zone ~* names_of_utc then
    return 'UTC';
  end if;
  if normal_time_zone.time_zone ~* names and normal_time_zone.time_zone !~* not_known_elsewhere then
    begin
      perform set_config('timezone', normal_time_zone.time_zone, true);
      -- As the database spells it, whatever the spelling that came.
      known := current_setting('timezone');
    exception
      when invalid_parameter_value then
        null;
    end;
  end if;
  if lower(known) is distinct from lower(normal_time_zone.time_zone) or known is null then
    perform amc_history.refuse('unknown_time_zone',
      format('Unknown time zone %s: expected a tz database name.',
        coalesce(quote_literal(left(normal_time_zone.time_zone, 100)), 'null')),
      'Use a name such as America/New_York or UTC.');
  end if;
  return known;
end;
$$;
comment on function amc_history.normal_time_zone(text) is
  $$The one normal form of a zone's name, so that one query has one collection: a name of the tz database in any case
becomes as the database spells it, and UTC's other names become UTC. Refuses what is no such name, abbreviations and
offsets too (unknown_time_zone).$$;

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

create function amc_history.normal_weekday(week_starts_on text, start_date date) returns text
language plpgsql set search_path = ''
as $$
declare
  weekdays constant text[] := array['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  weekday constant text := lower(coalesce(normal_weekday.week_starts_on,
    weekdays[extract(isodow from normal_weekday.start_date)::integer], 'monday'));
begin
  if weekday <> all (weekdays) then
    perform amc_history.refuse('unknown_weekday', format('Unknown weekday %s: expected one of %s.',
      quote_literal(left(normal_weekday.week_starts_on, 100)), array_to_string(weekdays, ', ')),
      'Name the day on which your weeks start.');
  end if;
  return weekday;
end;
$$;
comment on function amc_history.normal_weekday(text, date) is
  $$The weekday, in small letters, on which weeks start: week_starts_on, else that of the start date, else monday.
Refuses what is no weekday in English (unknown_weekday).$$;

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
  today := (amc_history.clock_now() at time zone plan_range.time_zone)::date;
  weekday := amc_history.normal_weekday(plan_range.week_starts_on, plan_range.start_date);
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
  $$Decides the first and last day (inclusive) of a request: the newest full weeks that ended at least settle_days
ago (amc_history.allowances), or the dates given. time_zone: of amc_history.normal_time_zone. Refuses with
unknown_weekday, range_incomplete, range_ambiguous, weeks_out_of_range, range_not_whole_weeks, range_in_future.$$;

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
  where check_parameters.declared is not null
    and not exists (select from jsonb_array_elements(check_parameters.declared) p where p ->> 'name' = k);
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
(unknown_parameter): AMC refuses them too; and what amc_history.parameter_value_fault finds. declared: null where the
workflow is not known.$$;

create function amc_history.check_collection_name(name text) returns void
language plpgsql set search_path = ''
as $$
begin
  if char_length(check_collection_name.name) not between 1 and 200 then
    perform amc_history.refuse('name_out_of_range', format('Expected a name of 1 to 200 characters, got %s.',
      char_length(check_collection_name.name)), 'Shorten it, or leave it out.');
  end if;
end;
$$;
comment on function amc_history.check_collection_name(text) is
  'Refuses a collection''s name that is empty or longer than 200 characters (name_out_of_range). Null is none.';

create view public.collection_progress with (security_invoker = true) as
select c.id as collection_id, c.instance_id, c.workflow_id, c.start_date, c.end_date, c.created_at,
  case
    when c.archived_at is not null then 'archived'
    when c.cancelled_at is not null then 'cancelled'
    when n.weeks = n.pending + n.running + n.completed + n.failed + n.skipped + n.cancelled
      and n.pending + n.running = 0 then
      case when n.failed > 0 then 'completed_with_failures' when c.keep_current then 'up_to_date' else 'completed' end
    when c.paused_at is not null then 'paused'
    when n.pending = n.weeks then 'waiting'
    else 'running'
  end as status,
  n.weeks, n.pending, n.running, n.completed, n.failed, n.skipped, n.cancelled, n.tracked,
  (c.end_date - c.start_date + 1) / 7 - n.weeks as not_asked, c.name,
  c.keep_current,
  case when c.keep_current then coalesce(c.kept_until, c.end_date) + 8 + c.settle_days end as next_week_on
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
  $$Each collection's progress and status, derived from its weeks. status: waiting (no week has begun), running, paused,
up_to_date (kept current), completed, completed_with_failures, cancelled or archived; what holds it up is in
collection_states. tracked counts the weeks whose execution is known;
not_asked those between its dates that nobody asked for, which weeks does not count. next_week_on: the day on which
the next week is added, in the collection's zone; null if it is not kept current.$$;
