-- Restatement: the newest weeks of a collection are collected again on a schedule, since attribution settles
-- for weeks after a window has ended.

create function amc_history.weeks_to_restate(collection_id uuid) returns setof public.report_data_weeks
language sql stable set search_path = ''
as $$
  select w.* from public.report_data_collections c
  cross join lateral (
    select n.* from public.report_data_weeks n
    where n.collection_id = c.id and n.status = 'completed'
    order by n.week_start_date desc limit c.restate_weeks
  ) w
  where c.id = weeks_to_restate.collection_id and c.paused_at is null and c.cancelled_at is null
    and w.week_end_date >= (amc_history.clock_now() at time zone c.time_zone)::date - 90
    and w.due_at is null
    -- Whatever became of the last attempt: the next comes a period after its intent.
    and not exists (select from public.week_attempts a where a.week_id = w.id
      and (a.is_live or a.intended_at > amc_history.clock_now() - make_interval(days => c.restate_every_days)));
$$;
comment on function amc_history.weeks_to_restate(uuid) is
  $$The weeks of a collection that its policy wants collected again now: of the restate_weeks newest completed ones,
those that were not tried for restate_every_days, and are neither due nor under way.$$;

create function amc_history.open_restatements(max_weeks integer default 200) returns integer
language plpgsql set search_path = ''
as $$
declare
  restated uuid;
  week public.report_data_weeks;
  opened integer := 0;
begin
  for restated in
    select c.id from public.report_data_collections c
    where c.restate_weeks > 0 and exists (select from amc_history.weeks_to_restate(c.id))
    order by c.id
  loop
    exit when opened >= open_restatements.max_weeks;
    -- A person who is changing the collection goes first; the next run finds what that came to.
    perform from public.report_data_collections c where c.id = restated for no key update skip locked;
    continue when not found;
    -- Asked anew: until its lock was had, the collection may have been paused or its weeks taken up.
    for week in
      select w.* from public.report_data_weeks w
      where w.id in (select t.id from amc_history.weeks_to_restate(restated) t) order by w.id for no key update skip locked
    loop
      exit when opened >= open_restatements.max_weeks;
      update public.report_data_weeks w set due_at = amc_history.clock_now(), error_count = 0
      where w.id = week.id and w.status = 'completed' and w.due_at is null
        and not exists (select from public.week_attempts a where a.week_id = w.id and a.is_live);
      continue when not found;
      perform amc_history.record_event('week_to_be_restated', null, week, week.execution_id, '{"by": "policy"}');
      opened := opened + 1;
    end loop;
  end loop;
  return opened;
end;
$$;
comment on function amc_history.open_restatements(integer) is
  $$Makes the weeks due again that their collections' restatement policies name, at most max_weeks; each at most once
in restate_every_days. They stay completed and show what they show until the new result is in. Answers how many.
Run by pg_cron.$$;

create function amc_history.set_restatement_policy(collection_id uuid, restate_weeks integer, restate_every_days integer)
returns public.control_report
language plpgsql security definer set search_path = ''
as $$
declare
  collection public.report_data_collections := amc_history.lock_own_collection(set_restatement_policy.collection_id);
begin
  if set_restatement_policy.restate_weeks is null or set_restatement_policy.restate_weeks not between 0 and 12
      or set_restatement_policy.restate_every_days is null or set_restatement_policy.restate_every_days not between 1 and 90 then
    perform amc_history.refuse('restatement_out_of_range', format('Expected 0 to 12 weeks every 1 to 90 days, got %s every %s.',
      coalesce(set_restatement_policy.restate_weeks::text, 'null'), coalesce(set_restatement_policy.restate_every_days::text, 'null')),
      '0 weeks turn it off.');
  elsif collection.cancelled_at is not null then
    return row('rejected', 'collection_is_cancelled', 0)::public.control_report;
  elsif (collection.restate_weeks, collection.restate_every_days)
      = (set_restatement_policy.restate_weeks, set_restatement_policy.restate_every_days) then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.report_data_collections c set restate_weeks = set_restatement_policy.restate_weeks,
    restate_every_days = set_restatement_policy.restate_every_days
  where c.id = collection.id;
  return row('applied', null, 0)::public.control_report;
end;
$$;
comment on function amc_history.set_restatement_policy(uuid, integer, integer) is
  'See public.set_restatement_policy. Definer: users may not write collections.';

create function public.set_restatement_policy(collection_id uuid, restate_weeks integer, restate_every_days integer default 7)
returns public.control_report
language sql set search_path = ''
as $$
  select amc_history.set_restatement_policy(set_restatement_policy.collection_id, set_restatement_policy.restate_weeks,
    set_restatement_policy.restate_every_days);
$$;
comment on function public.set_restatement_policy(uuid, integer, integer) is
  $$Has the newest completed weeks of a collection collected again on a schedule. Owners only.

restate_weeks: how many, 0 to 12; 0 turns it off. restate_every_days: how many days between two collections of a
week, 1 to 90. A week that ended more than 90 days ago is let be. Takes effect within the hour; what is due or
under way already goes on. Answers {outcome, reason, weeks}: rejected if the collection is cancelled. Refuses with
restatement_out_of_range, collection_not_found.$$;
