-- update_week_status: the one way in which a week's status is reported, by the worker and by other systems.
--
-- Its nine rules, in the order in which it asks; the numbers stand beside the code.
--   1  The status is one of the six that there are; else the call raises.
--   2  The week is one of the collection; it is locked. Else: not_found.
--   3  The execution is not one of an attempt that has ended; else the report is late: stale.
--   4  While an attempt lives, only a report with its execution counts; else: rejected, attempt_in_progress.
--   5  The week may change from its status to this one; else: rejected, illegal_transition. A completed week takes
--      failed only from its own restatement, and keeps its result (9).
--   6  A live attempt's week is completed only with a complete load; else: rejected, load_incomplete.
--   7  A report that says nothing new changes nothing: already_applied.
--   8  An execution that the caller brings is stored with the status. If it cannot be the week's, status and data are
--      stored all the same, and an alert opens: applied_untracked.
--   9  Everything else is stored in one statement: applied. A live attempt ends with its week. A restatement that
--      failed ends its attempt alone, and the week keeps what it shows (result_kept).

create function amc_history.is_legal_transition(
  week public.report_data_weeks, live public.week_attempts, status text, data jsonb, execution_id text
) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  return case
    when (week).status = 'pending' then true
    when (week).status = 'running' then is_legal_transition.status <> 'pending'
    -- A restatement gives a completed week its new result, or fails and leaves the week as it was.
    when (week).status = 'completed' and (live).kind = 'restated'
      then is_legal_transition.status in ('completed', 'failed')
    when (week).status <> is_legal_transition.status then false
    -- Final: only what is missing may be added; repeating what is there changes nothing.
    else ((week).data is null or is_legal_transition.data is null or (week).data = is_legal_transition.data)
      and ((week).execution_id is null or is_legal_transition.execution_id is null
        or (week).execution_id = is_legal_transition.execution_id)
  end;
end;
$$;
comment on function
  amc_history.is_legal_transition(public.report_data_weeks, public.week_attempts, text, jsonb, text) is
  $$Whether a week may take this status, data and execution (rule 5): from pending to any status, from running to
any but pending, from a final status only to itself and only to add what is missing.$$;

create function amc_history.write_week(
  week public.report_data_weeks, status text, data jsonb, execution_id text
) returns public.report_data_weeks
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  reported public.report_data_weeks;
begin
  -- Execution and status change in one statement, so that no reader sees one without the other.
  update public.report_data_weeks w set
    status = write_week.status,
    data = coalesce(write_week.data, w.data),
    execution_id = coalesce(write_week.execution_id, w.execution_id),
    error_code = case when write_week.status = 'completed' then null else w.error_code end,
    error_message = case when write_week.status = 'completed' then null else w.error_message end,
    due_at = case when write_week.status = 'pending' then w.due_at end
  where w.id = (week).id
  returning w.* into reported;
  return reported;
end;
$$;
comment on function amc_history.write_week(public.report_data_weeks, text, jsonb, text) is
  $$Stores a week's status and, where they are not null, its data and its execution. Answers the week as it now is.
The caller holds its lock.$$;

create function amc_history.write_week_with_execution(
  week public.report_data_weeks, status text, data jsonb, execution_id text
) returns text
language plpgsql set search_path = ''
as $$
declare
  now_at timestamptz := amc_history.clock_now();
  brought constant text := write_week_with_execution.execution_id;
  untracked text;
begin
  if not amc_history.is_execution_id(brought) then
    untracked := 'malformed_execution_id';
  else
    begin
      insert into public.workflow_executions (id, week_id) values (brought, (week).id) on conflict (id) do nothing;
      if found then
        insert into public.week_attempts
          (week_id, instance_id, number, kind, state, outcome, intended_at, execution_id, ended_at)
        values ((week).id, (week).instance_id,
          1 + coalesce((select max(a.number) from public.week_attempts a where a.week_id = (week).id), 0),
          'external', 'ended', 'external', now_at, brought, now_at);
      elsif exists (select from public.workflow_executions e where e.id = brought and e.week_id <> (week).id) then
        untracked := 'execution_of_another_week';
      end if;
      if untracked is null then
        perform amc_history.write_week(week, write_week_with_execution.status, write_week_with_execution.data,
          brought);
        return null;
      end if;
    exception
      -- Tracking must never stop a collection. Only errors that the value itself caused are caught (classes 22 and
      -- 23): a deadlock, a cancellation or a full disk is raised, and the caller tries again.
      when data_exception or integrity_constraint_violation then
        untracked := 'refused_by_database: ' || sqlstate || ' ' || sqlerrm;
    end;
  end if;
  perform amc_history.write_week(week, write_week_with_execution.status, write_week_with_execution.data, null);
  return untracked;
end;
$$;
comment on function amc_history.write_week_with_execution(public.report_data_weeks, text, jsonb, text) is
  $$Like write_week, with an execution that the caller brings: adds its row, and an attempt of kind external (rule
8). If the execution cannot be the week's, status and data are stored all the same. Answers null, or why it is
untracked: malformed_execution_id, execution_of_another_week, or refused_by_database with the error.$$;

create function amc_history.note_empty_weeks(week public.report_data_weeks) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  workflow public.amc_workflows;
  records constant bigint := (select l.records from public.result_loads l
    where l.execution_id = week.execution_id and l.complete);
  empty bigint;
begin
  -- Locked, so that of weeks that are completed at once the later one counts the earlier.
  select f.* into workflow from public.report_data_collections c
  join public.amc_workflows f on f.instance_id = c.instance_id and f.id = c.workflow_id
    and f.rows_seen_at is null and (f.empty_noted_at is null or records > 0)
  where c.id = week.collection_id and records is not null for no key update of f;
  if not found then
    return;
  end if;
  if records > 0 then
    update public.amc_workflows f set rows_seen_at = amc_history.clock_now()
    where f.instance_id = workflow.instance_id and f.id = workflow.id;
    return;
  end if;
  select count(*) into empty from public.report_data_collections c
  join public.report_data_weeks w on w.collection_id = c.id and w.status = 'completed'
  join public.result_loads l on l.execution_id = w.execution_id and l.complete
  where c.instance_id = workflow.instance_id and c.workflow_id = workflow.id;
  if empty >= allowed.empty_weeks then
    update public.amc_workflows f set empty_noted_at = amc_history.clock_now()
    where f.instance_id = workflow.instance_id and f.id = workflow.id;
    perform amc_history.record_event('all_weeks_empty', null, week, week.execution_id, jsonb_build_object(
      'workflow_id', workflow.id, 'weeks', empty, 'message', format('All %s weeks of workflow %s that are completed '
      'came back without a row. Likely causes: a filter or a parameter value that matches nothing, an instance that '
      'has no such data, or a semicolon in the query, of which AMC then ran a part. Run the query in AMC''s console '
      'for one of the weeks.', empty, workflow.id)));
  end if;
end;
$$;
comment on function amc_history.note_empty_weeks(public.report_data_weeks) is
  $$Notes, once for a workflow version, that so many of its weeks are completed as the allowance empty_weeks says, and
that none of them ever had a row: in an event, all_weeks_empty. week: one that was just completed. Empty weeks are a
result as others are; all of them empty is rather a query that cannot find anything.$$;

create function amc_history.finish_week(
  week public.report_data_weeks, live public.week_attempts, status text
) returns void
language plpgsql set search_path = ''
as $$
declare
  execution public.workflow_executions;
begin
  select * into execution from public.workflow_executions e where e.id = (live).execution_id;
  perform amc_history.end_attempt((live).id, case
    when finish_week.status = 'completed' then 'collected'
    when execution.status = 'REJECTED' then 'rejected'
    when execution.status = 'CANCELLED' then 'cancelled_outside'
    when finish_week.status = 'cancelled' then 'cancelled'
    else 'failed'
  end);
  if finish_week.status = 'completed' then
    perform amc_history.note_empty_weeks(week);
  elsif finish_week.status = 'failed' then
    update public.report_data_weeks w set
      error_code = case execution.status
        when 'REJECTED' then 'amc_rejected' when 'CANCELLED' then 'cancelled_outside' else 'amc_failed' end,
      error_message = coalesce(execution.status_reason, 'AMC gave no reason. Its status is '
        || coalesce(execution.status, 'not known') || '.')
    where w.id = (week).id;
  end if;
end;
$$;
comment on function amc_history.finish_week(public.report_data_weeks, public.week_attempts, text) is
  'Ends the live attempt of a week whose final status was reported; if it failed, stores AMC''s reason with the week.';

create function amc_history.apply_report(
  week public.report_data_weeks, live public.week_attempts, status text, data jsonb, execution_id text
) returns public.tracking_report
language plpgsql set search_path = ''
as $$
declare
  untracked text;
begin
  -- 9, a restatement that failed
  if week.status = 'completed' and apply_report.status = 'failed' then
    perform amc_history.finish_week(week, live, 'failed');
    perform amc_history.record_event('restatement_failed', live, week, apply_report.execution_id);
    return row('applied', 'result_kept', week.status, week.execution_id)::public.tracking_report;
  end if;
  if live.id is null and apply_report.execution_id is not null
      and apply_report.execution_id is distinct from week.execution_id then
    -- 8
    untracked := amc_history.write_week_with_execution(week, apply_report.status, apply_report.data,
      apply_report.execution_id);
    select * into week from public.report_data_weeks w where w.id = week.id;
  else
    -- 9
    week := amc_history.write_week(week, apply_report.status, apply_report.data, apply_report.execution_id);
  end if;
  if live.id is not null and apply_report.status <> 'running' then
    perform amc_history.finish_week(week, live, apply_report.status);
  end if;
  perform amc_history.record_event('week_' || apply_report.status, live, week, apply_report.execution_id,
    jsonb_strip_nulls(jsonb_build_object('untracked', untracked)));
  if untracked is not null then
    perform amc_history.raise_alert('execution_untracked', format('Week %s was reported with status %s, which is '
      'stored, and with an execution id that could not be: %s. Find the execution in AMC''s list and report its id.',
      week.id, week.status, untracked), week.instance_id, week.id,
      jsonb_build_object('execution_id', left(apply_report.execution_id, 200)));
    return row('applied_untracked', untracked, week.status, week.execution_id)::public.tracking_report;
  end if;
  return row('applied', null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function amc_history.apply_report(public.report_data_weeks, public.week_attempts, text, jsonb, text) is
  $$Stores a report that passed rules 1 to 7 of update_week_status, and what follows from it. Answers applied or
applied_untracked.$$;

create function public.update_week_status(
  collection_id uuid, week_id uuid, status text, data jsonb default null, execution_id text default null
) returns public.tracking_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  valid constant text[] := array['pending', 'running', 'completed', 'failed', 'skipped', 'cancelled'];
  week public.report_data_weeks;
  live public.week_attempts;
  new_data jsonb := nullif(update_week_status.data, 'null'::jsonb);
  new_id text := update_week_status.execution_id;
begin
  -- 1
  if update_week_status.status is null or update_week_status.status <> all (valid) then
    raise exception 'Unknown week status %: expected one of %.',
      coalesce(quote_literal(update_week_status.status), 'null'), array_to_string(valid, ', ')
      using errcode = '22023', detail = 'unknown_status';
  end if;
  -- 2
  select * into week from public.report_data_weeks w
    where w.id = update_week_status.week_id and w.collection_id = update_week_status.collection_id
    for no key update;
  if not found then
    return row('not_found', 'no_such_week_in_collection', null, null)::public.tracking_report;
  end if;
  -- 3. The attempt of an execution that a caller brought has ended from the start; while the week still names that
  -- execution, its caller is not late.
  if exists (select from public.week_attempts a
      where a.week_id = week.id and a.execution_id = new_id and not a.is_live
        and not (a.kind = 'external' and new_id = week.execution_id)) then
    perform amc_history.record_event('stale_report', null, week, new_id,
      jsonb_build_object('status', update_week_status.status));
    return row('stale', 'attempt_ended', week.status, week.execution_id)::public.tracking_report;
  end if;
  -- 4
  select * into live from public.week_attempts a where a.week_id = week.id and a.is_live;
  if found and (new_id is null or new_id is distinct from live.execution_id) then
    return row('rejected', 'attempt_in_progress', week.status, week.execution_id)::public.tracking_report;
  end if;
  -- 5
  if not amc_history.is_legal_transition(week, live, update_week_status.status, new_data, new_id) then
    return row('rejected', 'illegal_transition', week.status, week.execution_id)::public.tracking_report;
  end if;
  -- 6
  if live.id is not null and update_week_status.status = 'completed' and not exists (
      select from public.result_loads l where l.execution_id = new_id and l.complete) then
    return row('rejected', 'load_incomplete', week.status, week.execution_id)::public.tracking_report;
  end if;
  -- 7
  if week.status = update_week_status.status and live.kind is distinct from 'restated'
      and (new_data is null or new_data is not distinct from week.data)
      and (new_id is null or new_id is not distinct from week.execution_id) then
    return row('already_applied', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  -- 8 and 9
  return amc_history.apply_report(week, live, update_week_status.status, new_data, new_id);
end;
$$;
comment on function public.update_week_status(uuid, uuid, text, jsonb, text) is
  $$Reports a week's status, and with it, if given, its data and the AMC execution that produced it.

collection_id, week_id: the week. status: pending, running, completed, failed, skipped or cancelled.
data: summary of the result; null and 'null' leave the stored one. execution_id: AMC's workflowExecutionId;
null leaves the stored one. Answers {outcome, reason, status, execution_id}:
applied; already_applied (nothing new); applied_untracked (status and data are in, the id was not stored:
reason says why, an alert is open); stale (the id belongs to an attempt that has ended; nothing changed);
rejected (attempt_in_progress, illegal_transition or load_incomplete; nothing changed); not_found.
An unknown status raises 22023. Its nine rules stand at the head of its migration. For service_role. One transaction;
locks the week.$$;
