-- What an id backfill says of a week, and how the week gets its id: only what is certain, as it stands by then.

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
  if not found or not amc_history.lacks_execution_id(week) then
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

create function amc_history.has_rivals(backfill public.id_backfills, candidate public.id_backfill_candidates)
returns boolean
language sql stable set search_path = ''
as $$
  select exists (
    select from public.report_data_weeks w
    join public.report_data_collections c on c.id = w.collection_id
    join public.report_data_collections o on o.instance_id = c.instance_id and o.id <> c.id
      and o.time_zone = c.time_zone
      and (o.workflow_id = c.workflow_id
        or (backfill).queries ->> o.workflow_id = (backfill).queries ->> c.workflow_id)
      and (o.parameter_values = c.parameter_values
        or coalesce((candidate).details -> 'parameter_values', 'null') in ('null', '{}'))
    join public.report_data_weeks r on r.collection_id = o.id and r.week_start_date = w.week_start_date
    where w.id = (candidate).week_id);
$$;
comment on function amc_history.has_rivals(public.id_backfills, public.id_backfill_candidates) is
  $$Whether an execution that fits a week may be another week's, searched or not, whatever its status, with an id or
without: one of the same window, zone and query, and of the same parameters unless AMC echoes none.$$;

create function amc_history.verdict_on(backfill public.id_backfills, week public.id_backfill_weeks)
returns table (outcome text, reason text, found public.id_backfill_candidates)
language sql stable rows 1 set search_path = ''
as $$
  select case
      when p.times = 0 and m.times = 0 and not u.is_unread then 'not_listed'
      when p.times = 0 then 'not_provable'
      when p.times > 1 or m.times > 0 or p.is_shared or u.is_unread then 'ambiguous'
      else 'matched'
    end,
    case
      when p.times = 0 and m.times > 0 then m.missing
      when p.times + m.times > 1 then 'several_fit'
      when p.is_shared then 'fits_several_weeks'
      when u.is_unread then 'list_not_read'
      when p.times = 0 and not backfill.queries_seen then 'by_workflow_id_alone'
      else (p.found).reason
    end, p.found
  from (
    select count(*) as times, (array_agg(c order by c.execution_id))[1] as found,
      coalesce(bool_or(exists (select from public.id_backfill_candidates o where o.backfill_id = c.backfill_id
        and o.execution_id = c.execution_id and o.week_id <> c.week_id)
        or amc_history.has_rivals(backfill, c)), false) as is_shared
    from public.id_backfill_candidates c
    where c.backfill_id = (week).backfill_id and c.week_id = (week).week_id and c.is_proved
  ) p
  cross join (
    select count(*) as times, left(string_agg(distinct c.reason, '; ' order by c.reason), 500) as missing
    from public.id_backfill_candidates c
    where c.backfill_id = (week).backfill_id and c.week_id = (week).week_id and not c.is_proved
  ) m
  cross join (
    select coalesce(bool_or(backfill.unread && tstzrange((week).begins_at,
      greatest((week).begins_at, w.finished_at + (amc_history.allowances()).list_overlap), '[]')), false) as is_unread
    from public.report_data_weeks w where w.id = (week).week_id
  ) u;
$$;
comment on function amc_history.verdict_on(public.id_backfills, public.id_backfill_weeks) is
  $$What a search says of a week once the list is read past it: matched if one execution is proved to be its, nothing
else may be, and it fits no other week, searched or not.$$;

create function amc_history.decide_week(
  backfill public.id_backfills, week public.id_backfill_weeks, out outcome text, out reason text
)
language plpgsql set search_path = ''
as $$
declare
  row_now public.report_data_weeks;
  found_one public.id_backfill_candidates;
begin
  select w.* into row_now from public.report_data_weeks w where w.id = (week).week_id;
  if not amc_history.lacks_execution_id(row_now) then
    outcome := 'not_needed';
    reason := case when row_now.execution_id is null then 'is_open' else 'has_an_id' end;
    return;
  elsif not (backfill).is_read and coalesce((week).begins_at <= (backfill).read_to, true) then
    outcome := 'not_searched';
    reason := 'calls_used_up';
    return;
  end if;
  select v.outcome, v.reason, (v.found).execution_id, (v.found).details
  into outcome, reason, found_one.execution_id, found_one.details
  from amc_history.verdict_on(backfill, week) v;
  if outcome = 'matched' and amc_history.restore_execution_id((week).week_id, found_one.execution_id,
      found_one.details, (backfill).actor, reason) <> 'restored' then
    outcome := 'not_provable';
    reason := 'execution_of_another_week';
  end if;
exception when data_exception or integrity_constraint_violation or raise_exception then
  outcome := 'not_provable';
  reason := left('refused_by_database: ' || sqlerrm, 500);
end;
$$;
comment on function amc_history.decide_week(public.id_backfills, public.id_backfill_weeks) is
  $$What comes of a week of a search, as it stands now; stores its execution if that is proved. What Postgres refuses
stops only this week. The caller holds the locks of the instance and the search.$$;

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
    verdict := amc_history.decide_week(backfill, week);
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
are decided, and answers whether it did. The caller holds the locks of the instance and the search.$$;
