-- Dry runs: what AMC answered to one, and what follows for the version that it checks.

create function amc_history.end_dry_run(
  check_row public.workflow_checks, outcome text, status text, words text, request_id text
) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  subject constant text := amc_history.workflow_subject((check_row).instance_id, (check_row).workflow_id);
  ended public.workflow_checks;
  -- By an execution, meanwhile: then nothing is asked again.
  is_checked constant boolean := exists (select from public.amc_workflows f where f.checked_at is not null
    and f.instance_id = (check_row).instance_id and f.id = (check_row).workflow_id);
begin
  update public.workflow_checks k set state = 'ended', outcome = end_dry_run.outcome,
    ended_at = amc_history.clock_now(), leased_until = null, due_at = null,
    amc_status = coalesce(end_dry_run.status, k.amc_status), words = left(end_dry_run.words, 4000),
    request_id = coalesce(end_dry_run.request_id, k.request_id)
  where k.id = (check_row).id returning * into ended;
  if is_checked or end_dry_run.outcome in ('accepted', 'ignored', 'unsupported') then
    perform amc_history.end_stoppage('workflow_check', subject);
  end if;
  case
    when end_dry_run.outcome = 'accepted' then
      perform amc_history.mark_workflow_checked(ended.instance_id, ended.workflow_id);
    when is_checked then null;
    when end_dry_run.outcome = 'refused' then
      perform amc_history.hold_workflow(ended, 'amc', coalesce(end_dry_run.words, 'AMC gave no reason.'));
    when end_dry_run.outcome in ('lost', 'failed') then
      perform amc_history.record_stoppage('workflow_check', subject, 'dry_run_' || end_dry_run.outcome,
        case end_dry_run.outcome when 'lost' then 'amc_history' else 'amc' end,
        coalesce(end_dry_run.words, 'AMC gave no reason.'), ended.instance_id,
        request_id => ended.request_id);
    else null;
  end case;
end;
$$;
comment on function amc_history.end_dry_run(public.workflow_checks, text, text, text, text) is
  $$Ends a dry run with an outcome, and does what follows: accepted lets the weeks of the version begin; refused holds
it for a person; lost and failed let it be asked again, after pauses that grow. Nothing holds up a version that has been
checked meanwhile. status, words, request_id: AMC's.$$;

create function amc_history.is_overdue(check_row public.workflow_checks) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
begin
  return amc_history.clock_now() >= coalesce((check_row).cancel_requested_at, (check_row).intended_at)
    + case when (check_row).cancel_requested_at is not null or (check_row).amc_status = 'PENDING'
        then allowed.dry_run_queued else allowed.dry_run_runs end;
end;
$$;
comment on function amc_history.is_overdue(public.workflow_checks) is
  $$Whether a dry run takes longer than one does: dry_run_runs; dry_run_queued while AMC has not begun it, and after AMC
was asked to cancel it.$$;

create function amc_history.hold_up_dry_run(check_row public.workflow_checks, status text, words text, request_id text)
returns void
language plpgsql set search_path = ''
as $$
begin
  if amc_history.is_overdue(check_row) then
    perform amc_history.end_dry_run(check_row, 'failed', hold_up_dry_run.status, hold_up_dry_run.words,
      hold_up_dry_run.request_id);
    return;
  end if;
  perform amc_history.record_stoppage('workflow_check',
    amc_history.workflow_subject((check_row).instance_id, (check_row).workflow_id),
    case when (check_row).cancel_requested_at is null then 'dry_run_unseen' else 'dry_run_not_cancelled' end, 'amc',
    coalesce(hold_up_dry_run.words, 'AMC gave no reason.'), (check_row).instance_id,
    request_id => hold_up_dry_run.request_id);
end;
$$;
comment on function amc_history.hold_up_dry_run(public.workflow_checks, text, text, text) is
  $$Sets aside a dry run that AMC does not show, or does not end: AMC is asked about it after pauses that grow, until it
is overdue. Then it is given up (failed), and another is asked for. status, words, request_id: AMC's.$$;

create function amc_history.lose_dry_runs() returns integer
language plpgsql set search_path = ''
as $$
declare
  check_row public.workflow_checks;
  lost integer := 0;
begin
  for check_row in
    select k.* from public.workflow_checks k
    where k.is_live and k.state = 'intended' and k.kind = 'dry_run' and k.leased_until <= amc_history.clock_now()
    for update skip locked
  loop
    perform amc_history.end_dry_run(check_row, 'lost', null, 'No worker reported what AMC answered to the dry run.',
      null);
    lost := lost + 1;
  end loop;
  return lost;
end;
$$;
comment on function amc_history.lose_dry_runs() is
  $$Ends dry runs without a report whose lease is over: whatever became of them, they are asked again. Answers how
many.$$;

create function public.record_dry_run(check_id uuid, execution_id text, request_id text default null) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  check_row public.workflow_checks;
begin
  select * into check_row from public.workflow_checks k where k.id = record_dry_run.check_id for update;
  if not found then
    return 'not_found';
  elsif check_row.execution_id is not distinct from record_dry_run.execution_id then
    return 'already_recorded';
  elsif check_row.execution_id is not null or not amc_history.is_execution_id(record_dry_run.execution_id)
      or exists (select from public.workflow_checks k where k.execution_id = record_dry_run.execution_id)
      or exists (select from public.workflow_executions e where e.id = record_dry_run.execution_id) then
    return 'rejected';
  end if;
  -- One that came late is kept all the same: so it is known as a dry run, and never taken for a week's.
  update public.workflow_checks k set execution_id = record_dry_run.execution_id,
    request_id = coalesce(record_dry_run.request_id, k.request_id),
    state = case k.state when 'intended' then 'created' else k.state end,
    due_at = case k.state when 'intended' then amc_history.clock_now() end
  where k.id = check_row.id;
  return case check_row.state when 'ended' then 'stale' else 'recorded' end;
end;
$$;
comment on function public.record_dry_run(uuid, text, text) is
  $$Stores AMC's id of a dry run, before anything else is asked about it. Answers recorded, already_recorded, stale (the
check has ended; the id is kept), rejected (no id, or one that is taken) or not_found. For service_role.$$;

create function amc_history.record_dry_runs(check_row public.workflow_checks, shown text, message text)
returns void
language plpgsql set search_path = ''
as $$
begin
  update public.amc_instances i set dry_runs = record_dry_runs.shown
  where i.id = (check_row).instance_id and i.dry_runs <> record_dry_runs.shown;
  if found and record_dry_runs.shown <> 'honoured' then
    perform amc_history.record_workflow_event('dry_runs_' || record_dry_runs.shown, check_row,
      jsonb_build_object('message', left(record_dry_runs.message, 500)));
  end if;
end;
$$;
comment on function amc_history.record_dry_runs(public.workflow_checks, text, text) is
  $$Remembers what AMC makes of dry runs on an instance (amc_instances.dry_runs). An event tells of the first that did
not work.$$;

create function amc_history.follow_dry_run(
  check_row public.workflow_checks, status text, request_id text, cancelling boolean
) returns void
language plpgsql set search_path = ''
as $$
declare
  now_at constant timestamptz := amc_history.clock_now();
begin
  if (check_row).execution_id is null then
    -- There is nothing to ask about (record_dry_run: rejected).
    perform amc_history.end_dry_run(check_row, 'failed', follow_dry_run.status,
      'AMC gave the dry run no id of its own.', follow_dry_run.request_id);
    return;
  end if;
  update public.workflow_checks k set amc_status = coalesce(follow_dry_run.status, k.amc_status),
    request_id = coalesce(follow_dry_run.request_id, k.request_id), leased_until = null,
    due_at = now_at + least((amc_history.allowances()).dry_run_poll, (select make_interval(secs => i.poll_seconds)
      from public.amc_instances i where i.id = k.instance_id)),
    cancel_requested_at = coalesce(k.cancel_requested_at, case when follow_dry_run.cancelling then now_at end)
  where k.id = (check_row).id and k.state <> 'ended';
end;
$$;
comment on function amc_history.follow_dry_run(public.workflow_checks, text, text, boolean) is
  $$Lets AMC be asked again about a dry run that has not ended, after dry_run_poll or the instance's poll_seconds; ends
one without an id. cancelling: AMC was asked to cancel it.$$;

create function public.report_workflow_check(
  check_id uuid, verdict text, status text default null, message text default null, request_id text default null,
  honoured boolean default null, cancelling boolean default false
) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  verdicts constant text[] := array['pending', 'accepted', 'refused', 'ignored', 'unsupported', 'not_sent', 'lost',
    'failed', 'held_up', 'workflow_not_visible'];
  check_row public.workflow_checks;
  shown constant text := case when report_workflow_check.verdict = 'unsupported' then 'refused'
    when not report_workflow_check.honoured then 'ignored' when report_workflow_check.honoured then 'honoured' end;
begin
  if report_workflow_check.verdict is null or report_workflow_check.verdict <> all (verdicts) then
    raise exception 'Unknown verdict %: expected one of %.', coalesce(quote_literal(report_workflow_check.verdict),
      'null'), array_to_string(verdicts, ', ') using errcode = '22023', detail = 'unknown_verdict';
  end if;
  -- Instance before all else: the order in which everything locks.
  perform from public.amc_instances i where i.id = (select k.instance_id from public.workflow_checks k
    where k.id = report_workflow_check.check_id) for no key update;
  select * into check_row from public.workflow_checks k where k.id = report_workflow_check.check_id for update;
  if not found then
    return 'not_found';
  elsif check_row.state = 'ended' then
    return 'stale';
  end if;
  if shown is not null then
    perform amc_history.record_dry_runs(check_row, shown, report_workflow_check.message);
  end if;
  if report_workflow_check.verdict = 'held_up' then
    perform amc_history.hold_up_dry_run(check_row, report_workflow_check.status, report_workflow_check.message,
      report_workflow_check.request_id);
  end if;
  if report_workflow_check.verdict in ('pending', 'held_up') then
    perform amc_history.follow_dry_run(check_row, report_workflow_check.status, report_workflow_check.request_id,
      report_workflow_check.cancelling);
    return 'applied';
  end if;
  if report_workflow_check.verdict = 'workflow_not_visible' then
    -- Saved long ago, and AMC does not have it: it is to be saved again.
    update public.amc_workflows f set saved_at = null
    where f.instance_id = check_row.instance_id and f.id = check_row.workflow_id
      and f.saved_at <= amc_history.clock_now() - (amc_history.allowances()).workflow_visible;
  end if;
  perform amc_history.end_dry_run(check_row,
    case report_workflow_check.verdict when 'workflow_not_visible' then 'failed' else report_workflow_check.verdict end,
    report_workflow_check.status, report_workflow_check.message, report_workflow_check.request_id);
  return 'applied';
end;
$$;
comment on function public.report_workflow_check(uuid, text, text, text, text, boolean, boolean) is
  $$Reports what AMC said of a dry run. verdict: pending (it has not ended: asked again after
dry_run_poll, or the instance's poll_seconds), held_up (AMC does not show it, or does not end it: set aside with AMC's
words, and given up once it is overdue), accepted,
refused (AMC does not take the query: it is held, with AMC's words), ignored (AMC ran it, and it was ended),
unsupported (AMC refuses dry runs), not_sent (it never left, or AMC turned it away for now), workflow_not_visible,
lost (no answer), failed (AMC could not tell).

status, message, request_id: AMC's. honoured: whether AMC ran it as a dry run, where its answer shows that; remembered
with the instance. cancelling: AMC is being asked to cancel it. An unknown verdict raises 22023. Answers applied, stale
(it had ended) or not_found. For service_role.$$;
