-- The steps of an id backfill: a worker claims a turn, reports a page of AMC's list, and has the weeks decided that are
-- read past. Each is one transaction; a worker may die between any two.

create function amc_history.restore_execution_id(
  week_id uuid, execution_id text, details jsonb, actor text, matched_by text
) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  week public.report_data_weeks;
  now_at constant timestamptz := amc_history.clock_now();
begin
  select * into week from public.report_data_weeks w where w.id = restore_execution_id.week_id for no key update;
  if not found or not exists (select from amc_history.weeks_without_id(week.instance_id) w where w.id = week.id) then
    return 'not_needed';
  elsif amc_history.insert_execution(restore_execution_id.execution_id, week.id, restore_execution_id.details, true)
      is null then
    return 'already_recorded';
  end if;
  insert into public.week_attempts
    (week_id, instance_id, number, kind, state, outcome, intended_at, execution_id, ended_at)
  values (week.id, week.instance_id,
    1 + coalesce((select max(a.number) from public.week_attempts a where a.week_id = week.id), 0),
    'external', 'ended', 'external', now_at, restore_execution_id.execution_id, now_at);
  update public.report_data_weeks w set execution_id = restore_execution_id.execution_id
  where w.id = week.id and w.execution_id is null;
  update public.tracking_alerts t set resolved_at = now_at
  where t.week_id = week.id and t.code = 'execution_untracked' and t.resolved_at is null;
  perform amc_history.record_action('execution_id_restored', week.instance_id, week.collection_id, week.id,
    execution_id => restore_execution_id.execution_id, actor => restore_execution_id.actor,
    detail => jsonb_build_object('matched_by', restore_execution_id.matched_by));
  return 'restored';
end;
$$;
comment on function amc_history.restore_execution_id(uuid, text, jsonb, text, text) is
  $$Gives a week without an execution id the one that AMC's list has for it, by an attempt of kind external, and records
who asked for it. Answers restored, not_needed (the week has one, or was opened again) or already_recorded (the
execution is known here, or is a dry run). The caller holds the instance's lock.$$;

create function amc_history.due_id_backfills() returns setof public.id_backfills
language sql stable rows 1 set search_path = ''
as $$
  select b.* from public.id_backfills b
  join public.amc_instances i on i.id = b.instance_id and coalesce(i.paused_until <= amc_history.clock_now(), true)
  where b.ended_at is null and b.due_at <= amc_history.clock_now()
    and coalesce(b.leased_until <= amc_history.clock_now(), true)
    and not exists (select from public.stoppages s where s.kind = 'id_backfill' and s.subject = b.id::text
      and s.ended_at is null and coalesce(s.retry_at > amc_history.clock_now(), true));
$$;
comment on function amc_history.due_id_backfills() is
  'The searches whose turn it is, of instances that are not paused.';

create function public.claim_id_backfill(lease_seconds integer default 60)
returns table (
  backfill_id uuid, instance_id text, entity_id text, marketplace_id text, region text, credential_name text,
  fence bigint, pages integer, list_from timestamptz, list_until timestamptz, next_token text, list_ended boolean
)
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  now_at constant timestamptz := amc_history.clock_now();
  claimed public.id_backfills;
begin
  select b.* into claimed from amc_history.due_id_backfills() b
  order by b.due_at, b.id limit 1;
  if not found then
    return;
  end if;
  update public.id_backfills b set fence = b.fence + 1, due_at = now_at + allowed.backfill_every,
    leased_until = now_at + make_interval(secs => claim_id_backfill.lease_seconds)
  where b.id = claimed.id and b.fence = claimed.fence returning * into claimed;
  return query select claimed.id, i.id, i.entity_id, i.marketplace_id, i.region, i.credential_name, claimed.fence,
    allowed.backfill_pages, claimed.list_from, claimed.list_until, claimed.next_token,
    claimed.list_ended_at is not null
  from public.amc_instances i where i.id = claimed.instance_id;
end;
$$;
comment on function public.claim_id_backfill(integer) is
  $$Takes the search whose turn is next, if one is: it may then read so many pages of AMC's list, newest first, from
list_until back to list_from, those of next_token on if there is one. list_ended: there are none left, and weeks are to
be decided (decide_id_backfill). fence: for the reports. For service_role.$$;

create function amc_history.verdict_on(backfill public.id_backfills, week public.id_backfill_weeks)
returns table (outcome text, reason text, found public.id_backfill_candidates)
language sql stable rows 1 set search_path = ''
as $$
  select case
      when p.times = 0 and m.times = 0 and backfill.unread = 0 then 'not_listed'
      when p.times = 0 then 'not_provable'
      when p.times > 1 or m.times > 0 or p.is_shared or backfill.unread > 0 then 'ambiguous'
      else 'matched'
    end,
    case
      when p.times = 0 and m.times > 0 then m.missing
      when p.times + m.times > 1 then 'several_fit'
      when p.is_shared then 'fits_several_weeks'
      when backfill.unread > 0 then 'list_not_read'
      when p.times = 0 and not backfill.queries_seen then 'by_workflow_id_alone'
      else (p.found).reason
    end, p.found
  from (
    select count(*) as times, (array_agg(c order by c.execution_id))[1] as found,
      coalesce(bool_or(exists (select from public.id_backfill_candidates o where o.backfill_id = c.backfill_id
        and o.execution_id = c.execution_id and o.week_id <> c.week_id)), false) as is_shared
    from public.id_backfill_candidates c
    where c.backfill_id = (week).backfill_id and c.week_id = (week).week_id and c.is_proved
  ) p
  cross join (
    select count(*) as times, left(string_agg(distinct c.reason, '; ' order by c.reason), 500) as missing
    from public.id_backfill_candidates c
    where c.backfill_id = (week).backfill_id and c.week_id = (week).week_id and not c.is_proved
  ) m;
$$;
comment on function amc_history.verdict_on(public.id_backfills, public.id_backfill_weeks) is
  $$What a search says of a week once the list is read past it: matched if one execution is proved to be its, nothing
else may be, and it fits no other week.$$;

create function amc_history.decide_weeks(backfill public.id_backfills, most integer) returns boolean
language plpgsql set search_path = ''
as $$
declare
  week public.id_backfill_weeks;
  verdict record;
begin
  for week in
    select b.* from public.id_backfill_weeks b
    where b.backfill_id = backfill.id and b.outcome = 'searching' and b.is_wanted
      and (backfill.list_ended_at is not null or b.begins_at > backfill.read_to)
    order by b.begins_at desc, b.week_id limit decide_weeks.most
  loop
    select v.outcome, v.reason, (v.found).execution_id, (v.found).details into verdict
    from amc_history.verdict_on(backfill, week) v;
    begin
      if not backfill.is_read and coalesce(week.begins_at <= backfill.read_to, true) then
        verdict.outcome := 'not_searched';
        verdict.reason := 'calls_used_up';
      elsif verdict.outcome = 'matched' and amc_history.restore_execution_id(week.week_id, verdict.execution_id,
          verdict.details, backfill.actor, verdict.reason) <> 'restored' then
        verdict.outcome := 'not_needed';
      end if;
    exception when data_exception or integrity_constraint_violation then
      verdict.outcome := 'not_provable';
      verdict.reason := left('refused_by_database: ' || sqlerrm, 500);
    end;
    update public.id_backfill_weeks b
    set outcome = verdict.outcome, reason = verdict.reason, decided_at = amc_history.clock_now()
    where b.backfill_id = week.backfill_id and b.week_id = week.week_id;
  end loop;
  update public.id_backfills b set ended_at = amc_history.clock_now(), leased_until = null
  where b.id = backfill.id and b.list_ended_at is not null and b.ended_at is null
    and not exists (select from public.id_backfill_weeks w
      where w.backfill_id = b.id and w.outcome = 'searching' and w.is_wanted);
  return found;
end;
$$;
comment on function amc_history.decide_weeks(public.id_backfills, integer) is
  $$Decides the weeks of a search that its list was read past, newest first, at most so many; ends the search once all
are decided, and answers whether it did. A week that cannot be stored stops only itself. The caller holds the locks of
the instance and the search.$$;

create function amc_history.lock_id_backfill(backfill_id uuid, fence bigint) returns public.id_backfills
language plpgsql set search_path = ''
as $$
declare
  backfill public.id_backfills;
begin
  -- The instance first, as everywhere.
  perform from public.amc_instances i join public.id_backfills b on b.instance_id = i.id
  where b.id = lock_id_backfill.backfill_id for no key update of i;
  select b.* into backfill from public.id_backfills b
  where b.id = lock_id_backfill.backfill_id and b.fence = lock_id_backfill.fence and b.ended_at is null
  for no key update;
  return backfill;
end;
$$;
comment on function amc_history.lock_id_backfill(uuid, bigint) is
  'Locks an open search and its instance for the worker that holds its fence; null for any other.';

create function amc_history.keep_candidates(backfill_id uuid, entries jsonb) returns void
language sql set search_path = ''
as $$
  insert into public.id_backfill_candidates as k
    (backfill_id, week_id, execution_id, instance_id, is_proved, reason, details)
  select keep_candidates.backfill_id, c.week_id, c.execution_id, b.instance_id, c.missing is null,
    coalesce(c.missing, c.matched_by), c.details
  from (select r.*, row_number() over (partition by r.week_id, r.missing is null order by r.execution_id) as nr
    from amc_history.compare_runs(keep_candidates.backfill_id, keep_candidates.entries) r) c
  join public.id_backfills b on b.id = keep_candidates.backfill_id
  -- One is enough to doubt; a person has some to choose from.
  where c.nr + (select count(*) from public.id_backfill_candidates o where o.backfill_id = b.id
    and o.week_id = c.week_id and o.execution_id <> c.execution_id and o.is_proved = (c.missing is null)) <= 20
  on conflict (backfill_id, week_id, execution_id) do update
    set is_proved = excluded.is_proved, reason = excluded.reason, details = excluded.details;
$$;
comment on function amc_history.keep_candidates(uuid, jsonb) is
  'Keeps which entries of a page are, or may be, the execution of which week: of each week 20 of either at most.';

create function public.record_id_backfill_page(
  backfill_id uuid, fence bigint, entries jsonb, next_token text default null, ended boolean default false,
  read_to timestamptz default null, unread integer default 0
) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  weeks_at_once constant integer := (amc_history.allowances()).backfill_weeks_at_once;
  backfill public.id_backfills := amc_history.lock_id_backfill(record_id_backfill_page.backfill_id,
    record_id_backfill_page.fence);
  oldest timestamptz;
  token constant text := nullif(record_id_backfill_page.next_token, '');
  is_over boolean;
begin
  if backfill.id is null or backfill.list_ended_at is not null then
    return 'stale';
  end if;
  perform amc_history.keep_candidates(backfill.id, record_id_backfill_page.entries);
  select least(backfill.read_to, record_id_backfill_page.read_to, min(d.created_at)) into oldest
  from jsonb_array_elements(record_id_backfill_page.entries) o
  cross join lateral amc_history.read_observation(o.value) d;
  is_over := coalesce(record_id_backfill_page.ended, false) or coalesce(oldest < backfill.list_from, false);
  update public.id_backfills b set calls = b.calls + 1, read_to = oldest, next_token = token,
    -- Without a token to go on with, from the oldest entry on: those of the same second are read again.
    list_until = case when token is not null then b.list_until
      else least(coalesce(date_trunc('second', oldest) + interval '1 second', b.list_until),
        b.list_until - interval '1 second') end,
    unread = b.unread + coalesce(record_id_backfill_page.unread, 0)
      + case when token is null and not is_over and coalesce(oldest + interval '1 second' >= b.list_until, true)
        then 1 else 0 end,
    queries_seen = b.queries_seen or record_id_backfill_page.entries @? '$[*].sql_query ? (@ != null)',
    is_read = is_over, list_ended_at = case when is_over or b.calls + 1 >= b.most_calls then now_at end
  where b.id = backfill.id returning * into backfill;
  perform amc_history.end_stoppage('id_backfill', backfill.id::text);
  return case when amc_history.decide_weeks(backfill, weeks_at_once) then 'ended'
    when backfill.list_ended_at is not null then 'list_ended' else 'recorded' end;
end;
$$;
comment on function public.record_id_backfill_page(uuid, bigint, jsonb, text, boolean, timestamptz, integer) is
  $$Reports one page of AMC's list, or that the list could not be gone on with, and decides weeks that are read past.

fence: from claim_id_backfill. entries: execution observations as JSON, newest first, with sql_query and dry_run where
AMC gave them. next_token: AMC's; ended: there is none, and that was the last page. Neither: the token is refused, or a
stretch could not be read (unread: 1); the list is then read on from the oldest entry, or from read_to. Answers recorded
(more pages), list_ended (decide_id_backfill), ended (all is decided) or stale (nothing was recorded). For
service_role.$$;

create function public.decide_id_backfill(backfill_id uuid, fence bigint) returns text
language plpgsql set search_path = ''
as $$
declare
  backfill constant public.id_backfills := amc_history.lock_id_backfill(decide_id_backfill.backfill_id,
    decide_id_backfill.fence);
begin
  if backfill.id is null then
    return 'stale';
  end if;
  return case when amc_history.decide_weeks(backfill, (amc_history.allowances()).backfill_weeks_at_once)
    then 'ended' else 'list_ended' end;
end;
$$;
comment on function public.decide_id_backfill(uuid, bigint) is
  $$Decides further weeks of a search whose list has ended. Answers list_ended (call it again), ended or stale. For
service_role.$$;
