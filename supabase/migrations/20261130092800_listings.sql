-- Listings: one reading of AMC's list of an instance shows the status of all its executions. (What it settles about
-- creates without an answer is in reconciliation.)

create function amc_history.unsurveyed_weeks(instance_id text) returns setof public.report_data_weeks
language sql volatile rows 100 set search_path = ''
as $$
  select w.* from public.report_data_weeks w
  join public.report_data_collections c on c.id = w.collection_id and c.paused_at is null and c.cancelled_at is null
  where w.instance_id = unsurveyed_weeks.instance_id and w.surveyed_at is null and w.due_at < 'infinity'
    and not exists (select from public.stoppages s where s.kind = 'week' and s.subject = w.id::text
      and s.ended_at is null and coalesce(s.retry_at > amc_history.clock_now(), true));
$$;
comment on function amc_history.unsurveyed_weeks(text) is
  'The weeks of an instance that wait for a listing before their first create.';

create function amc_history.is_listing_due(instance public.amc_instances) returns boolean
language plpgsql volatile set search_path = ''
as $$
begin
  return (instance).list_due_at <= amc_history.clock_now()
    and coalesce((instance).paused_until <= amc_history.clock_now(), true)
    and coalesce((instance).list_leased_until <= amc_history.clock_now(), true)
    and not amc_history.is_held_up('listing', (instance).id)
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
      or exists (select from amc_history.unsurveyed_weeks((instance).id))
      -- Whether it answers again, only a call shows.
      or exists (select from public.stoppages s
        where s.kind = 'instance' and s.subject = (instance).id and s.ended_at is null
          and s.retry_at <= amc_history.clock_now())
      -- Due weeks wait for slots that executions from elsewhere take: only a listing shows when those have ended.
      or (instance).running_elsewhere > 0 and exists (select from public.report_data_weeks w
        where w.instance_id = (instance).id and w.due_at <= amc_history.clock_now())
    );
end;
$$;
comment on function amc_history.is_listing_due(public.amc_instances) is
  'Whether a listing of the instance is due, and there is something that it could change.';

create function amc_history.attempts_to_list(instance_id text) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
  return (select coalesce(jsonb_agg(jsonb_build_object(
      'attempt_id', a.id, 'week_id', w.id, 'collection_id', c.id, 'execution_id', a.execution_id,
      'state', case a.state when 'ended' then a.outcome else a.state end,
      'workflow_id', c.workflow_id, 'time_zone', c.time_zone,
      'time_window_start', w.time_window_start,
      'time_window_end', w.time_window_end,
      'window_start_at', w.week_start_date::timestamp at time zone c.time_zone,
      'window_end_at', (w.week_start_date + 7)::timestamp at time zone c.time_zone,
      'fingerprint', a.fingerprint, 'intended_at', a.intended_at, 'confirmed_execution_id', a.confirmed_execution_id,
      'matcher_proved', i.matcher_proved_at is not null, 'window_proved', i.window_proved_at is not null,
      'held_up', amc_history.is_held_up('execution', coalesce(a.execution_id, a.confirmed_execution_id)))
      order by a.intended_at, a.id), '[]')
    from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_instances i on i.id = a.instance_id
    left join public.workflow_executions e on e.id = a.execution_id
    where a.instance_id = attempts_to_list.instance_id
      and (a.is_live and (a.state = 'unknown' or a.state = 'created' and not coalesce(e.has_ended, false))
        or a.watch_until > amc_history.clock_now()));
end;
$$;
comment on function amc_history.attempts_to_list(text) is
  $$The attempts of an instance that a listing is for: those whose create got no answer, those under way, and those
that were given up and are still watched. Answers an array, oldest intent first, of {attempt_id, week_id,
collection_id, execution_id (null until it is known), state (unknown, created, abandoned or let_go), workflow_id,
time_zone, time_window_start, time_window_end (local, as sent to AMC), window_start_at, window_end_at (the same as
instants),
fingerprint, intended_at, confirmed_execution_id (which a person named), matcher_proved (whether the instance's list is
proved to show its executions), window_proved (whether at least by workflow, window and zone), held_up (whether AMC is
not to be asked for its execution now)}. Parameters, which may be large, are not among them: see
public.collection_parameters.$$;

create function amc_history.weeks_to_survey(instance_id text) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
begin
  return (with few as (
      -- A few collections at a time: the listing has to go back to the oldest week of them.
      select w.collection_id from amc_history.unsurveyed_weeks(weeks_to_survey.instance_id) w
      group by w.collection_id order by min(w.created_at), w.collection_id limit 10)
    select coalesce(jsonb_agg(jsonb_build_object(
      'week_id', w.id, 'collection_id', c.id, 'workflow_id', c.workflow_id, 'time_zone', c.time_zone,
      'time_window_start', w.time_window_start,
      'time_window_end', w.time_window_end,
      'intended_at', coalesce(
        (select max(a.intended_at) from public.week_attempts a where a.week_id = w.id),
        least(w.created_at, greatest(w.created_at - allowed.survey_reach,
          (w.week_end_date + 1)::timestamp at time zone c.time_zone))))
      order by c.created_at, c.id, w.week_start_date), '[]')
    from amc_history.unsurveyed_weeks(weeks_to_survey.instance_id) w
    join public.report_data_collections c on c.id = w.collection_id
    where c.id in (select few.collection_id from few));
end;
$$;
comment on function amc_history.weeks_to_survey(text) is
  $$The weeks of the instance that a listing is to look for, since AMC may have run them already: those that were never
looked for, of ten collections at a time. Answers an array of {week_id, collection_id, workflow_id, time_zone,
time_window_start, time_window_end (local, as sent to AMC), intended_at (from when on AMC may have run it unknown to
the database: since its last attempt; without one, since it was over, at most survey_reach of amc_history.allowances
before it was added)}.$$;

create function public.claim_listing(max_instances integer default 5, lease_seconds integer default null)
returns table (
  instance_id text, entity_id text, marketplace_id text, region text, credential_name text,
  fence bigint, began_at timestamptz, list_from timestamptz, attempts jsonb, surveys jsonb
)
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  lease constant interval := coalesce(make_interval(secs => claim_listing.lease_seconds), allowed.list_lease);
  instance public.amc_instances;
  now_at timestamptz;
begin
  for instance in
    select i.* from public.amc_instances i where amc_history.is_listing_due(i)
    order by i.list_due_at, i.id limit claim_listing.max_instances for no key update skip locked
  loop
    begin
      now_at := amc_history.clock_now();
      -- The worker died or sleeps, so whether the create left is unknown. A locked attempt is just being reported.
      update public.week_attempts a set state = 'unknown', leased_until = null
      where a.id in (select b.id from public.week_attempts b
        where b.instance_id = instance.id and b.is_live and b.state = 'intended' and b.leased_until <= now_at
        for update skip locked);
      update public.amc_instances i set list_fence = i.list_fence + 1,
        list_leased_until = now_at + lease
      where i.id = instance.id returning * into instance;
      attempts := amc_history.attempts_to_list(instance.id);
      surveys := amc_history.weeks_to_survey(instance.id);
      return query select instance.id, instance.entity_id, instance.marketplace_id, instance.region,
        instance.credential_name, instance.list_fence, now_at,
        coalesce((select min((a.value ->> 'intended_at')::timestamptz)
          from jsonb_array_elements(attempts || surveys) a
          where a.value ->> 'state' is distinct from 'let_go'), now_at) - allowed.list_overlap,
        attempts, surveys;
    exception when others then
      perform amc_history.record_stoppage('listing', instance.id, 'not_claimed', 'postgres', sqlerrm, instance.id);
    end;
  end loop;
end;
$$;
comment on function public.claim_listing(integer, integer) is
  $$Takes instances whose listing is due, at most max_instances. Attempts without a report whose lease is over
become unknown. lease_seconds: how long nobody else lists the instance (by default the allowance list_lease).

Answers, per instance: list_from: list executions created since then, cancelled ones too, all pages. attempts: those
that the listing is for, an array as amc_history.attempts_to_list describes it. surveys: the weeks to look for, an
array as amc_history.weeks_to_survey describes it. fence: for record_listing and mark_surveyed. began_at: for
settle_attempt, on the database's clock. For service_role.$$;

create function amc_history.executions_to_tell(instance_id text)
returns table (code text, week_id uuid, execution_id text, status text, since timestamptz)
language plpgsql stable rows 10 set search_path = ''
as $$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  unknown_since constant timestamptz := now_at - (amc_history.allowances()).unknown_status;
begin
  return query
  select case when a.intended_at < now_at - make_interval(hours => i.overdue_hours) then 'execution_overdue'
      else 'unknown_status' end,
    a.week_id, e.id, e.status, a.intended_at
  from public.week_attempts a
  join public.workflow_executions e on e.id = a.execution_id
  join public.amc_instances i on i.id = a.instance_id
  where a.instance_id = executions_to_tell.instance_id and a.is_live and a.state = 'created'
    and not coalesce(e.has_ended, false)
    and (a.intended_at < now_at - make_interval(hours => i.overdue_hours)
      or coalesce(e.status not in ('PENDING', 'RUNNING', 'PUBLISHING'), true) and a.intended_at < unknown_since);
end;
$$;
comment on function amc_history.executions_to_tell(text) is
  $$The executions of an instance's live attempts that a person should look at: execution_overdue, those that have not
ended after the instance's overdue_hours; unknown_status, those before that whose status is not known here, or which AMC
has not told, after the allowance unknown_status. since: when they were asked for.$$;

create function amc_history.refresh_overdue_alerts(instance_id text) returns void
language plpgsql set search_path = ''
as $$
begin
  update public.tracking_alerts t set resolved_at = amc_history.clock_now()
  where t.instance_id = refresh_overdue_alerts.instance_id and t.resolved_at is null
    and t.code in ('execution_overdue', 'unknown_status')
    and not exists (select from amc_history.executions_to_tell(refresh_overdue_alerts.instance_id) x
      where x.week_id = t.week_id and x.code = t.code);
  perform amc_history.raise_alert(x.code, format('Execution %s of week %s has %s since %s. It is still followed; look '
    'at it in AMC.', x.execution_id, x.week_id, coalesce('status ' || x.status, 'no status'), x.since),
    refresh_overdue_alerts.instance_id, x.week_id)
  from amc_history.executions_to_tell(refresh_overdue_alerts.instance_id) x;
end;
$$;
comment on function amc_history.refresh_overdue_alerts(text) is
  $$Alerts a person to what amc_history.executions_to_tell answers, each execution by one alert; and resolves those
alerts once it is no longer so.$$;

create function amc_history.count_running_elsewhere(instance_id text, executions jsonb, known text[]) returns integer
language plpgsql stable set search_path = ''
as $$
begin
  return (select count(*)::integer
    from (select o.value ->> 'id' as id, o.value ->> 'status' as status,
        -- AMC's list shows what others asked for too: a timeout may be anything.
        case jsonb_typeof(o.value -> 'timeout_seconds') when 'number'
          then (o.value ->> 'timeout_seconds')::numeric end as timeout_seconds
      from jsonb_array_elements(count_running_elsewhere.executions) o(value)) seen
    where seen.id <> all (count_running_elsewhere.known)
      and not amc_history.is_terminal_status(seen.status)
      and not coalesce(amc_history.is_dry_run_timeout(seen.timeout_seconds), false)
      and not exists (select from public.week_attempts a where a.instance_id = count_running_elsewhere.instance_id
        and (a.is_live and a.state in ('intended', 'unknown') or a.watch_until > amc_history.clock_now())
        and a.fingerprint = seen.timeout_seconds));
end;
$$;
comment on function amc_history.count_running_elsewhere(text, jsonb, text[]) is
  $$How many executions of a complete listing run and take a slot that no attempt here holds. executions: as
record_listing takes them; known: the ids that are known here. Those with the fingerprint of an attempt without an
execution may be its own, and dry runs take no slot (SKILL2, M): neither counts.$$;

create function public.record_listing(
  instance_id text, fence bigint, executions jsonb, complete boolean, skipped text default null
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
  perform amc_history.update_executions(instance.id, record_listing.executions);
  select coalesce(array_agg(e.id), '{}') into known from public.workflow_executions e
  where e.id in (select o ->> 'id' from jsonb_array_elements(record_listing.executions) o);
  perform amc_history.end_cancelled_attempts(instance.id);
  perform amc_history.end_stoppage('listing', instance.id);
  if record_listing.skipped is null then
    perform amc_history.end_stoppage('list_entry', instance.id || '/skipped');
  else
    perform amc_history.record_stoppage('list_entry', instance.id || '/skipped', 'entry_not_read', 'amc_history',
      record_listing.skipped, instance.id);
  end if;
  if record_listing.complete then
    perform amc_history.end_stoppage('instance', instance.id);
    elsewhere := amc_history.count_running_elsewhere(instance.id, record_listing.executions, known);
    update public.amc_instances i set running_elsewhere = least(elsewhere, 100), list_leased_until = null,
      -- That the list is answered says nothing of creates: only one that AMC takes ends their backoff.
      throttles_in_row = case when exists (select from public.stoppages s
        where s.kind = 'creates' and s.subject = i.id and s.ended_at is null) then i.throttles_in_row else 0 end,
      list_due_at = amc_history.clock_now() + case
        when exists (select from public.week_attempts a where a.instance_id = i.id and a.is_live)
          or elsewhere > 0 then make_interval(secs => i.poll_seconds)
        -- Nothing is under way: only abandoned attempts are looked for.
        else greatest(make_interval(secs => i.poll_seconds), (amc_history.allowances()).idle_poll) end
    where i.id = instance.id;
    perform amc_history.refresh_overdue_alerts(instance.id);
  end if;
  return jsonb_build_object('outcome', 'recorded', 'known_execution_ids', to_jsonb(known));
end;
$$;
comment on function public.record_listing(text, bigint, jsonb, boolean, text) is
  $$Reports what AMC's list, or one of its answers, says of an instance's executions.

fence: from claim_listing; a report of an earlier listing is stale. executions: an array of
amc_history.execution_observation as JSON. complete: all pages were read; then the next listing is due after
poll_seconds, and what runs elsewhere is counted. skipped: why entries could not be read, and were skipped (stoppage
list_entry, <instance>/skipped); null: all could. Answers {outcome: recorded or stale,
known_execution_ids}: those that are known here, which no unknown attempt may adopt. For service_role.$$;
