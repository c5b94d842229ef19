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
  -- Runs at the end of the transaction: a function that ended the week has ended its attempt by then, or a person has
  -- taken the week up again.
  if exists (select from public.week_attempts a join public.report_data_weeks w on w.id = a.week_id
      where a.week_id = new.id and a.is_live and w.finished_at is not null
      and not (w.status = 'completed' and a.kind = 'restated')) then
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

create function amc_history.update_execution(seen amc_history.execution_observation) returns void
language plpgsql set search_path = ''
as $$
begin
  update public.workflow_executions e set
    status = coalesce(seen.status, e.status), status_reason = coalesce(seen.status_reason, e.status_reason),
    window_start_at = coalesce(seen.window_start_at, e.window_start_at),
    window_end_at = coalesce(seen.window_end_at, e.window_end_at),
    amc_created_at = coalesce(seen.created_at, e.amc_created_at),
    amc_updated_at = coalesce(seen.updated_at, e.amc_updated_at),
    amc_expires_at = coalesce(seen.expires_at, e.amc_expires_at),
    execution_seconds = coalesce(seen.execution_seconds, e.execution_seconds),
    output_columns = coalesce(seen.output_columns, e.output_columns), updated_at = amc_history.clock_now()
  where e.id = seen.id
    and not e.has_ended
    -- A terminal status wins; else what AMC wrote later does.
    and (amc_history.is_terminal_status(seen.status)
      or e.amc_updated_at is null or seen.updated_at is null or seen.updated_at >= e.amc_updated_at);
end;
$$;
comment on function amc_history.update_execution(amc_history.execution_observation) is
  $$Updates an execution that is known here. A terminal status is final; among the others the one that AMC wrote last
wins.$$;

create function amc_history.update_executions(instance_id text, executions jsonb) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  entry jsonb;
  subject text;
begin
  for entry, subject in
    -- Only what is ours is read: whatever else AMC's list holds is nobody's business here.
    select o.value, concat_ws('/', update_executions.instance_id, e.id) from jsonb_array_elements(executions) o(value)
    join public.workflow_executions e on e.id = o.value ->> 'id' and not e.has_ended
    -- A listing that shifts while it is read may name one twice; the later one decides.
    order by e.id, o.value ->> 'updated_at' nulls first
  loop
    begin
      perform amc_history.update_execution(amc_history.read_observation(entry));
      perform amc_history.end_stoppage('list_entry', subject);
      perform amc_history.end_stoppage('execution', entry ->> 'id');
      if amc_history.is_terminal_status(entry ->> 'status') then
        perform amc_history.end_stoppage('cancel', entry ->> 'id');
      end if;
    exception when others then
      perform amc_history.record_stoppage('list_entry', subject, 'not_recorded', 'postgres', sqlerrm, w.instance_id,
        w.collection_id, w.id)
      from public.workflow_executions e join public.report_data_weeks w on w.id = e.week_id
      where e.id = entry ->> 'id';
    end;
  end loop;
end;
$$;
comment on function amc_history.update_executions(text, jsonb) is
  $$Updates the executions that are known here and have not ended. executions: an array of
amc_history.execution_observation as JSON, of which the others are ignored. One that cannot be written is set aside
(stoppage list_entry), and the others are written.$$;

create function amc_history.end_cancelled_attempts(instance_id text) returns void
language plpgsql set search_path = ''
as $$
declare
  due record;
begin
  for due in
    select a.id as attempt_id, w.id as week_id, w.instance_id, w.collection_id from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.workflow_executions e on e.id = a.execution_id
    where a.instance_id = end_cancelled_attempts.instance_id and a.is_live and a.state = 'created'
      and a.cancel_requested_at is not null and e.has_ended
      and not amc_history.is_held_up('week', w.id::text)
    -- A locked week is left to the next listing: executions are locked here, and waiting for a week could deadlock.
    order by w.id for no key update of w skip locked
  loop
    begin
      perform amc_history.end_attempt(due.attempt_id, 'cancelled');
    exception when others then
      perform amc_history.record_stoppage('week', due.week_id::text, 'attempt_not_ended', 'postgres', sqlerrm,
        due.instance_id, due.collection_id, due.week_id);
    end;
  end loop;
end;
$$;
comment on function amc_history.end_cancelled_attempts(text) is
  $$Ends the attempts of an instance that are cancelled and whose execution has ended at AMC. Weeks stay as they are.
One that cannot be ended is set aside (stoppage week).$$;

create function amc_history.executions_to_cancel(again interval) returns setof text
language plpgsql stable set search_path = ''
as $$
begin
  return query
  select e.id from public.workflow_executions e
  join public.report_data_weeks w on w.id = e.week_id
  join public.amc_instances i on i.id = w.instance_id
  where e.cancel_requested_at is not null
    and not e.has_ended
    and coalesce(e.cancel_tried_at <= amc_history.clock_now() - executions_to_cancel.again, true)
    and coalesce(i.paused_until <= amc_history.clock_now(), true)
    and not amc_history.is_held_up('cancel', e.id)
    and not exists (select from public.week_attempts a where a.execution_id = e.id and a.outcome = 'let_go')
  order by e.cancel_requested_at;
end;
$$;
comment on function amc_history.executions_to_cancel(interval) is
  $$The executions that a worker should ask AMC to cancel now, the earliest requested first. again: how long after a
request AMC is asked once more. Those that are set aside (stoppage cancel) wait for their next
try; for those that were let go of AMC is asked no more.$$;

create function public.claim_cancellations(max_executions integer default 10, again_seconds integer default null)
returns table (
  execution_id text, week_id uuid, collection_id uuid, instance_id text, entity_id text, marketplace_id text,
  region text, credential_name text
)
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
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
end;
$$;
comment on function public.claim_cancellations(integer, integer) is
  $$Takes executions for which a cancellation at AMC is requested, at most max_executions. Each is taken again after
again_seconds (by default the allowance cancel_again), until AMC shows that it ended. For service_role.$$;

create function amc_history.watch_cancelled() returns void
language plpgsql set search_path = ''
as $$
declare
  again constant interval := (amc_history.allowances()).cancel_again;
  running text[];
begin
  select array_agg(e.id) into running from public.workflow_executions e
  where e.cancel_requested_at is not null and not e.has_ended
    -- It was asked for this often; what AMC refuses, and what holds up a week, is told otherwise.
    and e.cancel_tried_at >= e.cancel_requested_at + 5 * again
    and not exists (select from public.stoppages s where s.kind = 'cancel' and s.subject = e.id and s.ended_at is null)
    and not exists (select from public.week_attempts a where a.execution_id = e.id
      and (a.is_live or a.outcome = 'let_go'));
  perform amc_history.end_stoppage(s.kind, s.subject) from public.stoppages s
  where s.kind = 'still_running' and s.ended_at is null and s.subject <> all (coalesce(running, '{}'));
  perform amc_history.record_stoppage('still_running', e.id, 'not_ended', 'amc_history', format(
    'AMC takes each request to cancel execution %s, the first at %s, and it has not ended.', e.id,
    e.cancel_requested_at), w.instance_id, w.collection_id, w.id)
  from public.workflow_executions e join public.report_data_weeks w on w.id = e.week_id
  where e.id = any (running) order by e.id;
end;
$$;
comment on function amc_history.watch_cancelled() is
  $$Records the stoppage still_running of each execution without an attempt, such as a duplicate, that AMC was asked to
cancel again and again and that has not ended; and ends that of the others. (Where an attempt lives, execution_overdue
tells it.)$$;

create function public.record_observation(execution_id text, observation jsonb) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  instance_id text;
begin
  select w.instance_id into instance_id from public.workflow_executions e
    join public.report_data_weeks w on w.id = e.week_id where e.id = record_observation.execution_id;
  perform amc_history.update_executions(instance_id, jsonb_build_array(record_observation.observation));
  perform amc_history.end_cancelled_attempts(instance_id);
end;
$$;
comment on function public.record_observation(text, jsonb) is
  $$Reports what AMC says of an execution that it was asked for, or asked to cancel, and ends its attempt if the
execution is cancelled here and has ended. observation: an amc_history.execution_observation as JSON. For
service_role.$$;
