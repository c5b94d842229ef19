-- Ends: how an attempt ends, and what becomes of its week: due again, held or failed.

create function amc_history.end_attempt(attempt_id uuid, outcome text, watch_until timestamptz default null)
returns void
language plpgsql set search_path = ''
as $$
declare
  attempt public.week_attempts;
begin
  update public.week_attempts a
  set state = 'ended', outcome = end_attempt.outcome, ended_at = amc_history.clock_now(),
    leased_until = null, due_at = null, watch_until = end_attempt.watch_until
  where a.id = end_attempt.attempt_id and a.is_live
  returning a.* into attempt;
  if attempt.execution_id is null and attempt.outcome in ('refused', 'not_visible', 'abandoned')
      and coalesce(attempt.amc_answer ->> 'verdict', '') not in ('throttled', 'unauthorized') then
    update public.report_data_weeks w set failed_creates = w.failed_creates + 1 where w.id = attempt.week_id;
  end if;
end;
$$;
comment on function amc_history.end_attempt(uuid, text, timestamptz) is
  $$Ends a live attempt, which frees its slot and its window. outcome: how. watch_until: until when AMC's list is
still searched for its execution (abandoned), or AMC is asked for it (let_go). A create that brought no execution, and
that AMC did not turn away for the instance's sake (a throttle, a refused token), counts (failed_creates). The caller
holds the week's lock.$$;

create function amc_history.reschedule_week(week public.report_data_weeks, due_at timestamptz) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  tries constant integer := (amc_history.allowances()).create_tries;
begin
  update public.report_data_weeks w
  set due_at = case when w.failed_creates < tries then reschedule_week.due_at else 'infinity' end
  where w.id = (week).id and w.status in ('pending', 'running', 'completed')
    and not exists (select from public.report_data_collections c
      where c.id = w.collection_id and c.cancelled_at is not null)
  returning * into week;
  if found and week.failed_creates >= tries then
    perform amc_history.record_stoppage('week', week.id::text, 'creates_in_vain', 'amc_history', concat_ws(' ',
      format('%s creates in a row brought no execution for the week of %s.', week.failed_creates,
        week.week_start_date),
      'AMC''s last words: ' || (select a.amc_answer ->> 'message' from public.week_attempts a
        where a.week_id = week.id order by a.number desc limit 1),
      'Look into AMC, then call retry_week.'), week.instance_id, week.collection_id, week.id, waits_for_person => true);
  end if;
end;
$$;
comment on function amc_history.reschedule_week(public.report_data_weeks, timestamptz) is
  $$Makes a week due again at due_at, unless the week has failed, was skipped or cancelled, or its collection was
cancelled meanwhile. While the collection is paused, claiming skips it. A week with create_tries failed creates
(amc_history.allowances) is held for a person instead: nothing is asked for ever.$$;

create function amc_history.release_held_week() returns trigger
language plpgsql set search_path = ''
as $$
begin
  perform amc_history.end_stoppage('week', new.id::text);
  return null;
end;
$$;
comment on function amc_history.release_held_week() is 'Ends the stoppage of a week that is held no more.';
create trigger release_held_week after update of due_at on public.report_data_weeks
  for each row when (old.due_at = 'infinity' and new.due_at is distinct from 'infinity')
  execute function amc_history.release_held_week();

create function amc_history.fail_week(week public.report_data_weeks, code text, message text) returns void
language sql set search_path = ''
as $$
  update public.report_data_weeks w set
    status = case w.status when 'completed' then 'completed' else 'failed' end, due_at = null,
    error_code = fail_week.code, error_message = left(fail_week.message, 2000), error_count = w.error_count + 1
  where w.id = (week).id and w.status in ('pending', 'running', 'completed');
$$;
comment on function amc_history.fail_week(public.report_data_weeks, text, text) is
  $$Fails a week that is not finished, and counts an error: code, a stable code; message, the words of whoever refused
it, cut at 2000 characters. A completed week stays completed and keeps its result.$$;
