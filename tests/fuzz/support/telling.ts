/** Whether people are told of what lasts, once each, and of nothing that is over. */
import type { VirtualAmc } from "./virtual_amc.ts";
import type { World } from "./world.ts";

/** Alerts that stay until a person acts or closes them, or another create echoes what was sent. */
const LEFT_TO_PERSON = [
  "reconnect_needed",
  "unknown_outcome",
  "execution_not_confirmed",
  "matcher_failed",
  "duplicate_execution",
  "late_execution",
  "let_go_execution_ended",
  "execution_refused",
  "execution_untracked",
  "types_not_applied",
  "result_gone",
];
/** Of them those that tell of something else than why an instance or a week stands still. */
const BESIDE = LEFT_TO_PERSON.slice(3);

/** Has the database look, as its job does each minute. Answers what is told wrongly then. */
export const LOOK = `
  create function pg_temp.look() returns text[] language plpgsql security definer as $$
  declare
    now_at constant timestamptz := amc_history.clock_now();
  begin
    perform amc_history.watch();
    return array(
      select format('told by %s alerts: %s %s since %s: %s', count(t.id), s.kind, s.subject, s.since, s.words)
      from public.stoppages s join amc_history.stoppage_kinds k on k.kind = s.kind
      left join public.tracking_alerts t on t.resolved_at is null and t.code = k.alert_code
        and t.instance_id is not distinct from s.instance_id
        and t.subject = amc_history.stoppage_alert_subject(s)
      where s.ended_at is null
      group by s.id, k.kind
      having count(t.id) > 1 or count(t.id) = 0
        and (s.since + k.tell_after <= now_at or coalesce(s.retry_at = 'infinity', true))
        and not amc_history.is_told_of_instance(s)
      union all
      select format('watching fails: %s %s', s.subject, s.words) from public.stoppages s
      where s.ended_at is null and s.subject like 'amc-history-watch/%'
      union all
      select format('told of what is over, or without words: %s %s', t.code, t.message)
      from public.tracking_alerts t
      where t.resolved_at is null and (btrim(t.message) = '' or btrim(t.next_step) = ''
        or t.code = 'held_up' and not exists (select from public.stoppages s where s.ended_at is null
          and t.subject = amc_history.stoppage_alert_subject(s)))
      union all
      select format('one cause is told twice: %s', string_agg(concat_ws(' ', t.code, t.subject, t.message), ' | '))
      from public.tracking_alerts t
      where t.resolved_at is null and t.code <> all ('{${BESIDE}}')
      group by coalesce(t.week_id::text, t.detail ->> 'subject', t.instance_id)
      having count(*) > 1);
  end;
  $$`;

/** Has the database look. @returns what is told wrongly */
export async function look(world: World): Promise<string[]> {
  const [{ wrong }] = await world.sql`select pg_temp.look() as wrong`;
  return wrong;
}

/** Whether all that is held up is told, or ended, and nothing will be told only later. */
export async function isTold(world: World): Promise<boolean> {
  const [{ untold }] = await world.sql`
    select exists (select from public.stoppages s where s.ended_at is null and not amc_history.is_told_of_instance(s)
      and not exists (select from public.tracking_alerts t where t.resolved_at is null
        and t.subject = amc_history.stoppage_alert_subject(s))) as untold`;
  return !untold;
}

/** The weeks that are not done and of which nothing says to a person why. */
export async function unexplained(
  world: World,
  amc: VirtualAmc,
): Promise<string[]> {
  amc.state.settleAll();
  const running = [...amc.state.executions.values()]
    .filter(({ endedAt }) => endedAt === null)
    .map(({ executionId }) => executionId);
  const rows = await world.sql`
    select w.id, w.status, w.due_at, w.week_start_date, c.workflow_id,
      (select string_agg(concat_ws(' ', a.state, a.outcome, a.due_at), ', ' order by a.number)
        from public.week_attempts a where a.week_id = w.id) as attempts
    from public.report_data_weeks w
    join public.report_data_collections c on c.id = w.collection_id
    join public.amc_instances i on i.id = c.instance_id
    where case w.status
      when 'completed' then false
      when 'skipped' then false
      when 'cancelled' then c.cancelled_at is null
      when 'failed' then coalesce(btrim(w.error_message), '') = ''
      else c.paused_at is null
        -- AMC still runs it, and says so.
        and not exists (select from public.workflow_executions e where e.week_id = w.id and e.id = any(${running})
          and e.id = w.execution_id)
        and not coalesce(i.paused_until > amc_history.clock_now(), false)
        and not exists (select from public.stoppages s
          where s.ended_at is null and btrim(s.words) <> '' and s.kind not in ('list_entry', 'job')
            and s.instance_id = i.id and coalesce(s.collection_id, c.id) = c.id
            and coalesce(s.week_id, w.id) = w.id)
        and not exists (select from public.tracking_alerts t
          where t.resolved_at is null and t.instance_id = i.id and coalesce(t.week_id, w.id) = w.id)
      end`;
  return rows.map((row) => JSON.stringify(row));
}

/** What is still held up, told or open, though a success should have ended it: all but what waits for a person. */
export async function staying(
  world: World,
  amc: VirtualAmc,
): Promise<string[]> {
  // AMC has no others: a person lets go of them.
  const known = [...amc.state.executions.keys()];
  const rows = await world.sql`
    select concat_ws(' ', s.kind, s.subject, s.since, s.retry_at, s.words) as what from public.stoppages s
    where s.ended_at is null and s.retry_at < 'infinity'
      and not (s.kind in ('execution', 'cancel') and s.subject <> all (${known}))
    union all
    select concat_ws(' ', t.code, t.message) from public.tracking_alerts t
    left join public.report_data_weeks w on w.id = t.week_id
    where t.resolved_at is null and t.code <> all (${LEFT_TO_PERSON}) and t.code <> 'held_up'
      and not (t.code in ('execution_overdue', 'unknown_status') and w.execution_id <> all (${known}))
    union all
    select concat_ws(' ', w.status, 'week', w.id, w.week_start_date, w.due_at) from public.report_data_weeks w
    join public.report_data_collections c on c.id = w.collection_id
    where w.status in ('pending', 'running') and c.paused_at is null
      and coalesce(w.execution_id = any (${known}), true)
      and not exists (select from public.stoppages s where s.ended_at is null and coalesce(s.retry_at = 'infinity', true)
        and s.instance_id = w.instance_id and coalesce(s.collection_id, c.id) = c.id and coalesce(s.week_id, w.id) = w.id)
      and not exists (select from public.tracking_alerts t where t.resolved_at is null
        and t.code = any (${LEFT_TO_PERSON.slice(0, 3)})
        and t.instance_id = w.instance_id and coalesce(t.week_id, w.id) = w.id)`;
  return rows.map(({ what }) => what);
}
