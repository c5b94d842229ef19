-- Cancelling at AMC. A person, or whoever ends a week by hand, requests it; the worker asks AMC until the execution has
-- ended there.

create function amc_history.request_cancel(week public.report_data_weeks) returns void
language plpgsql set search_path = ''
as $$
declare
  live public.week_attempts;
  execution public.workflow_executions;
begin
  update public.week_attempts a set cancel_requested_at = coalesce(a.cancel_requested_at, amc_history.clock_now())
    where a.week_id = week.id and a.is_live returning * into live;
  if live.execution_id is null then
    return;
  end if;
  select * into execution from public.workflow_executions e where e.id = live.execution_id for no key update;
  if execution.has_ended then
    perform amc_history.end_attempt(live.id, 'cancelled');
  else
    update public.workflow_executions e
    set cancel_requested_at = coalesce(e.cancel_requested_at, amc_history.clock_now())
    where e.id = execution.id;
  end if;
end;
$$;
comment on function amc_history.request_cancel(public.report_data_weeks) is
  $$Requests that AMC cancels the execution of a week's live attempt: at once if the execution is known, else as
soon as it becomes known. If it has ended already, the attempt ends. The caller holds the week's lock.$$;

create function amc_history.cancel_orphaned_attempt() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Runs at the end of the transaction: a function that ended the week has ended its attempt by then.
  if exists (select from public.week_attempts a where a.week_id = new.id and a.is_live
      and not (new.status = 'completed' and a.kind = 'restated')) then
    perform amc_history.request_cancel(new);
  end if;
  return null;
end;
$$;
comment on function amc_history.cancel_orphaned_attempt() is
  $$Cancels at AMC what a week still has under way that somebody ended by hand. The attempt keeps its slot until AMC
shows that the execution ended. Definer: it runs at the end of the transaction, when the role is the caller's again.$$;
create constraint trigger cancel_orphaned_attempt after update of status on public.report_data_weeks
  deferrable initially deferred for each row
  when (new.finished_at is not null and old.status is distinct from new.status)
  execute function amc_history.cancel_orphaned_attempt();

create function amc_history.update_executions(executions jsonb) returns void
language sql set search_path = ''
as $$
  update public.workflow_executions e set
    status = coalesce(o.status, e.status), status_reason = coalesce(o.status_reason, e.status_reason),
    amc_created_at = coalesce(o.created_at, e.amc_created_at),
    amc_updated_at = coalesce(o.updated_at, e.amc_updated_at),
    amc_expires_at = coalesce(o.expires_at, e.amc_expires_at),
    execution_seconds = coalesce(o.execution_seconds, e.execution_seconds),
    output_columns = coalesce(o.output_columns, e.output_columns), updated_at = amc_history.clock_now()
  from (
    -- A listing that shifts while it is read may name one twice.
    select distinct on (o.id) o.*
    from jsonb_populate_recordset(null::amc_history.execution_observation, update_executions.executions) o
    order by o.id, o.updated_at desc nulls last
  ) o
  where e.id = o.id
    and not e.has_ended
    -- A terminal status wins; else what AMC wrote later does.
    and (amc_history.is_terminal_status(o.status)
      or e.amc_updated_at is null or o.updated_at is null or o.updated_at >= e.amc_updated_at);
$$;
comment on function amc_history.update_executions(jsonb) is
  $$Updates the executions that are known here. executions: an array of amc_history.execution_observation as JSON, of
which the others are ignored. A terminal status is final; among the others the one that AMC wrote last wins.$$;

create function amc_history.end_cancelled_attempts(instance_id text) returns void
language plpgsql set search_path = ''
as $$
declare
  attempt_id uuid;
  week_id uuid;
begin
  for attempt_id, week_id in
    select a.id, w.id from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.workflow_executions e on e.id = a.execution_id
    where a.instance_id = end_cancelled_attempts.instance_id and a.is_live and a.state = 'created'
      and a.cancel_requested_at is not null and e.has_ended
    -- A locked week is left to the next listing: executions are locked here, and waiting for a week could deadlock.
    order by w.id for no key update of w skip locked
  loop
    perform amc_history.end_attempt(attempt_id, 'cancelled');
  end loop;
end;
$$;
comment on function amc_history.end_cancelled_attempts(text) is
  'Ends the attempts of an instance that are cancelled and whose execution has ended at AMC. Weeks stay as they are.';

create function amc_history.executions_to_cancel(again interval) returns setof text
language sql stable set search_path = ''
as $$
  select e.id from public.workflow_executions e
  join public.report_data_weeks w on w.id = e.week_id
  join public.amc_instances i on i.id = w.instance_id
  where e.cancel_requested_at is not null
    and not e.has_ended
    and coalesce(e.cancel_tried_at <= amc_history.clock_now() - executions_to_cancel.again, true)
    and coalesce(i.paused_until <= amc_history.clock_now(), true)
  order by e.cancel_requested_at;
$$;
comment on function amc_history.executions_to_cancel(interval) is
  $$The executions that a worker should ask AMC to cancel now, the earliest requested first. again: how long after a
request AMC is asked once more.$$;

create function public.claim_cancellations(max_executions integer default 10, again_seconds integer default null)
returns table (
  execution_id text, week_id uuid, collection_id uuid, instance_id text, entity_id text, marketplace_id text,
  region text, credential_name text
)
language sql volatile set search_path = ''
as $$
  with due as (
    select e.id from public.workflow_executions e
    where e.id in (select amc_history.executions_to_cancel(coalesce(
      make_interval(secs => claim_cancellations.again_seconds), (amc_history.allowances()).cancel_again)))
    order by e.cancel_requested_at
    limit claim_cancellations.max_executions
    for no key update skip locked
  ),
  taken as (
    update public.workflow_executions e set cancel_tried_at = amc_history.clock_now()
    from due d where d.id = e.id returning e.id, e.week_id
  )
  select t.id, w.id, w.collection_id, i.id, i.entity_id, i.marketplace_id, i.region, i.credential_name
  from taken t
  join public.report_data_weeks w on w.id = t.week_id
  join public.amc_instances i on i.id = w.instance_id;
$$;
comment on function public.claim_cancellations(integer, integer) is
  $$Takes executions for which a cancellation at AMC is requested, at most max_executions. Each is taken again after
again_seconds (by default the allowance cancel_again), until AMC shows that it ended. For service_role.$$;

create function public.record_cancellation(execution_id text, observation jsonb) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  instance_id text;
begin
  select w.instance_id into instance_id from public.workflow_executions e
    join public.report_data_weeks w on w.id = e.week_id where e.id = record_cancellation.execution_id;
  perform amc_history.update_executions(jsonb_build_array(record_cancellation.observation));
  perform amc_history.end_cancelled_attempts(instance_id);
end;
$$;
comment on function public.record_cancellation(text, jsonb) is
  $$Reports what AMC says of an execution after it was asked to cancel it, and ends its attempt if the execution has
ended. observation: an amc_history.execution_observation as JSON. For service_role.$$;
