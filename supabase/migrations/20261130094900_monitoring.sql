-- Monitoring: what executions and their tracking came to in a period, per instance and in all; whether the whole moves,
-- for uptime monitors; and the figures for Prometheus, whose tokens open nothing else.

create function amc_history.week_figures(instances text[], since timestamptz, until timestamptz)
returns table (
  instance_id text, weeks_by_state jsonb, completed integer, failed integer, completed_untracked integer,
  seconds_p50 numeric, seconds_p95 numeric
)
language sql stable set search_path = ''
as $$
  with weeks as materialized (
    select r.instance_id, r.state, r.status, r.execution_id is null as is_untracked,
      extract(epoch from r.finished_at - r.started_at) as seconds
    from public.week_results r
    where r.instance_id = any (week_figures.instances)
      and (r.finished_at is null and r.created_at < week_figures.until
        or r.finished_at >= week_figures.since and r.finished_at < week_figures.until)
  ),
  states as (
    select s.instance_id, jsonb_object_agg(s.state, s.weeks) as weeks_by_state from (
      select w.instance_id, w.state, count(*) as weeks from weeks w
      group by grouping sets ((w.instance_id, w.state), (w.state))) s
    group by s.instance_id
  ),
  figures as (
    select w.instance_id,
      (count(*) filter (where w.status = 'completed'))::integer as completed,
      (count(*) filter (where w.status = 'failed'))::integer as failed,
      (count(*) filter (where w.status = 'completed' and w.is_untracked))::integer as completed_untracked,
      percentile_cont(array[0.5, 0.95]) within group (order by w.seconds) filter (where w.status = 'completed')
        as seconds
    from weeks w group by grouping sets ((w.instance_id), ())
  )
  select f.instance_id, coalesce(s.weeks_by_state, '{}'), f.completed, f.failed, f.completed_untracked,
    round(f.seconds[1]::numeric, 3), round(f.seconds[2]::numeric, 3)
  from figures f left join states s on s.instance_id is not distinct from f.instance_id;
$$;
comment on function amc_history.week_figures(text[], timestamptz, timestamptz) is
  $$The weeks of instances in a period, as public.tracking_figures answers them; the row of all has no instance.$$;

create function amc_history.event_figures(instances text[], since timestamptz, until timestamptz)
returns table (
  instance_id text, duplicate_executions integer, throttles integer, tracking_failures jsonb
)
language sql stable set search_path = ''
as $$
  with events as materialized (
    select e.instance_id, e.event,
      case when e.event in ('execution_refused', 'late_execution', 'create_unknown') then e.event
        else e.detail ->> 'untracked' end as failure,
      e.event = 'instance_paused' and e.detail ->> 'reason' = 'throttled' as is_throttle
    from public.tracking_events e
    where e.happened_at >= event_figures.since and e.happened_at < event_figures.until
      and e.instance_id = any (event_figures.instances)
      and (e.event in ('duplicate_execution', 'instance_paused', 'execution_refused', 'late_execution',
        'create_unknown') or e.detail ? 'untracked')
  ),
  failures as (
    select f.instance_id, jsonb_object_agg(f.failure, f.times) as tracking_failures from (
      select e.instance_id, e.failure, count(*) as times from events e where e.failure is not null
      group by grouping sets ((e.instance_id, e.failure), (e.failure))) f
    group by f.instance_id
  )
  select c.instance_id, c.duplicates, c.throttles, coalesce(f.tracking_failures, '{}')
  from (
    select e.instance_id, (count(*) filter (where e.event = 'duplicate_execution'))::integer as duplicates,
      (count(*) filter (where e.is_throttle))::integer as throttles
    from events e group by grouping sets ((e.instance_id), ())) c
  left join failures f on f.instance_id is not distinct from c.instance_id;
$$;
comment on function amc_history.event_figures(text[], timestamptz, timestamptz) is
  $$What happened to tracking on instances in a period, as public.tracking_figures answers it; the row of all has no
instance.$$;

create function amc_history.pause_figures(instances text[], since timestamptz, until timestamptz)
returns table (instance_id text, seconds numeric)
language sql stable set search_path = ''
as $$
  select p.instance_id, sum(extract(epoch from upper(p.pause) - lower(p.pause)))
  from (
    select e.instance_id, unnest(range_agg(tstzrange(s.began_at, s.ended_at))) as pause
    from public.tracking_events e
    cross join lateral (select greatest(e.happened_at, pause_figures.since) as began_at,
      least((e.detail ->> 'until')::timestamptz, pause_figures.until, amc_history.clock_now()) as ended_at) s
    where e.event = 'instance_paused' and e.instance_id = any (pause_figures.instances)
      and e.happened_at >= pause_figures.since - (amc_history.allowances()).retry_after_longest
      and e.happened_at < pause_figures.until and s.began_at < s.ended_at
    group by e.instance_id
  ) p
  group by p.instance_id;
$$;
comment on function amc_history.pause_figures(text[], timestamptz, timestamptz) is
  $$How long instances were paused for AMC within a period, in seconds; pauses that overlap count once.$$;

create function amc_history.present_figures(instances text[], since timestamptz, until timestamptz)
returns table (
  instance_id text, adopted_executions integer, paused_seconds numeric, oldest_due_seconds numeric, slots integer,
  slots_taken integer, slots_elsewhere integer
)
language sql volatile set search_path = ''
as $$
  with adopted as (
    select w.instance_id, count(*) as executions
    from public.workflow_executions e join public.report_data_weeks w on w.id = e.week_id
    where e.adopted and e.created_at >= present_figures.since and e.created_at < present_figures.until
    group by w.instance_id
  )
  select i.id, sum(a.executions)::integer, sum(p.seconds), max(f.due), sum(i.max_parallel)::integer,
    sum(f.taken)::integer, sum(i.running_elsewhere)::integer
  from public.amc_instances i
  left join adopted a on a.instance_id = i.id
  left join amc_history.pause_figures(present_figures.instances, present_figures.since, present_figures.until) p
    on p.instance_id = i.id
  cross join lateral (select
    (select round(extract(epoch from amc_history.clock_now() - w.due_at), 3) from public.report_data_weeks w
      join public.report_data_collections c on c.id = w.collection_id and c.paused_at is null
      where w.instance_id = i.id and w.due_at <= amc_history.clock_now() order by w.due_at limit 1) as due,
    (select count(*) from amc_history.taken_slots(i.id)) as taken) f
  where i.id = any (present_figures.instances)
  group by grouping sets ((i.id), ());
$$;
comment on function amc_history.present_figures(text[], timestamptz, timestamptz) is
  $$What else public.tracking_figures answers of instances: of the period, and as it is now; the row of all has no
instance.$$;

create function amc_history.tracking_figures(since timestamptz, until timestamptz, instance text)
returns table (
  instance_id text, weeks_by_state jsonb, completed integer, failed integer, success_rate numeric,
  completed_untracked integer, null_rate numeric, tracking_failures jsonb, adopted_executions integer,
  duplicate_executions integer, throttles integer, paused_seconds numeric, oldest_due_seconds numeric,
  seconds_p50 numeric, seconds_p95 numeric, slots integer, slots_taken integer, slots_elsewhere integer
)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  instances constant text[] := array(select i.id from public.amc_instances i
    where i.id = coalesce(tracking_figures.instance, i.id)
      and (amc_history.is_operator() or i.id in (select amc_history.instances_of_caller())));
begin
  if not coalesce(tracking_figures.since < tracking_figures.until, false) then
    perform amc_history.refuse('period_not_valid', format(
      'Expected a period, from since to a later until; got %s to %s.', coalesce(tracking_figures.since::text, 'null'),
      coalesce(tracking_figures.until::text, 'null')),
      'Give two times, the earlier one first.');
  elsif tracking_figures.instance is not null and cardinality(instances) = 0 then
    perform amc_history.refuse('instance_not_found', format('No instance %s that you may see.',
      quote_literal(left(tracking_figures.instance, 100))), 'Check the id.', 'PT404');
  end if;
  return query
  select p.instance_id, coalesce(w.weeks_by_state, '{}'), coalesce(w.completed, 0), coalesce(w.failed, 0),
    round((w.completed - w.completed_untracked)::numeric / nullif(w.completed + w.failed, 0), 4),
    coalesce(w.completed_untracked, 0), round(w.completed_untracked::numeric / nullif(w.completed, 0), 4),
    coalesce(e.tracking_failures, '{}'), coalesce(p.adopted_executions, 0), coalesce(e.duplicate_executions, 0),
    coalesce(e.throttles, 0), coalesce(p.paused_seconds, 0), p.oldest_due_seconds, w.seconds_p50, w.seconds_p95,
    coalesce(p.slots, 0), coalesce(p.slots_taken, 0), coalesce(p.slots_elsewhere, 0)
  from amc_history.present_figures(instances, tracking_figures.since, tracking_figures.until) p
  left join amc_history.week_figures(instances, tracking_figures.since, tracking_figures.until) w
    on w.instance_id is not distinct from p.instance_id
  left join amc_history.event_figures(instances, tracking_figures.since, tracking_figures.until) e
    on e.instance_id is not distinct from p.instance_id
  where p.instance_id is not null or tracking_figures.instance is null
  order by p.instance_id nulls last;
end;
$$;
comment on function amc_history.tracking_figures(timestamptz, timestamptz, text) is
  $$Does what public.tracking_figures says. Definer: a member sees the figures of an instance though its weeks are of
others.$$;

create function public.tracking_figures(since timestamptz, until timestamptz, instance text default null)
returns table (
  instance_id text, weeks_by_state jsonb, completed integer, failed integer, success_rate numeric,
  completed_untracked integer, null_rate numeric, tracking_failures jsonb, adopted_executions integer,
  duplicate_executions integer, throttles integer, paused_seconds numeric, oldest_due_seconds numeric,
  seconds_p50 numeric, seconds_p95 numeric, slots integer, slots_taken integer, slots_elsewhere integer
)
language sql volatile set search_path = ''
as $$
  select * from amc_history.tracking_figures(tracking_figures.since, tracking_figures.until, tracking_figures.instance);
$$;
comment on function public.tracking_figures(timestamptz, timestamptz, text) is
  $$What collecting came to from since (inclusive) to until (exclusive): a row for each instance of the caller's, and
one of all without an instance_id; or one for instance alone. Operators see all instances.

weeks_by_state: weeks by the state of public.week_results: those that finished in the period, and those open now that
were made before its end. completed, failed: those that finished so; success_rate: completed and tracked of both;
completed_untracked: completed without an execution id; null_rate: of the completed. tracking_failures, by reason: why
an id that came was not stored, execution_refused, late_execution, create_unknown (the answer was lost; AMC's list
settles it). adopted_executions: found in AMC's list. throttles: pauses because AMC throttled; paused_seconds: pauses
for whatever AMC said. seconds_p50, seconds_p95: from a week's start to its result. Now, whatever the period:
oldest_due_seconds, how long the oldest week that may be tried has been due; slots, slots_taken by live attempts,
slots_elsewhere by others. Rates are null where nothing finished. Refuses with period_not_valid, instance_not_found.$$;

create function amc_history.health_report() returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('status', case count(*) when 0 then 'ok' else 'unavailable' end,
    'reasons', coalesce(jsonb_agg(jsonb_build_object('code', r.code, 'words', r.words) order by r.code), '[]'))
  from (
    select 'not_watched' as code, 'The database has not looked for a while whether anything moves: see whether pg_cron '
      'runs the job amc-history-watch.' as words
    where not exists (select from amc_history.heartbeats h where h.name = 'watch'
      and h.at >= amc_history.clock_now() - (amc_history.allowances()).watch_longest)
    union all
    select k.kind, k.next_step from amc_history.stoppage_kinds k
    where k.kind in ('schedule', 'schedule_secrets', 'wake_up', 'tick', 'webhook') and exists (select
      from public.stoppages s where s.kind = k.kind and s.instance_id is null and s.ended_at is null
        and s.since + k.tell_after <= amc_history.clock_now())
  ) r;
$$;
comment on function amc_history.health_report() is 'Does what public.health_report says.';

create function public.health_report() returns jsonb
language sql stable set search_path = ''
as $$
  select amc_history.health_report();
$$;
comment on function public.health_report() is
  $$Whether the whole moves: {status, reasons: [{code, words}]}, status ok or unavailable. A reason is not_watched (no
amc_history.watch for watch_longest of the allowances), or the kind of a stoppage of the schedule, its wake-ups, the
worker or a webhook of all instances that has lasted long enough to be told. Nobody's ids and no secrets are in it. For
service_role.$$;

create table amc_history.metrics_tokens (
  name text primary key constraint token_name_is_short check (char_length(name) between 1 and 100),
  token_hash text not null unique,
  created_at timestamptz not null default amc_history.clock_now()
);

comment on table amc_history.metrics_tokens is
  $$Who may read the edge function metrics. A token opens nothing else, and is kept nowhere.$$;
comment on column amc_history.metrics_tokens.token_hash is 'Its SHA-256, in hexadecimal digits.';

alter table amc_history.metrics_tokens enable row level security;

create function amc_history.create_metrics_token(name text) returns text
language plpgsql set search_path = ''
as $$
declare
  -- Each has 122 random bits.
  token constant text := 'amcm_' || replace(concat(gen_random_uuid(), gen_random_uuid()), '-', '');
begin
  insert into amc_history.metrics_tokens as t (name, token_hash)
  values (create_metrics_token.name, encode(sha256(convert_to(token, 'UTF8')), 'hex'))
  on conflict on constraint metrics_tokens_pkey do update
    set token_hash = excluded.token_hash, created_at = excluded.created_at;
  return token;
end;
$$;
comment on function amc_history.create_metrics_token(text) is
  $$Makes a token for the edge function metrics and answers it, this once. name: whose it is; a second one under the
same name replaces the first. Run at a database prompt, as postgres.$$;

create function amc_history.delete_metrics_token(name text) returns boolean
language sql set search_path = ''
as $$
  with deleted as (delete from amc_history.metrics_tokens t where t.name = delete_metrics_token.name returning 1)
  select exists (select from deleted);
$$;
comment on function amc_history.delete_metrics_token(text) is
  $$Takes a token back. Answers whether there was one of that name. Run at a database prompt, as postgres.$$;

create function amc_history.metrics_report(token_hash text) returns jsonb
language sql volatile security definer set search_path = ''
as $$
  select jsonb_build_object(
    'figures', (select coalesce(jsonb_agg(to_jsonb(f) order by f.instance_id), '[]')
      from amc_history.tracking_figures(amc_history.clock_now() - interval '24 hours', amc_history.clock_now(), null) f
      where f.instance_id is not null),
    'states', (select coalesce(jsonb_object_agg(s.instance_id, s.state), '{}') from public.instance_states s),
    'stoppages', (select coalesce(jsonb_object_agg(k.kind, (select count(*) from public.stoppages s
      where s.kind = k.kind and s.ended_at is null)), '{}') from amc_history.stoppage_kinds k),
    'alerts', (select coalesce(jsonb_object_agg(k.code, (select count(*) from public.tracking_alerts a
      where a.code = k.code and a.resolved_at is null)), '{}') from amc_history.alert_codes k),
    'heartbeats', (select coalesce(jsonb_object_agg(h.name, extract(epoch from amc_history.clock_now() - h.at)), '{}')
      from amc_history.heartbeats h))
  where exists (select from amc_history.metrics_tokens t where t.token_hash = metrics_report.token_hash);
$$;
comment on function amc_history.metrics_report(text) is 'Does what public.metrics_report says.';

create function public.metrics_report(token_hash text) returns jsonb
language sql volatile set search_path = ''
as $$
  select amc_history.metrics_report(metrics_report.token_hash);
$$;
comment on function public.metrics_report(text) is
  $$What the edge function metrics shows: figures (public.tracking_figures of each instance, for the last 24 hours),
states (of each instance), how many stoppages of each kind and alerts of each code are open, and the seconds since each
heartbeat. token_hash: the SHA-256 of a token of amc_history.create_metrics_token, in hexadecimal digits; null for
another. For service_role.$$;
