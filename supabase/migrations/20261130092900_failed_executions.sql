-- Executions that ended at AMC without a result: their weeks are tried again, or fail.

create function public.finished_attempts(max_attempts integer default 20)
returns table (
  attempt_id uuid, week_id uuid, collection_id uuid, instance_id text, execution_id text, execution_status text,
  status_reason text
)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  select a.id, w.id, w.collection_id, w.instance_id, e.id, e.status, e.status_reason
  from public.week_attempts a
  join public.workflow_executions e on e.id = a.execution_id
  join public.report_data_weeks w on w.id = a.week_id
  where a.is_live and a.cancel_requested_at is null and e.has_ended and e.status <> 'SUCCEEDED'
    and not amc_history.is_held_up('week', w.id::text)
  order by a.intended_at
  limit finished_attempts.max_attempts;
end;
$$;
comment on function public.finished_attempts(integer) is
  $$Live attempts whose execution ended at AMC without a result, at most max_attempts: the caller reports each with
update_week_status. Those whose week is set aside (stoppage week) wait for their next try. For service_role.$$;

create function public.retry_failed_execution(attempt_id uuid) returns public.tracking_report
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  attempt public.week_attempts;
  week public.report_data_weeks;
  execution public.workflow_executions;
  allowances constant amc_history.allowances := amc_history.allowances();
  allowed integer;
begin
  select w.* into week from public.report_data_weeks w join public.week_attempts a on a.week_id = w.id
    where a.id = retry_failed_execution.attempt_id for no key update of w;
  if not found then
    return row('not_found', 'no_such_attempt', null, null)::public.tracking_report;
  end if;
  select * into attempt from public.week_attempts a where a.id = retry_failed_execution.attempt_id for update;
  if not attempt.is_live then
    return row('stale', 'attempt_ended', week.status, week.execution_id)::public.tracking_report;
  end if;
  select * into execution from public.workflow_executions e where e.id = attempt.execution_id;
  if execution.status = 'CANCELLED' and execution.cancel_tried_at is not null then
    -- AMC was asked to cancel it before the week was reopened: that is no failure.
    perform amc_history.end_attempt(attempt.id, 'cancelled');
    perform amc_history.reschedule_week(week, amc_history.next_due_at(week.collection_id));
    perform amc_history.record_event('cancelled_execution_retried', attempt, week, attempt.execution_id);
    return row('applied', null, week.status, week.execution_id)::public.tracking_report;
  end if;
  select c.failed_retries into allowed from public.report_data_collections c where c.id = week.collection_id;
  if week.status not in ('running', 'completed') or week.error_count >= allowed
      or execution.status is distinct from 'FAILED' then
    return row('rejected', 'no_retry_left', week.status, week.execution_id)::public.tracking_report;
  end if;
  perform amc_history.end_attempt(attempt.id, 'failed');
  update public.report_data_weeks w set error_count = w.error_count + 1, error_code = 'amc_failed',
    error_message = execution.status_reason
  where w.id = week.id;
  perform amc_history.reschedule_week(week, amc_history.clock_now() + allowances.failed_retry_least
    + random() * least(allowances.failed_retry_longest,
      allowances.failed_retry_base * 2 ^ least(week.error_count, 20)));
  perform amc_history.record_event('failed_execution_retried', attempt, week, attempt.execution_id);
  return row('applied', null, week.status, week.execution_id)::public.tracking_report;
end;
$$;
comment on function public.retry_failed_execution(uuid) is
  $$Ends an attempt whose execution ended at AMC as FAILED and makes its week due again, if its collection's
failed_retries allow one more: counts an error; the pauses grow with the errors. One that ended as CANCELLED, since AMC
was asked to cancel it before its week was reopened, is tried again at once and counts no error. Answers applied,
rejected (no_retry_left: report the week as failed), stale or not_found. For service_role.$$;
