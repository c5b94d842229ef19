-- How an attempt begins: claim_due_weeks commits its intent, slot and fingerprint before AMC is asked.

create function public.pause_instance(
  instance_id text, reason text, retry_after_seconds numeric default null, words text default null,
  request_id text default null, held_up text default 'instance'
) returns timestamptz
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  instance public.amc_instances;
  wait interval;
begin
  select * into instance from public.amc_instances i where i.id = pause_instance.instance_id for no key update;
  if not found then
    return null;
  end if;
  -- AMC's own wait if it gave one, else exponential with full jitter: its limits are not published (guide, H).
  wait := case
    when pause_instance.retry_after_seconds is not null then least(allowed.retry_after_longest,
      make_interval(secs => least(greatest(pause_instance.retry_after_seconds, 1), 1e9)::double precision))
    else interval '1 second'
      + random() * least(allowed.pause_longest, allowed.pause_base * 2 ^ least(instance.throttles_in_row, 10))
  end;
  update public.amc_instances i set
    paused_until = greatest(i.paused_until, amc_history.clock_now() + wait),
    pause_reason = pause_instance.reason,
    throttles_in_row = i.throttles_in_row + case when i.paused_until > amc_history.clock_now() then 0 else 1 end
  where i.id = instance.id
  returning * into instance;
  insert into public.tracking_events (event, instance_id, detail) values ('instance_paused', instance.id,
    jsonb_build_object('reason', pause_instance.reason, 'until', instance.paused_until));
  perform amc_history.record_stoppage(pause_instance.held_up, instance.id, pause_instance.reason,
    case pause_instance.reason when 'token_unavailable' then 'amazon_login' else 'amc' end,
    coalesce(pause_instance.words, pause_instance.reason), instance.id, request_id => pause_instance.request_id);
  update public.stoppages s set retry_at = instance.paused_until
  where s.kind = pause_instance.held_up and s.subject = instance.id and s.ended_at is null;
  return instance.paused_until;
end;
$$;
comment on function public.pause_instance(text, text, numeric, text, text, text) is
  $$Keeps every worker from calling AMC for an instance: for retry_after_seconds if AMC said so (at most the allowance
retry_after_longest), else for an exponential backoff with full jitter (pause_base, pause_longest). reason: a stable
code; words: why; request_id: of AMC's answer. held_up: the kind of stoppage that it is, instance (the next complete
listing ends it) or creates (the next execution that AMC creates does). The pause ends by itself. Answers until when;
null if there is no such instance. For service_role.$$;

create function amc_history.taken_slots(instance_id text) returns setof integer
language plpgsql stable rows 10 set search_path = ''
as $$
begin
  return query
  select a.slot from public.week_attempts a
  where a.instance_id = taken_slots.instance_id and a.is_live and a.slot is not null
    and not exists (select from public.workflow_executions e where e.id = a.execution_id and e.has_ended);
end;
$$;
comment on function amc_history.taken_slots(text) is
  $$The slots of an instance's attempts whose execution runs at AMC or may: a result that waits to be loaded takes
none.$$;

create function amc_history.release_slots(instance_id text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
  update public.week_attempts a set slot = null
  where a.id = any (array(
    select b.id from public.week_attempts b
    join public.workflow_executions e on e.id = b.execution_id and e.has_ended
    where b.instance_id = release_slots.instance_id and b.is_live and b.slot is not null
    -- Who has one locked is about to end it, or lets the next claim have the slot: nobody waits here.
    for no key update of b skip locked));
end;
$$;
comment on function amc_history.release_slots(text) is
  $$Takes the slots back from an instance's live attempts whose execution ended at AMC, so that others can have
them.$$;

create function amc_history.count_waiting_results(instance_id text) returns bigint
language sql stable set search_path = ''
as $$
  select count(*) from public.week_attempts a
  join public.workflow_executions e on e.id = a.execution_id and e.status = 'SUCCEEDED'
  join public.report_data_weeks w on w.id = a.week_id
  join public.report_data_collections c on c.id = w.collection_id
  where a.instance_id = count_waiting_results.instance_id and a.is_live and a.cancel_requested_at is null
    and coalesce(a.due_at <= amc_history.clock_now(), true)
    and not amc_history.is_held_up('workflow_header', amc_history.workflow_subject(c.instance_id, c.workflow_id));
$$;
comment on function amc_history.count_waiting_results(text) is
  $$How many results of an instance could be loaded, or are: not those that wait for AMC, for a person or for their next
try.$$;

create function amc_history.free_slots(instance public.amc_instances) returns setof integer
language plpgsql volatile rows 10 set search_path = ''
as $$
begin
  return query
  select s.slot
  from generate_series(1, (instance).max_parallel) s(slot)
  where s.slot not in (select t.slot from amc_history.taken_slots((instance).id) t(slot))
  order by s.slot
  limit greatest(0, least(
    (instance).max_parallel - (instance).running_elsewhere
      - (select count(*) from amc_history.taken_slots((instance).id)),
    (amc_history.allowances()).results_waiting - amc_history.count_waiting_results((instance).id),
    coalesce((instance).daily_limit - (select count(*) from public.week_attempts a
      where a.instance_id = (instance).id and a.kind <> 'external'
        and a.intended_at > amc_history.clock_now() - interval '24 hours'
        and a.outcome is distinct from 'not_sent'), 2147483647)));
end;
$$;
comment on function amc_history.free_slots(public.amc_instances) is
  $$The slots in which an instance may begin an attempt now: free ones, less what AMC reports as running from
elsewhere, within the daily limit.$$;

create function amc_history.insert_intents(instance public.amc_instances, max_weeks integer, lease interval)
returns setof public.week_attempts
language plpgsql volatile rows 10 set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  now_at timestamptz := amc_history.clock_now();
  slots constant integer[] := array(select amc_history.free_slots(instance));
  picked constant uuid[] := amc_history.pick_weeks(instance.id, least(max_weeks, cardinality(slots)));
begin
  perform amc_history.release_slots(instance.id);
  return query
  with due as (
    select w.id, w.status, w.time_window_start, p.n, c.workflow_id, c.time_zone, c.parameters_hash
    from unnest(picked) with ordinality p(id, n)
    join public.report_data_weeks w on w.id = p.id
    join public.report_data_collections c on c.id = w.collection_id
    where w.due_at <= now_at
    for no key update of w skip locked
  ),
  intended as (
    insert into public.week_attempts (week_id, instance_id, number, kind, state, intended_at, settle_after,
      fingerprint, window_key, slot, leased_until)
    select d.id, instance.id,
      1 + (select coalesce(max(a.number), 0) from public.week_attempts a where a.week_id = d.id),
      case d.status when 'completed' then 'restated' else 'collected' end, 'intended', now_at,
      -- Before that the create may still reach AMC; then AMC's list may still lag.
      now_at + allowed.create_in_flight + make_interval(secs => instance.list_lag_seconds),
      21600 + floor(random() * 64801)::integer,
      amc_history.window_key(d.workflow_id, d.time_window_start, d.time_zone, d.parameters_hash),
      slots[d.n], now_at + lease
    from due d
    on conflict do nothing
    returning *
  ),
  taken as (
    update public.report_data_weeks w set due_at = null,
      status = case w.status when 'completed' then 'completed' else 'running' end
    -- As an array, so that the weeks are found by their key: for a join, all weeks would be read.
    where w.id = any (array(select i.week_id from intended i))
    returning w.id
  )
  select i.* from intended i join taken t on t.id = i.week_id;
end;
$$;
comment on function amc_history.insert_intents(public.amc_instances, integer, interval) is
  $$Writes the intents of up to max_weeks weeks of one instance into its free slots (amc_history.pick_weeks). lease: how
long the attempts are their worker's alone. The caller holds the instance's lock and calls this in a new statement, so
that it counts what was committed before the lock was granted.$$;

create function public.claim_due_weeks(max_weeks integer default 10, lease_seconds integer default null)
returns table (
  attempt_id uuid, fence integer, week_id uuid, collection_id uuid, instance_id text, entity_id text,
  marketplace_id text, region text, credential_name text, workflow_id text, workflow_saved boolean,
  time_window_start text, time_window_end text, time_zone text, has_parameters boolean,
  fingerprint integer, post_within_seconds integer
)
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  lease constant interval := coalesce(make_interval(secs => claim_due_weeks.lease_seconds), allowed.create_lease);
  instance public.amc_instances;
  now_at timestamptz := amc_history.clock_now();
  left_to_claim integer := claim_due_weeks.max_weeks;
  claimed uuid[];
begin
  for instance in
    select i.* from public.amc_instances i
    where coalesce(i.paused_until <= now_at, true)
      -- The cheap questions first: most instances have nothing due, or are full.
      and case when (select min(w.due_at) from public.report_data_weeks w where w.instance_id = i.id) <= now_at
          and (select count(*) from amc_history.taken_slots(i.id)) < i.max_parallel - i.running_elsewhere
        then exists (select from amc_history.free_slots(i)) and amc_history.has_claimable_week(i.id) end
    order by i.last_claimed_at nulls first, i.id
    limit claim_due_weeks.max_weeks
    for no key update skip locked
  loop
    exit when left_to_claim < 1;
    claimed := '{}';
    begin
      claimed := array(select a.id from amc_history.insert_intents(instance, left_to_claim, lease) a);
      update public.amc_instances i set last_claimed_at = amc_history.clock_now(),
        list_due_at = least(i.list_due_at, amc_history.clock_now() + make_interval(secs => i.poll_seconds))
      where i.id = instance.id;
      perform amc_history.end_stoppage('job', 'claim_due_weeks/' || instance.id);
    exception when others then
      -- What fails of one instance stops no other.
      perform amc_history.record_stoppage('job', 'claim_due_weeks/' || instance.id, sqlstate, 'postgres', sqlerrm,
        instance.id);
      continue;
    end;
    left_to_claim := left_to_claim - cardinality(claimed);
    return query
    select a.id, a.fence, a.week_id, c.id, instance.id, instance.entity_id, instance.marketplace_id, instance.region,
      instance.credential_name, f.id, f.saved_at is not null, w.time_window_start, w.time_window_end, c.time_zone,
      c.parameters_hash <> md5('{}'), a.fingerprint, extract(epoch from allowed.post_window)::integer
    from public.week_attempts a
    join public.report_data_weeks w on w.id = a.week_id
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    where a.id = any (claimed)
    order by w.week_start_date;
  end loop;
end;
$$;
comment on function public.claim_due_weeks(integer, integer) is
  $$Takes due weeks into free slots: commits, for each, an attempt with its intent, slot and fingerprint, and answers
what the create needs. What may be large it leaves out: a workflow that is not saved yet (workflow_saved) is read with
workflow_definition, and parameters, if there are any (has_parameters), with collection_parameters. Only the caller
that this answer reached may POST for an attempt: once, and within post_within_seconds of having called, on a clock
that does not jump.

max_weeks: at most so many. lease_seconds: how long the attempts are the caller's alone (by default the allowance
create_lease); after that an attempt without a report counts as unknown. Instances that are paused or full are
skipped, the one served longest ago comes first, collections take turns (amc_history.due_collections), and workers skip
what another has locked. For service_role.$$;

create function public.workflow_definition(instance_id text, workflow_id text) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('sql_query', f.sql_query, 'parameters', f.parameters, 'output_format', f.output_format)
  from public.amc_workflows f
  where f.instance_id = workflow_definition.instance_id and f.id = workflow_definition.workflow_id;
$$;
comment on function public.workflow_definition(text, text) is
  $$What AMC is to save of a workflow: {sql_query, parameters, output_format}; null if there is no such workflow. For
service_role.$$;

create function public.collection_parameters(collection_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select c.parameter_values from public.report_data_collections c where c.id = collection_parameters.collection_id;
$$;
comment on function public.collection_parameters(uuid) is
  'The parameter values of a collection, by name; null if there is no such collection. For service_role.';
