-- The steps of an id backfill: a worker claims a turn, reports a page of AMC's list, and has the weeks decided that are
-- read past. Each is one transaction; a worker may die between any two.

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

create function amc_history.put_in_order(entries jsonb, list_from timestamptz, newest timestamptz)
returns table (entries_in_order jsonb, oldest timestamptz, is_below boolean)
language sql stable rows 1 set search_path = ''
as $$
  with seen as materialized (
    select o.value, o.nr, d.created_at, l.list_overlap as slack,
      d.created_at between put_in_order.list_from - l.list_overlap
        and put_in_order.newest + l.list_overlap as is_within
    from jsonb_array_elements(put_in_order.entries) with ordinality o(value, nr)
    cross join amc_history.allowances() l
    cross join lateral amc_history.read_observation(o.value) d
  ), placed as (
    select s.*, s.is_within and coalesce(s.created_at + s.slack >= max(s.created_at) filter (where s.is_within)
      over (order by s.nr rows between 1 following and unbounded following), true) as fits
    from seen s
  )
  select
    coalesce(jsonb_agg(case when p.fits is false then p.value - 'created_at' else p.value end order by p.nr), '[]'),
    (array_agg(p.created_at order by p.nr desc) filter (where p.fits))[1],
    coalesce(count(*) > 1 and bool_and(p.created_at < put_in_order.list_from), false)
  from placed p;
$$;
comment on function amc_history.put_in_order(jsonb, timestamptz, timestamptz) is
  $$A page of AMC's list, newest first, of what was created from list_from to newest. An entry whose time of creation is
out of this order loses it, so that it may be any week's: it proves nothing, and ends nothing. oldest: the time of the
last of the others. is_below: all of the page were created before list_from. Where the order is off by no more than
list_overlap, it is taken as it is.$$;

create function public.record_id_backfill_page(
  backfill_id uuid, fence bigint, entries jsonb, next_token text default null, ended boolean default false,
  read_to timestamptz default null, unread integer default 0
) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  backfill public.id_backfills := amc_history.lock_id_backfill(record_id_backfill_page.backfill_id,
    record_id_backfill_page.fence);
  newest constant timestamptz := least(backfill.read_to, backfill.list_until);
  token constant text := nullif(record_id_backfill_page.next_token, '');
  page record;
  oldest timestamptz;
  is_over boolean;
  is_stuck boolean;
begin
  if backfill.id is null or backfill.list_ended_at is not null then
    return 'stale';
  end if;
  select * into page from amc_history.put_in_order(record_id_backfill_page.entries, backfill.list_from, newest);
  perform amc_history.hash_queries(backfill.id);
  perform amc_history.keep_candidates(backfill.id, page.entries_in_order);
  oldest := least(backfill.read_to, record_id_backfill_page.read_to, page.oldest);
  is_over := coalesce(record_id_backfill_page.ended, false) or page.is_below;
  is_stuck := token is null and not is_over and coalesce(oldest + interval '1 second' >= backfill.list_until, true);
  update public.id_backfills b set calls = b.calls + 1, read_to = oldest, next_token = token,
    -- Without a token to go on with, from the oldest entry on: those of the same second are read again.
    list_until = case when token is not null then b.list_until
      else least(coalesce(date_trunc('second', oldest) + interval '1 second', b.list_until),
        b.list_until - interval '1 second') end,
    unread = b.unread + case when record_id_backfill_page.unread > 0
        then tstzmultirange(tstzrange(least(oldest, newest), newest, '[]')) else '{}' end
      + case when is_stuck
        then tstzmultirange(tstzrange(b.list_until - interval '1 second', b.list_until, '[]')) else '{}' end,
    queries_seen = b.queries_seen or record_id_backfill_page.entries @? '$[*].sql_query ? (@ != null)',
    is_read = is_over, list_ended_at = case when is_over or b.calls + 1 >= b.most_calls then now_at end
  where b.id = backfill.id returning * into backfill;
  perform amc_history.end_stoppage('id_backfill', backfill.id::text);
  return case when amc_history.decide_weeks(backfill, (amc_history.allowances()).backfill_weeks_at_once) then 'ended'
    when backfill.list_ended_at is not null then 'list_ended' else 'recorded' end;
end;
$$;
comment on function public.record_id_backfill_page(uuid, bigint, jsonb, text, boolean, timestamptz, integer) is
  $$Reports one page of AMC's list, or that the list could not be gone on with, and decides weeks that are read past.

fence: from claim_id_backfill. entries: execution observations as JSON, newest first, with sql_query and dry_run where
AMC gave them. next_token: AMC's; ended: there is none, and that was the last page. Neither: the token is refused, or a
stretch could not be read (unread: 1); the list is then read on from the last entry in order, or from read_to. Answers
recorded (more pages), list_ended (decide_id_backfill), ended (all is decided) or stale (nothing was recorded). For
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
