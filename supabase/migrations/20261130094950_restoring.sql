-- Restoring: a database that comes from a backup believes that its weeks were looked for in AMC's list, and does not
-- know what AMC has run since.

create function amc_history.survey_after_restore() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.surveyed_at < (select h.at from amc_history.heartbeats h where h.name = 'restored') then
    new.surveyed_at := null;
  end if;
  return new;
end;
$$;
comment on function amc_history.survey_after_restore() is
  $$Has a week that becomes due looked for in AMC's list, whoever makes it due, if it was last looked for before a
backup was restored. Definer: whoever updates weeks may not read heartbeats.$$;
create trigger survey_after_restore before update of due_at on public.report_data_weeks
  for each row when (old.due_at is null and new.due_at is not null)
  execute function amc_history.survey_after_restore();

create function amc_history.after_restore() returns bigint
language plpgsql set search_path = ''
as $$
declare
  marked bigint;
begin
  perform amc_history.beat('restored');
  with open_week as (
    update public.report_data_weeks w set surveyed_at = null
    where w.surveyed_at is not null and (w.due_at is not null or w.finished_at is null)
    returning w.instance_id
  ),
  instance as (
    select o.instance_id, count(*) as weeks from open_week o group by o.instance_id
  ),
  recorded as (
    select i.weeks, amc_history.record_action('weeks_to_be_surveyed', i.instance_id,
      detail => jsonb_build_object('weeks', i.weeks)) from instance i
  )
  select coalesce(sum(r.weeks), 0) into marked from recorded r;
  -- Nobody watched since the schedule stopped.
  update public.week_attempts a
  set watch_until = greatest(a.watch_until, amc_history.clock_now() + (amc_history.allowances()).watch)
  where a.watch_until > (select h.at from amc_history.heartbeats h where h.name = 'dispatch');
  update public.amc_instances i set list_due_at = amc_history.clock_now()
  where i.list_due_at > amc_history.clock_now();
  return marked;
end;
$$;
comment on function amc_history.after_restore() is
  $$Has each week looked for in AMC's list before anything is created for it again, those that wait now and those
that become due later: a restored backup does not know what AMC has run since. What was watched when the schedule
last ran is watched on. Called by itself after a gap in the schedule (amc_history.survey_after_gap), and by the
operator. Answers how many weeks it marked.$$;

create function amc_history.survey_after_gap() returns void
language plpgsql set search_path = ''
as $$
declare
  last_run constant timestamptz := (select h.at from amc_history.heartbeats h where h.name = 'dispatch');
begin
  if last_run < amc_history.clock_now() - (amc_history.allowances()).restore_gap then
    perform amc_history.after_restore();
  end if;
  perform amc_history.beat('dispatch');
end;
$$;
comment on function amc_history.survey_after_gap() is
  $$Calls amc_history.after_restore if the schedule did not run for restore_gap (amc_history.allowances): in a restored
backup it last ran when the backup was made. Whatever else stops it costs one listing.$$;
