-- What came of id backfills, and how a person chooses where several executions fit a week.

create function amc_history.choose_execution(week_id uuid, execution_id text) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  week constant public.report_data_weeks := amc_history.lock_controlled_week(choose_execution.week_id);
  candidate public.id_backfill_candidates;
  outcome text;
begin
  if week.execution_id = choose_execution.execution_id then
    return row('already_applied', null, 0)::public.control_report;
  elsif week.execution_id is not null then
    return row('rejected', 'week_has_an_execution', 0)::public.control_report;
  end if;
  select k.* into candidate from public.id_backfill_candidates k
  join public.id_backfills b on b.id = k.backfill_id
  join public.id_backfill_weeks w on w.backfill_id = k.backfill_id and w.week_id = k.week_id
    and w.outcome = any ('{ambiguous,not_provable,not_needed}')
  where k.week_id = week.id and k.execution_id = choose_execution.execution_id
    and k.details -> 'is_readable' is distinct from 'false'
  order by b.created_at desc limit 1;
  if not found then
    return row('rejected', 'not_a_candidate', 0)::public.control_report;
  end if;
  outcome := amc_history.restore_execution_id(week.id, candidate.execution_id, candidate.details,
    amc_history.actor(), 'chosen');
  if outcome <> 'restored' then
    return row('rejected', case outcome when 'not_needed' then 'week_is_open' else 'execution_of_another_week' end,
      0)::public.control_report;
  end if;
  update public.id_backfill_weeks w set outcome = 'matched', reason = 'chosen', decided_at = amc_history.clock_now()
  where w.backfill_id = candidate.backfill_id and w.week_id = week.id;
  return row('applied', null, 1)::public.control_report;
end;
$$;
comment on function amc_history.choose_execution(uuid, text) is
  'See public.choose_execution. Definer: users may not write weeks and executions.';

create function public.choose_execution(week_id uuid, execution_id text) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.choose_execution(choose_execution.week_id, choose_execution.execution_id); $$;
comment on function public.choose_execution(uuid, text) is
  $$Gives a week without an execution id one of the executions that backfill_execution_ids found for it and did not
choose between (id_backfill_candidates). Answers {outcome, reason, weeks}: applied, already_applied, or rejected with
week_has_an_execution, not_a_candidate, week_is_open (it was opened again) or execution_of_another_week. Refuses with
week_not_found, role_too_low. For analysts and admins.$$;

create function amc_history.cancel_id_backfill(backfill_id uuid) returns public.control_report
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  backfill public.id_backfills;
  now_at constant timestamptz := amc_history.clock_now();
  left_out integer;
begin
  select b.* into backfill from public.id_backfills b
  where b.id = cancel_id_backfill.backfill_id and amc_history.role_on(b.instance_id) is not null;
  if not found then
    perform amc_history.refuse('search_not_found', format('No search %s that you may cancel.',
      coalesce(cancel_id_backfill.backfill_id::text, 'without an id')),
      'id_backfill_states has the searches.', 'PT404');
  end if;
  perform amc_history.lock_searched_instance(null, backfill.instance_id);
  update public.id_backfills b set list_ended_at = coalesce(b.list_ended_at, now_at), ended_at = now_at,
    leased_until = null, fence = b.fence + 1
  where b.id = backfill.id and b.ended_at is null;
  if not found then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.id_backfill_weeks w set outcome = 'not_searched', reason = 'cancelled', decided_at = now_at
  where w.backfill_id = backfill.id and w.is_wanted and w.outcome = 'searching';
  get diagnostics left_out = row_count;
  perform amc_history.end_stoppage('id_backfill', backfill.id::text);
  perform amc_history.record_action('id_backfill_cancelled', backfill.instance_id, backfill.collection_id,
    detail => jsonb_build_object('backfill_id', backfill.id, 'weeks', left_out));
  return row('applied', null, left_out)::public.control_report;
end;
$$;
comment on function amc_history.cancel_id_backfill(uuid) is
  'See public.cancel_id_backfill. Definer: users may not write searches.';

create function public.cancel_id_backfill(backfill_id uuid) returns public.control_report
language sql set search_path = ''
as $$ select amc_history.cancel_id_backfill(cancel_id_backfill.backfill_id); $$;
comment on function public.cancel_id_backfill(uuid) is
  $$Ends a search for lost execution ids, so that another one can begin. What it has found stays. Answers {outcome,
reason, weeks}: applied (weeks: how many were not searched any more) or already_applied. Refuses with
search_not_found, role_too_low. For analysts and admins.$$;

create view public.id_backfill_states with (security_invoker = true) as
select b.id as backfill_id, b.instance_id, b.collection_id, b.since, b.actor, b.created_at, b.ended_at,
  b.list_from, b.read_to, b.is_read, b.calls, b.most_calls,
  round(case when b.ended_at is not null then 1
    else least(0.999, coalesce(extract(epoch from b.created_at - b.read_to)
      / nullif(extract(epoch from b.created_at - b.list_from), 0), 0)) end, 3) as progress,
  w.weeks, w.searching, w.matched, w.ambiguous, w.not_provable, w.not_listed, w.not_needed, w.not_searched
from public.id_backfills b
cross join lateral (
  select count(*)::integer as weeks,
    (count(*) filter (where o.outcome = 'searching'))::integer as searching,
    (count(*) filter (where o.outcome = 'matched'))::integer as matched,
    (count(*) filter (where o.outcome = 'ambiguous'))::integer as ambiguous,
    (count(*) filter (where o.outcome = 'not_provable'))::integer as not_provable,
    (count(*) filter (where o.outcome = 'not_listed'))::integer as not_listed,
    (count(*) filter (where o.outcome = 'not_needed'))::integer as not_needed,
    (count(*) filter (where o.outcome = 'not_searched'))::integer as not_searched
  from public.id_backfill_weeks o where o.backfill_id = b.id and o.is_wanted
) w;
comment on view public.id_backfill_states is
  $$Searches for lost execution ids: how far AMC's list is read (progress, 0 to 1, of the time that is searched; calls
of most_calls), and how many of their weeks came to which outcome (id_backfill_weeks.outcome).$$;
