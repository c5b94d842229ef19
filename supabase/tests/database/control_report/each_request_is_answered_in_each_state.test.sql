-- Each request to control a week has a defined answer and effect in every state of the week.
begin;
\ir ../../_shared/collection.psql
select plan(156);

select pg_temp.start_collection(weeks => 1);
-- The week and its attempts in one line.
create function pg_temp.describe() returns text language sql as $$
  select concat_ws(' ', w.status, case when w.due_at = 'infinity' then 'held' when w.due_at is not null then 'due' end)
    || coalesce((select '; ' || string_agg(concat_ws(' ', coalesce(a.outcome, a.state),
        case when a.confirmed_execution_id is not null then 'confirmed' end,
        case when a.cancel_requested_at is not null then 'cancel' end), ', ' order by a.number)
      from week_attempts a where a.week_id = w.id and a.kind <> 'external'), '')
  from report_data_weeks w where w.id = pg_temp.week(1);
$$;

create function pg_temp.arrange(state text) returns void language plpgsql as $$
begin
  if state like 'paused%' then
    perform pause_collection(pg_temp.collection());
  elsif state = 'cancelled' then
    perform cancel_collection(pg_temp.collection());
  elsif state = 'skipped' then
    update report_data_weeks set status = 'skipped', due_at = null where id = pg_temp.week(1);
  elsif state like 'completed%' then
    perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{}', 'exec-before');
    if state <> 'completed' then
      perform restate_week(pg_temp.week(1));
    end if;
    if state = 'completed, being restated' then
      perform claim_due_weeks(1);
    end if;
  elsif state <> 'pending' then
    perform claim_due_weeks(1);
    if state like '%unknown%' then
      perform report_create(pg_temp.attempt(1), 'unknown');
    elsif state like '%created%' then
      perform record_execution(pg_temp.attempt(1), 'exec-1', '{"status": "RUNNING"}');
    elsif state = 'failed' then
      perform report_create(pg_temp.attempt(1), 'refused', 400, 'No');
    end if;
    if state like 'failed,%' then
      update report_data_weeks set status = 'failed' where id = pg_temp.week(1);
    elsif state like 'cancelled,%' then
      perform cancel_collection(pg_temp.collection());
    elsif state = 'created, paused' then
      perform pause_collection(pg_temp.collection());
    end if;
    if state like '%, over' then
      -- The create can no longer be under way, and AMC's list would show its execution.
      perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
    end if;
  end if;
  set constraints all immediate;
end;
$$;
create function pg_temp.ask(request text) returns text language plpgsql as $$
declare
  report control_report;
  code text;
begin
  report := case request
    when 'pause' then pause_collection(pg_temp.collection())
    when 'resume' then resume_collection(pg_temp.collection())
    when 'cancel' then cancel_collection(pg_temp.collection())
    when 'retry' then retry_week(pg_temp.week(1))
    when 'retry all' then retry_failed_weeks(pg_temp.collection())
    when 'restate' then restate_week(pg_temp.week(1))
    when 'it is exec-1' then confirm_execution(pg_temp.attempt(1), 'exec-1')
    when 'it is exec-2' then confirm_execution(pg_temp.attempt(1), 'exec-2')
    when 'there is none' then confirm_no_execution(pg_temp.attempt(1))
  end;
  return concat_ws(' ', report.outcome, report.weeks) || coalesce(': ' || report.reason, '');
exception
  when others then
    get stacked diagnostics code = pg_exception_detail;
    return concat_ws(' ', sqlstate, code);
end;
$$;
-- Brings the week into a state, makes the request, and returns the answer, with the week if it changed. A second
-- request is reported only if it is anything but no change.
create function pg_temp.play(state text, request text) returns text language plpgsql as $$
declare
  before text;
  first text;
  again text;
begin
  begin
    perform pg_temp.arrange(state);
    before := pg_temp.describe();
    first := pg_temp.ask(request);
    set constraints all immediate;
    if pg_temp.describe() <> before then
      before := pg_temp.describe();
      first := concat_ws(' -> ', first, before);
    end if;
    again := pg_temp.ask(request);
    if pg_temp.describe() <> before
      or again <> (case when first like 'applied%' then 'already_applied 0' else first end) then
      first := concat_ws('; again: ', first, again, pg_temp.describe());
    end if;
    raise exception 'All of it is rolled back.' using errcode = 'PT999';
  exception
    when sqlstate 'PT999' then
      return first;
  end;
end;
$$;

-- A state with "over": the allowances of its create are over. With "failed" or "cancelled" before it: a person ended
-- the week while its attempt was in the state that follows.
select is(pg_temp.play(state, request), expected, format('%s: %s', state, request))
from (values
  ('pause', 'applied 1 -> pending held', array['pending']),
  ('pause', 'already_applied 0', array['paused', 'created, paused']),
  ('pause', 'applied 0', array[
    'intended', 'intended, over', 'unknown', 'unknown, over', 'created', 'completed',
    'completed, being restated', 'failed', 'failed, unknown', 'failed, unknown, over', 'failed, created',
    'skipped']),
  ('pause', 'applied 1 -> completed held', array['completed, to be restated']),
  ('pause', 'rejected 0: collection_is_cancelled', array[
    'cancelled', 'cancelled, unknown, over', 'cancelled, created']),
  ('resume', 'already_applied 0', array[
    'pending', 'intended', 'intended, over', 'unknown', 'unknown, over', 'created', 'completed',
    'completed, to be restated', 'completed, being restated', 'failed', 'failed, unknown',
    'failed, unknown, over', 'failed, created', 'skipped']),
  ('resume', 'applied 1 -> pending due', array['paused']),
  ('resume', 'applied 0', array['created, paused']),
  ('resume', 'rejected 0: collection_is_cancelled', array[
    'cancelled', 'cancelled, unknown, over', 'cancelled, created']),
  ('cancel', 'applied 1 -> cancelled', array['pending', 'paused']),
  ('cancel', 'applied 1 -> cancelled; intended cancel', array['intended', 'intended, over']),
  ('cancel', 'applied 1 -> cancelled; unknown cancel', array['unknown', 'unknown, over']),
  ('cancel', 'applied 1 -> cancelled; created cancel', array['created', 'created, paused']),
  ('cancel', 'applied 0', array[
    'completed', 'failed', 'failed, unknown', 'failed, unknown, over', 'failed, created', 'skipped']),
  ('cancel', 'applied 0 -> completed', array['completed, to be restated']),
  ('cancel', 'applied 0 -> completed; intended cancel', array['completed, being restated']),
  ('cancel', 'already_applied 0', array['cancelled', 'cancelled, unknown, over', 'cancelled, created']),
  ('retry', 'already_applied 0', array[
    'pending', 'paused', 'intended', 'intended, over', 'unknown', 'unknown, over', 'created',
    'created, paused']),
  ('retry', 'rejected 0: week_is_completed', array[
    'completed', 'completed, to be restated', 'completed, being restated']),
  ('retry', 'applied 1 -> pending due; refused', array['failed']),
  ('retry', 'rejected 0: unsettled until 2025-03-03T12:13:40Z', array['failed, unknown']),
  ('retry', 'rejected 0: outcome_unknown', array['failed, unknown, over']),
  ('retry', 'rejected 0: execution_in_progress', array['failed, created']),
  ('retry', 'applied 1 -> pending due', array['skipped']),
  ('retry', 'rejected 0: collection_is_cancelled', array[
    'cancelled', 'cancelled, unknown, over', 'cancelled, created']),
  ('retry all', 'already_applied 0', array[
    'pending', 'paused', 'intended', 'intended, over', 'unknown', 'unknown, over', 'created', 'created, paused',
    'completed', 'completed, to be restated', 'completed, being restated', 'skipped']),
  ('retry all', 'applied 1 -> pending due; refused', array['failed']),
  ('retry all', 'rejected 0: unsettled until 2025-03-03T12:13:40Z', array['failed, unknown']),
  ('retry all', 'rejected 0: outcome_unknown', array['failed, unknown, over']),
  ('retry all', 'rejected 0: execution_in_progress', array['failed, created']),
  ('retry all', 'rejected 0: collection_is_cancelled', array[
    'cancelled', 'cancelled, unknown, over', 'cancelled, created']),
  ('restate', 'rejected 0: week_is_not_completed', array[
    'pending', 'paused', 'intended', 'intended, over', 'unknown', 'unknown, over', 'created', 'created, paused',
    'failed', 'failed, unknown', 'failed, unknown, over', 'failed, created', 'skipped']),
  ('restate', 'applied 1 -> completed due', array['completed']),
  ('restate', 'already_applied 0', array['completed, to be restated', 'completed, being restated']),
  ('restate', 'rejected 0: collection_is_cancelled', array[
    'cancelled', 'cancelled, unknown, over', 'cancelled, created']),
  ('it is exec-1', 'PT404 attempt_not_found', array['pending', 'paused', 'skipped', 'cancelled']),
  ('it is exec-1', 'rejected 0: unsettled until 2025-03-03T12:13:40Z', array[
    'intended', 'unknown', 'completed, being restated', 'failed, unknown']),
  ('it is exec-1', 'applied 1 -> running; unknown confirmed', array['intended, over', 'unknown, over']),
  ('it is exec-1', 'already_applied 0', array['created', 'created, paused', 'failed, created', 'cancelled, created']),
  ('it is exec-1', 'rejected 0: attempt_ended', array['completed', 'completed, to be restated', 'failed']),
  ('it is exec-1', 'applied 1 -> failed; unknown confirmed cancel', array['failed, unknown, over']),
  ('it is exec-1', 'applied 1 -> cancelled; unknown confirmed cancel', array['cancelled, unknown, over']),
  ('it is exec-2', 'rejected 0: attempt_has_another_execution', array[
    'created', 'created, paused', 'failed, created', 'cancelled, created']),
  ('there is none', 'PT404 attempt_not_found', array['pending', 'paused', 'skipped', 'cancelled']),
  ('there is none', 'rejected 0: unsettled until 2025-03-03T12:13:40Z', array[
    'intended', 'unknown', 'completed, being restated', 'failed, unknown']),
  ('there is none', 'applied 1 -> running due; abandoned', array['intended, over', 'unknown, over']),
  ('there is none', 'rejected 0: execution_is_known', array[
    'created', 'created, paused', 'failed, created', 'cancelled, created']),
  ('there is none', 'rejected 0: attempt_ended', array['completed', 'completed, to be restated', 'failed']),
  ('there is none', 'applied 1 -> failed; abandoned cancel', array['failed, unknown, over']),
  ('there is none', 'applied 1 -> cancelled; abandoned cancel', array['cancelled, unknown, over'])
) as t(request, expected, states), unnest(states) state;

select * from finish();
rollback;
