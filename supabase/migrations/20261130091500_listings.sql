-- Listings: one look at AMC's list of an instance tells how all its executions are, and settles attempts
-- whose create got no answer.

create function amc_history.needs_survey(instance_id text) returns boolean
language sql volatile set search_path = ''
as $$
  select exists (select from public.report_data_collections c
    where c.instance_id = needs_survey.instance_id and c.surveyed_at is null
      and c.paused_at is null and c.cancelled_at is null)
    or exists (select from public.report_data_weeks w
      join public.report_data_collections c on c.id = w.collection_id
      where w.instance_id = needs_survey.instance_id and w.survey_again and w.due_at is not null
        and c.paused_at is null and c.cancelled_at is null);
$$;
comment on function amc_history.needs_survey(text) is
  $$Whether a collection of the instance waits for AMC's list before its first create, or a week for what it showed
there.$$;

create function amc_history.is_listing_due(instance public.amc_instances) returns boolean
language sql volatile set search_path = ''
as $$
  select (instance).list_due_at <= amc_history.clock_now()
    and coalesce((instance).paused_until <= amc_history.clock_now(), true)
    and coalesce((instance).list_leased_until <= amc_history.clock_now(), true)
    and (
      exists (select from public.week_attempts a
        left join public.workflow_executions e on e.id = a.execution_id
        where a.instance_id = (instance).id and a.is_live
          and (a.state = 'unknown'
            or a.state = 'intended' and a.leased_until <= amc_history.clock_now()
            or a.state = 'created' and (a.cancel_requested_at is not null
              or not coalesce(e.has_ended, false))))
      or exists (select from public.week_attempts a where a.instance_id = (instance).id
        and a.watch_until > amc_history.clock_now())
      or amc_history.needs_survey((instance).id)
      -- What runs elsewhere holds our weeks back, so it has to be looked at again.
      or (instance).running_elsewhere > 0 and exists (select from public.report_data_weeks w
        where w.instance_id = (instance).id and w.due_at <= amc_history.clock_now())
    );
$$;
comment on function amc_history.is_listing_due(public.amc_instances) is
  'Whether a listing of the instance is due and would move anything on.';

create function amc_history.attempts_to_list(instance_id text) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'attempt_id', a.id, 'week_id', w.id, 'collection_id', c.id, 'execution_id', a.execution_id,
    'state', case a.state when 'ended' then 'abandoned' else a.state end,
    'workflow_id', c.workflow_id, 'time_zone', c.time_zone, 'parameter_values', c.parameter_values,
    'time_window_start', w.time_window_start,
    'time_window_end', w.time_window_end,
    'window_start_at', w.week_start_date::timestamp at time zone c.time_zone,
    'window_end_at', (w.week_start_date + 7)::timestamp at time zone c.time_zone,
    'fingerprint', a.fingerprint, 'intended_at', a.intended_at, 'confirmed_execution_id', a.confirmed_execution_id,
    'matcher_proved', i.matcher_proved_at is not null) order by a.intended_at, a.id), '[]')
  from public.week_attempts a
  join public.report_data_weeks w on w.id = a.week_id
  join public.report_data_collections c on c.id = w.collection_id
  join public.amc_instances i on i.id = a.instance_id
  left join public.workflow_executions e on e.id = a.execution_id
  where a.instance_id = attempts_to_list.instance_id
    and (a.is_live and (a.state = 'unknown' or a.state = 'created' and not coalesce(e.has_ended, false))
      or a.watch_until > amc_history.clock_now());
$$;
comment on function amc_history.attempts_to_list(text) is
  $$The attempts of an instance that a listing is to tell of: those without an answer, those under way, and those that
were abandoned and are still watched.$$;

create function amc_history.weeks_to_survey(instance_id text) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'week_id', w.id, 'collection_id', c.id, 'workflow_id', c.workflow_id, 'time_zone', c.time_zone,
    'parameter_values', c.parameter_values,
    'time_window_start', w.time_window_start,
    'time_window_end', w.time_window_end,
    'intended_at', c.created_at) order by c.created_at, c.id, w.week_start_date), '[]')
  from (
    (select w.id from public.report_data_weeks w
      where w.collection_id in (select c.id from public.report_data_collections c
          where c.instance_id = weeks_to_survey.instance_id and c.surveyed_at is null
            and c.paused_at is null and c.cancelled_at is null
          order by c.created_at limit 10))
    union
    (select w.id from public.report_data_weeks w where w.instance_id = weeks_to_survey.instance_id and w.survey_again)
  ) s
  join public.report_data_weeks w on w.id = s.id and w.due_at is not null
  join public.report_data_collections c on c.id = w.collection_id and c.paused_at is null and c.cancelled_at is null;
$$;
comment on function amc_history.weeks_to_survey(text) is
  $$The weeks of the instance's collections for which nothing was created yet, ten collections at a time, and those
that wait for what the list showed: a listing may show that AMC has them already.$$;

create function public.claim_listing(max_instances integer default 5, lease_seconds integer default 60)
returns table (
  instance_id text, entity_id text, marketplace_id text, region text, credential_name text,
  fence bigint, began_at timestamptz, list_from timestamptz, attempts jsonb, surveys jsonb
)
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
declare
  instance public.amc_instances;
  now_at timestamptz;
begin
  for instance in
    select i.* from public.amc_instances i where amc_history.is_listing_due(i)
    order by i.list_due_at, i.id limit claim_listing.max_instances for no key update skip locked
  loop
    now_at := amc_history.clock_now();
    -- Its worker died or sleeps: whether the create left is not known. A row that is locked is being reported on.
    update public.week_attempts a set state = 'unknown', leased_until = null
    where a.id in (select b.id from public.week_attempts b
      where b.instance_id = instance.id and b.is_live and b.state = 'intended' and b.leased_until <= now_at
      for update skip locked);
    update public.amc_instances i set list_fence = i.list_fence + 1,
      list_leased_until = now_at + make_interval(secs => claim_listing.lease_seconds)
    where i.id = instance.id returning * into instance;
    attempts := amc_history.attempts_to_list(instance.id);
    surveys := amc_history.weeks_to_survey(instance.id);
    return query select instance.id, instance.entity_id, instance.marketplace_id, instance.region,
      instance.credential_name, instance.list_fence, now_at,
      coalesce((select min((a.value ->> 'intended_at')::timestamptz) from jsonb_array_elements(attempts || surveys) a), now_at)
        - interval '1 hour',
      attempts, surveys;
  end loop;
end;
$$;
comment on function public.claim_listing(integer, integer) is
  $$Takes instances whose list of executions is due. Attempts without a report whose lease is over become unknown.

list_from: list executions created since then, cancelled ones too, all pages. attempts: those that the listing is
to tell of, as an array; state abandoned: still looked for. surveys: weeks of collections for which nothing was
created yet, or whose run was shown before and could not be taken, as an array. fence: for record_listing.
began_at: for settle_attempt, on the database's clock. lease_seconds: how long nobody else lists the instance. For
service_role.$$;

create function amc_history.refresh_overdue_alerts(instance_id text) returns void
language sql set search_path = ''
as $$
  update public.tracking_alerts t set resolved_at = amc_history.clock_now()
  where t.instance_id = refresh_overdue_alerts.instance_id and t.resolved_at is null
    and t.code in ('execution_overdue', 'unknown_status')
    and not exists (select from public.week_attempts a
      join public.workflow_executions e on e.id = a.execution_id
      where a.week_id = t.week_id and a.is_live and a.state = 'created'
        and e.status is not null and not e.has_ended
        and (t.code = 'execution_overdue' or e.status not in ('PENDING', 'RUNNING', 'PUBLISHING')));
  select amc_history.raise_alert(
    case when a.intended_at < amc_history.clock_now() - make_interval(hours => i.overdue_hours)
      then 'execution_overdue' else 'unknown_status' end,
    format('Execution %s of week %s has status %s since %s. It is still followed; look at it in AMC.',
      e.id, a.week_id, e.status, a.intended_at), a.instance_id, a.week_id)
  from public.week_attempts a
  join public.workflow_executions e on e.id = a.execution_id
  join public.amc_instances i on i.id = a.instance_id
  where a.instance_id = refresh_overdue_alerts.instance_id and a.is_live and a.state = 'created'
    and e.status is not null and not e.has_ended
    and (a.intended_at < amc_history.clock_now() - make_interval(hours => i.overdue_hours)
      or e.status not in ('PENDING', 'RUNNING', 'PUBLISHING') and a.intended_at < amc_history.clock_now() - interval '6 hours');
$$;
comment on function amc_history.refresh_overdue_alerts(text) is
  $$Alerts a person to executions that take longer than AMC may take (overdue_hours), or keep a status that nobody
knows, and resolves the alerts of those that do no more.$$;

create function public.record_listing(
  instance_id text, fence bigint, began_at timestamptz, executions jsonb, complete boolean
) returns jsonb
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  instance public.amc_instances;
  known text[];
  elsewhere integer;
begin
  select * into instance from public.amc_instances i where i.id = record_listing.instance_id for no key update;
  if not found or instance.list_fence <> record_listing.fence then
    return jsonb_build_object('outcome', 'stale', 'known_execution_ids', '[]'::jsonb);
  end if;
  perform amc_history.update_executions(record_listing.executions);
  select coalesce(array_agg(e.id), '{}') into known from public.workflow_executions e
  where e.id in (select o ->> 'id' from jsonb_array_elements(record_listing.executions) o);
  perform amc_history.end_cancelled_attempts(instance.id);
  if record_listing.complete then
    select count(*) into elsewhere from jsonb_array_elements(record_listing.executions) o
    where o ->> 'id' <> all (known)
      and not amc_history.is_terminal_status(o ->> 'status')
      and not exists (select from public.week_attempts a where a.instance_id = instance.id
        and (a.is_live and a.state in ('intended', 'unknown') or a.watch_until > amc_history.clock_now()) and a.fingerprint = (o ->> 'timeout_seconds')::integer);
    update public.amc_instances i set running_elsewhere = least(elsewhere, 100), list_leased_until = null,
      throttles_in_row = 0, list_due_at = amc_history.clock_now() + make_interval(secs => case
        when exists (select from public.week_attempts a where a.instance_id = i.id and a.is_live)
          or elsewhere > 0 then i.poll_seconds
        -- Nothing is under way: only what was abandoned is looked for.
        else greatest(i.poll_seconds, 900) end)
    where i.id = instance.id;
    perform amc_history.refresh_overdue_alerts(instance.id);
    -- AMC took the token.
    update public.tracking_alerts t set resolved_at = amc_history.clock_now()
    where t.instance_id = instance.id and t.code = 'unauthorized' and t.resolved_at is null;
  end if;
  return jsonb_build_object('outcome', 'recorded', 'known_execution_ids', to_jsonb(known));
end;
$$;
comment on function public.record_listing(text, bigint, timestamptz, jsonb, boolean) is
  $$Takes over what AMC's list, or one answer, says of an instance's executions.

fence, began_at: from claim_listing; a report of an earlier listing is stale. executions: array of execution
observations. complete: all pages were read; then the next listing is due after poll_seconds, and what runs
elsewhere is counted. Answers {outcome: recorded or stale, known_execution_ids}: those that are ours already,
which no unknown attempt may adopt. For service_role.$$;

create function public.settle_attempt(attempt_id uuid, listing_began_at timestamptz)
returns public.tracking_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
  proved_at timestamptz;
begin
  select * into attempt from public.week_attempts a where a.id = settle_attempt.attempt_id;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select i.matcher_proved_at into proved_at from public.amc_instances i where i.id = attempt.instance_id;
  select * into week from public.report_data_weeks w where w.id = attempt.week_id for no key update;
  select * into attempt from public.week_attempts a where a.id = attempt.id for update;
  if attempt.state <> 'unknown' then
    return row('stale', 'attempt_is_' || attempt.state, week.status, week.execution_id)::public.tracking_report;
  end if;
  if attempt.confirmed_execution_id is not null then
    -- A person named one while the list was read: it is looked up first.
    return row('waiting', 'execution_to_be_confirmed', week.status, week.execution_id)::public.tracking_report;
  end if;
  if settle_attempt.listing_began_at is null or settle_attempt.listing_began_at < attempt.settle_after
      or settle_attempt.listing_began_at > amc_history.clock_now() then
    return row('waiting', 'listing_may_lag', week.status, week.execution_id)::public.tracking_report;
  end if;
  if proved_at is null then
    perform amc_history.raise_alert('unknown_outcome', format(
      'AMC''s answer to the create of attempt %s was lost, and no create of instance %s has shown yet that its list would tell. Look for the execution in AMC: window of week %s, timeout %s s. Then say which it is with confirm_execution, or that there is none with confirm_no_execution.',
      attempt.id, attempt.instance_id, week.week_start_date, attempt.fingerprint), attempt.instance_id, week.id,
      jsonb_build_object('attempt_id', attempt.id));
    return row('waiting', 'matcher_not_proved', week.status, week.execution_id)::public.tracking_report;
  end if;
  perform amc_history.end_attempt(attempt.id, 'abandoned', amc_history.clock_now() + interval '48 hours');
  perform amc_history.reschedule_week(week, amc_history.clock_now());
  perform amc_history.record_event('attempt_abandoned', attempt, week, null,
    jsonb_build_object('listing_began_at', settle_attempt.listing_began_at));
  return row('abandoned', null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.settle_attempt(uuid, timestamptz) is
  $$Reports that a complete listing, begun at listing_began_at, shows no execution of an unknown attempt.

The attempt is abandoned, and its week may be tried again, only if the listing began after every allowance
(settle_after) and the instance's list is proved to show such executions. Answers waiting (listing_may_lag,
matcher_not_proved, or execution_to_be_confirmed: a person named one), abandoned, stale or not_found. For
service_role.$$;

create function public.finished_attempts(max_attempts integer default 20)
returns table (
  attempt_id uuid, week_id uuid, collection_id uuid, execution_id text, execution_status text, status_reason text
)
language sql stable set search_path = ''
as $$
  select a.id, w.id, w.collection_id, e.id, e.status, e.status_reason
  from public.week_attempts a
  join public.workflow_executions e on e.id = a.execution_id
  join public.report_data_weeks w on w.id = a.week_id
  where a.is_live and a.cancel_requested_at is null and e.has_ended and e.status <> 'SUCCEEDED'
  order by a.intended_at
  limit finished_attempts.max_attempts;
$$;
comment on function public.finished_attempts(integer) is
  $$Live attempts whose execution ended at AMC without a result: each is to be reported with update_week_status. For
service_role.$$;

create function public.retry_failed_execution(attempt_id uuid) returns public.tracking_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
  allowed integer;
begin
  select w.* into week from public.report_data_weeks w join public.week_attempts a on a.week_id = w.id
    where a.id = retry_failed_execution.attempt_id for no key update of w;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select * into attempt from public.week_attempts a where a.id = retry_failed_execution.attempt_id for update;
  if not attempt.is_live then
    return row('stale', 'attempt_ended', week.status, week.execution_id)::public.tracking_report;
  end if;
  select c.failed_retries into allowed from public.report_data_collections c where c.id = week.collection_id;
  if week.status not in ('running', 'completed') or week.error_count >= allowed or not exists (
      select from public.workflow_executions e where e.id = attempt.execution_id and e.status = 'FAILED') then
    return row('rejected', 'no_retry_left', week.status, week.execution_id)::public.tracking_report;
  end if;
  perform amc_history.end_attempt(attempt.id, 'failed');
  update public.report_data_weeks w set error_count = w.error_count + 1, error_code = 'amc_failed',
    error_message = (select e.status_reason from public.workflow_executions e where e.id = attempt.execution_id)
  where w.id = week.id;
  perform amc_history.reschedule_week(week, amc_history.clock_now()
    + make_interval(secs => 60 + random() * least(3600, 300 * 2 ^ week.error_count)));
  perform amc_history.record_event('failed_execution_retried', attempt, week, attempt.execution_id);
  return row('applied', null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.retry_failed_execution(uuid) is
  $$Puts a week off whose execution ended at AMC as FAILED, if its collection's failed_retries allow one more; with
growing pauses, and as an error. Answers applied, rejected (no_retry_left: report the week as failed), stale or
not_found. For service_role.$$;
