-- Restatement: a completed week is collected once more, since attribution settles for weeks after a window has ended:
-- when a person asks for it, or by the collection's policy for its newest weeks.

create function amc_history.restate_week(week_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  week public.report_data_weeks := amc_history.lock_controlled_week(restate_week.week_id);
begin
  if exists (select from public.report_data_collections c
      where c.id = week.collection_id and c.cancelled_at is not null) then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif week.status <> 'completed' then
    return row('rejected', 'week_is_not_completed', 0)::public.control_report;
  elsif week.due_at is not null and not amc_history.is_held_up('week', week.id::text)
    or exists (select from public.week_attempts a where a.week_id = week.id and a.is_live) then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_weeks w set error_count = 0, failed_creates = 0,
    due_at = amc_history.next_due_at(w.collection_id), requested_by = coalesce(auth.uid(), w.requested_by)
  where w.id = week.id;
  perform amc_history.stand_behind(week.collection_id);
  perform amc_history.record_action('week_to_be_restated', week.instance_id, week.collection_id, week.id,
    execution_id => week.execution_id);
  return row('applied', null, 1)::public.control_report;
end;
$$;
comment on function amc_history.restate_week(uuid) is 'See public.restate_week. Definer: users may not write weeks.';

create function public.restate_week(week_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.restate_week(restate_week.week_id); $$;
comment on function public.restate_week(uuid) is
  $$Collects a completed week once more. It stays completed and shows what it shows until the new result is in; if
that fails, the week keeps showing the old one. Answers {outcome, reason, weeks}: applied, already_applied (it is
due or under way), or rejected with collection_is_cancelled, week_is_not_completed. Refuses with week_not_found.
For analysts and admins.$$;

create function amc_history.weeks_to_restate(collection_id uuid) returns setof public.report_data_weeks
language sql stable set search_path = ''
as $$
  select w.* from public.report_data_collections c
  cross join amc_history.allowances() l
  cross join lateral (
    select n.* from public.report_data_weeks n
    where n.collection_id = c.id and n.status = 'completed'
    order by n.week_start_date desc limit c.restate_weeks
  ) w
  where c.id = weeks_to_restate.collection_id and c.paused_at is null and c.cancelled_at is null
    and not amc_history.is_held_up('standing', c.id::text)
    and w.week_end_date >= (amc_history.clock_now() at time zone c.time_zone)::date - l.restate_days
    and w.due_at is null
    -- A period after the intent of the last attempt, whatever its outcome.
    and not exists (select from public.week_attempts a where a.week_id = w.id
      and (a.is_live or a.intended_at > amc_history.clock_now() - make_interval(days => c.restate_every_days)));
$$;
comment on function amc_history.weeks_to_restate(uuid) is
  $$The weeks of a collection that its policy collects again now: of the restate_weeks newest completed ones, those
that ended within restate_days (amc_history.allowances), were not tried for restate_every_days, and are neither due
nor under way.$$;

create function amc_history.restate_by_policy(week_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
declare
  week public.report_data_weeks;
begin
  update public.report_data_weeks w set due_at = amc_history.clock_now(), error_count = 0
  where w.id = restate_by_policy.week_id and w.status = 'completed' and w.due_at is null
    and not exists (select from public.week_attempts a where a.week_id = w.id and a.is_live)
  returning * into week;
  if not found then
    return false;
  end if;
  perform amc_history.record_event('week_to_be_restated', null, week, week.execution_id, '{"by": "policy"}');
  return true;
end;
$$;
comment on function amc_history.restate_by_policy(uuid) is
  'Makes a completed week due again, unless it is due or under way. Answers whether it did.';

create function amc_history.restate_collection(collection_id uuid, max_weeks integer) returns integer
language plpgsql set search_path = ''
as $$
declare
  job constant text := 'amc-history-restate/';
  candidates uuid[];
  week public.report_data_weeks;
  opened integer := 0;
begin
  -- A collection that a person is changing is left to the next run.
  perform from public.report_data_collections c where c.id = restate_collection.collection_id
    for no key update skip locked;
  if not found then
    return 0;
  end if;
  candidates := array(select t.id from amc_history.weeks_to_restate(restate_collection.collection_id) t);
  for week in
    select w.* from public.report_data_weeks w
    where w.id = any (candidates) and not amc_history.is_held_up('job', job || w.id)
    order by w.id for no key update skip locked
  loop
    exit when opened >= restate_collection.max_weeks;
    begin
      opened := opened + amc_history.restate_by_policy(week.id)::integer;
    exception when others then
      perform amc_history.record_stoppage('job', job || week.id, sqlstate, 'postgres', sqlerrm, week.instance_id,
        week.collection_id, week.id);
    end;
  end loop;
  return opened;
end;
$$;
comment on function amc_history.restate_collection(uuid, integer) is
  $$Makes the weeks of a collection due again that its policy collects again now, at most max_weeks, unless another
session has locked the collection. A week that fails is set aside. Answers how many.$$;

create function amc_history.open_restatements(max_weeks integer default 200) returns integer
language plpgsql set search_path = ''
as $$
declare
  job constant text := 'amc-history-restate/';
  collection public.report_data_collections;
  opened integer := 0;
begin
  for collection in
    select c.* from public.report_data_collections c
    where c.restate_weeks > 0 and not amc_history.is_held_up('job', job || c.id)
    order by c.id
  loop
    exit when opened >= open_restatements.max_weeks;
    begin
      opened := opened + amc_history.restate_collection(collection.id, open_restatements.max_weeks - opened);
    exception when query_canceled or others then
      perform amc_history.record_stoppage('job', job || collection.id, sqlstate, 'postgres', sqlerrm,
        collection.instance_id, collection.id);
      -- The statement's time is over.
      if sqlstate = '57014' then
        return opened;
      end if;
    end;
  end loop;
  if opened < open_restatements.max_weeks then
    perform amc_history.end_passed_stoppages('amc-history-restate');
  end if;
  return opened;
end;
$$;
comment on function amc_history.open_restatements(integer) is
  $$Makes the weeks due again that their collections' policies collect again, at most max_weeks; each at most once
in restate_every_days. They stay completed and show what they show until the new result is in. A collection or a week
that fails is set aside, and the others go on. Answers how many. Run by pg_cron.$$;

create function amc_history.set_restatement_policy(
  collection_id uuid, restate_weeks integer, restate_every_days integer
) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections
    := amc_history.lock_controlled_collection(set_restatement_policy.collection_id);
  weeks constant integer := set_restatement_policy.restate_weeks;
  days constant integer := set_restatement_policy.restate_every_days;
begin
  if not coalesce(weeks between 0 and 12 and days between 1 and 90, false) then
    perform amc_history.refuse('restatement_out_of_range',
      format('Expected 0 to 12 weeks every 1 to 90 days, got %s every %s.',
        coalesce(weeks::text, 'null'), coalesce(days::text, 'null')), '0 weeks turn it off.');
  elsif collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif (collection.restate_weeks, collection.restate_every_days) = (weeks, days) then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set restate_weeks = weeks, restate_every_days = days
  where c.id = collection.id;
  perform amc_history.stand_behind(collection.id);
  perform amc_history.record_action('restatement_policy_set', collection.instance_id, collection.id,
    detail => jsonb_build_object('weeks', weeks, 'days', days));
  return row('applied', null, 0)::public.control_report;
end;
$$;
comment on function amc_history.set_restatement_policy(uuid, integer, integer) is
  'See public.set_restatement_policy. Definer: users may not write collections.';

create function public.set_restatement_policy(
  collection_id uuid, restate_weeks integer, restate_every_days integer default 7
) returns public.control_report
language sql set search_path = ''
as $$
  select amc_history.set_restatement_policy(set_restatement_policy.collection_id, set_restatement_policy.restate_weeks,
    set_restatement_policy.restate_every_days);
$$;
comment on function public.set_restatement_policy(uuid, integer, integer) is
  $$Has the newest completed weeks of a collection collected again on a schedule. For analysts and admins.

restate_weeks: how many, 0 to 12; 0 turns it off. restate_every_days: how many days between two collections of a
week, 1 to 90. A week that ended more than 90 days ago is not collected again. Takes effect within the hour, and does
not stop what is due or under way already. Answers {outcome, reason, weeks}: applied, already_applied, or rejected
with collection_is_cancelled. Refuses with restatement_out_of_range, collection_not_found.$$;
