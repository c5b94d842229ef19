-- Which results a worker may load now, and what follows when a load does not succeed.

create table amc_history.load_turns (
  collection_id uuid primary key references public.report_data_collections (id) on delete cascade,
  instance_id text not null references public.amc_instances (id) on delete cascade,
  claimed_at timestamptz not null
);
create index load_turns_instance_id_idx on amc_history.load_turns (instance_id);
comment on table amc_history.load_turns is
  'When a load of each collection was last claimed: instances take turns, and collections within one.';
alter table amc_history.load_turns enable row level security;

create function amc_history.loads_in_turn(max_loads integer) returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  with held as materialized (
    select s.subject from public.stoppages s
    -- What fails otherwise has its pauses with its attempt.
    where (s.kind = 'workflow_header' or s.kind = 'result' and s.code in ('throttled', 'unauthorized',
        'worker_died'))
      and s.ended_at is null
      and coalesce(s.retry_at > amc_history.clock_now(), true)
  ),
  ready as (
    select a.id, a.intended_at, c.instance_id, t.claimed_at,
      row_number() over (partition by c.id order by a.intended_at, a.id) as nth
    from public.week_attempts a
    join public.workflow_executions e on e.id = a.execution_id
    join public.amc_instances i on i.id = a.instance_id
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    left join amc_history.load_turns t on t.collection_id = c.id
    where a.is_live and a.state = 'created' and e.status = 'SUCCEEDED' and a.cancel_requested_at is null
      and coalesce(a.leased_until <= amc_history.clock_now(), true)
      and coalesce(a.due_at <= amc_history.clock_now(), true)
      and coalesce(i.paused_until <= amc_history.clock_now(), true)
      and c.instance_id || '/' || c.workflow_id not in (select subject from held)
      and e.id not in (select subject from held)
  ),
  turns as (
    select r.id, r.intended_at,
      (select max(t.claimed_at) from amc_history.load_turns t
        where t.instance_id = r.instance_id) as instance_claimed_at,
      row_number() over (partition by r.instance_id
        order by r.nth, r.claimed_at nulls first, r.intended_at, r.id) as nth
    from ready r
  )
  select id from turns order by nth, instance_claimed_at nulls first, intended_at, id limit loads_in_turn.max_loads;
end;
$$;
comment on function amc_history.loads_in_turn(integer) is
  $$The attempts whose results are to be loaded next: of each instance in turn, of each collection in turn, oldest
first. None of a paused instance, none that is set aside, nor of a workflow whose header waits for a person.
Definer: the worker has no right on the turns.$$;

create function amc_history.record_load_turns(collection_ids uuid[]) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  turned integer;
begin
  insert into amc_history.load_turns as l (collection_id, instance_id, claimed_at)
  select c.id, c.instance_id, amc_history.clock_now()
  from public.report_data_collections c where c.id = any (record_load_turns.collection_ids)
  order by c.id
  on conflict (collection_id) do update set claimed_at = excluded.claimed_at;
  get diagnostics turned = row_count;
  return turned;
end;
$$;
comment on function amc_history.record_load_turns(uuid[]) is
  $$Records that loads of these collections were claimed now. Answers how many collections. Definer: see
amc_history.loads_in_turn.$$;

create function public.claim_loads(max_loads integer default 2, lease_seconds integer default null)
returns table (
  attempt_id uuid, fence integer, week_id uuid, collection_id uuid, execution_id text, instance_id text,
  entity_id text, marketplace_id text, region text, credential_name text, workflow_id text,
  output_format jsonb, summary jsonb
)
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  with turns as materialized (
    select id, place from amc_history.loads_in_turn(claim_loads.max_loads * 4) with ordinality as t(id, place)
  ),
  ready as (
    -- One that another worker claims meanwhile is passed over, and so is one that it has just claimed.
    select a.id from public.week_attempts a
    join turns t on t.id = a.id
    where a.is_live and coalesce(a.leased_until <= amc_history.clock_now(), true)
    order by t.place
    limit claim_loads.max_loads
    for update of a skip locked
  ),
  taken as (
    update public.week_attempts a set fence = a.fence + 1,
      leased_until = amc_history.clock_now()
        + coalesce(make_interval(secs => claim_loads.lease_seconds), (amc_history.allowances()).load_lease)
    from ready r where r.id = a.id
    returning a.*
  ),
  turned as materialized (
    select amc_history.record_load_turns(array(select w.collection_id
      from taken t join public.report_data_weeks w on w.id = t.week_id)) as collections
  )
  select t.id, t.fence, w.id, c.id, t.execution_id, i.id, i.entity_id, i.marketplace_id, i.region,
    i.credential_name, f.id, f.output_format,
    (select l.summary from public.result_loads l where l.execution_id = t.execution_id and l.complete)
  from taken t
  join turned on turned.collections > 0
  join public.report_data_weeks w on w.id = t.week_id
  join public.report_data_collections c on c.id = w.collection_id
  join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
  join public.amc_instances i on i.id = c.instance_id
  order by t.intended_at;
end;
$$;
comment on function public.claim_loads(integer, integer) is
  $$Takes attempts whose execution succeeded, so that one worker alone loads each.

fence: for the functions that load, and fail_load. summary: not null if the load is complete already and only
the week is to be completed. lease_seconds: how long nobody else takes it. For service_role.$$;

create function amc_history.record_dead_worker() returns trigger
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.record_stoppage('result', new.execution_id, 'worker_died', 'amc_history', format(
    'The worker that loaded the result of execution %s died, or was ended, before it said what became of it. The log '
    'of collect may say why: the result may be too much for its memory or its time.', new.execution_id),
    new.instance_id, w.collection_id, w.id) from public.report_data_weeks w where w.id = new.week_id;
  return null;
end;
$$;
comment on function amc_history.record_dead_worker() is
  $$Records the stoppage result of a load that is claimed again since its lease ran out without a report. The load is
tried again at once; from the second time on it waits while the others go on.$$;
create trigger record_dead_worker after update of fence on public.week_attempts
  for each row when (new.fence > old.fence and old.leased_until is not null)
  execute function amc_history.record_dead_worker();

create function amc_history.end_dead_worker_stoppage() returns trigger
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.end_stoppage(s.kind, s.subject) from public.stoppages s
  where s.kind = 'result' and s.subject = new.execution_id and s.code = 'worker_died' and s.ended_at is null;
  return null;
end;
$$;
comment on function amc_history.end_dead_worker_stoppage() is
  'Ends the stoppage of a load whose workers died, as soon as one gets on with it.';
create trigger end_dead_worker_stoppage after update of bytes on public.result_loads
  for each row when (new.bytes > old.bytes) execute function amc_history.end_dead_worker_stoppage();

create function amc_history.reschedule_load(
  attempt public.week_attempts, week public.report_data_weeks, code text, message text, wait interval
) returns void
language plpgsql set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  due constant timestamptz := amc_history.clock_now()
    + coalesce(reschedule_load.wait, allowed.load_retry_least + random()
      * least(allowed.load_retry_longest, allowed.load_retry_base * 2 ^ least(week.error_count, 20)));
begin
  update public.week_attempts a set leased_until = null, due_at = due where a.id = attempt.id;
  if reschedule_load.wait is null then
    perform amc_history.record_stoppage('result', (attempt).execution_id, reschedule_load.code,
      case reschedule_load.code when 'load_failed' then 'postgres' else 'amc' end, reschedule_load.message,
      (attempt).instance_id, (week).collection_id, (week).id);
    -- Loads have pauses of their own.
    update public.stoppages s set retry_at = due
    where s.kind = 'result' and s.subject = (attempt).execution_id and s.ended_at is null;
  end if;
  update public.report_data_weeks w set
    error_count = w.error_count + case when reschedule_load.wait is null then 1 else 0 end,
    error_code = reschedule_load.code, error_message = left(reschedule_load.message, 2000)
  where w.id = week.id;
end;
$$;
comment on function amc_history.reschedule_load(public.week_attempts, public.report_data_weeks, text, text, interval) is
  $$Lets a load be tried again later, and says why on its week. wait: how long, which counts as no error; null for an
error, with pauses that grow. The caller holds the locks of week and attempt.$$;

create function amc_history.end_result_stoppage() returns trigger
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.end_stoppage('result', new.execution_id);
  return null;
end;
$$;
comment on function amc_history.end_result_stoppage() is
  'Ends the stoppage of an execution''s load with its attempt, however that ends.';
create trigger end_result_stoppage after update of state on public.week_attempts
  for each row when (old.is_live and not new.is_live and new.execution_id is not null)
  execute function amc_history.end_result_stoppage();

create function public.fail_load(attempt_id uuid, fence integer, code text, message text, permanent boolean)
returns public.tracking_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  most_errors integer := allowed.load_errors;
  attempt public.week_attempts;
  week public.report_data_weeks;
  ended_at timestamptz;
  waits interval;
begin
  select * into week from public.report_data_weeks w
    where w.id = (select a.week_id from public.week_attempts a where a.id = fail_load.attempt_id) for no key update;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select * into attempt from public.week_attempts a where a.id = fail_load.attempt_id for update;
  -- Without a lease the failure was reported already: a repeated report counts no second error.
  if attempt.state <> 'created' or attempt.fence <> fail_load.fence or attempt.leased_until is null then
    return row('stale', 'attempt_taken_up_or_ended', week.status, week.execution_id)::public.tracking_report;
  end if;
  if fail_load.code in ('not_ready', 'not_found') then
    select coalesce(e.amc_updated_at, e.updated_at) into ended_at
      from public.workflow_executions e where e.id = attempt.execution_id;
    -- How long AMC keeps a result is not known; so long after the execution's end it will not become ready any more.
    if ended_at < amc_history.clock_now() - allowed.result_gone then
      fail_load.code := 'result_gone';
      fail_load.message := format(
        'AMC no longer keeps the result of execution %s, which ended on %s. Retry the week to run it again. '
        'AMC said: %s',
        attempt.execution_id, to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD'), fail_load.message);
      most_errors := allowed.result_gone_errors;
    else
      -- AMC's guide says to wait and ask again (guide, M): no error, and ever longer pauses.
      waits := least(allowed.result_wait_longest,
        greatest(allowed.result_wait_least, (amc_history.clock_now() - ended_at) / 4));
    end if;
  end if;
  if fail_load.permanent or waits is null and week.error_count + 1 >= most_errors then
    perform amc_history.end_attempt(attempt.id, 'failed');
    perform amc_history.fail_week(week, fail_load.code, fail_load.message);
    if fail_load.code = 'result_gone' then
      perform amc_history.raise_alert('result_gone', fail_load.message, week.instance_id,
        subject => amc_history.workflow_subject(week.instance_id, (select c.workflow_id
          from public.report_data_collections c where c.id = week.collection_id)));
    end if;
  else
    perform amc_history.reschedule_load(attempt, week, fail_load.code, fail_load.message, waits);
  end if;
  perform amc_history.record_event('load_failed', attempt, week, attempt.execution_id,
    jsonb_build_object('code', fail_load.code, 'message', left(fail_load.message, 500),
      'permanent', fail_load.permanent));
  select * into week from public.report_data_weeks w where w.id = week.id;
  return row('applied', null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.fail_load(uuid, integer, text, text, boolean) is
  $$Reports that a load did not succeed.

code, message: why; the week shows them. permanent: the week fails at once; otherwise the load is tried again later, at
most eight times in all. not_ready and not_found, within a day of the execution's end, mean waiting and count as no
error; later they mean result_gone, of which
an alert tells, one per workflow. fence: from claim_loads; an earlier one is stale. Answers {outcome: applied, stale
or not_found, …}. For service_role.$$;
