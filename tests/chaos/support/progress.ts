import type { ChaosWorld } from "./world.ts";

/** The longest time in which no week ends and no attempt begins or ends: the longest wait of the database is 15 s. */
const STALLED_AFTER_MS = 90_000;

/**
 * Waits until so many weeks are completed, however often the database is away meanwhile.
 *
 * @param weeks all of them by default
 * @throws when nothing moves for a minute and a half, with what is open then
 */
export async function completed(
  world: ChaosWorld,
  weeks = world.weeks,
): Promise<void> {
  let movedAt = performance.now();
  let last = "";
  // Each look is one query; what moves is bounded by the weeks, and what does not by the time.
  while (performance.now() - movedAt < STALLED_AFTER_MS) {
    const now = await look(world).catch(() => null);
    if (now !== null) {
      if (now.completed >= weeks) return;
      if (now.failed > 0) break;
      const state = JSON.stringify(now);
      if (state !== last) movedAt = performance.now();
      last = state;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(
    `Expected ${weeks} completed weeks, got ${last}: ${await describe(world)}`,
  );
}

async function look({ sql }: ChaosWorld) {
  const [now] = await sql`
    select count(*) filter (where w.status = 'completed')::integer as completed,
      count(*) filter (where w.status not in ('pending', 'running', 'completed'))::integer as failed,
      (select count(*)::integer from public.week_attempts) as attempts,
      (select count(*)::integer from public.week_attempts where state = 'ended') as ended
    from public.report_data_weeks w`;
  return now;
}

async function describe({ sql, lines }: ChaosWorld): Promise<string> {
  const open = await sql`
    select w.instance_id, w.week_start_date::text as week, w.status, w.due_at, w.error_code, w.error_message,
      a.state, a.outcome, a.settle_after, a.leased_until, a.execution_id, e.status as amc_status
    from public.report_data_weeks w
    left join lateral (select * from public.week_attempts a where a.week_id = w.id
      order by a.number desc limit 1) a on true
    left join public.workflow_executions e on e.id = a.execution_id
    where w.status <> 'completed' order by 1, 2 limit 10`.catch(String);
  return `${JSON.stringify(open, null, 1)}\n${lines.slice(-20).join("\n")}`;
}
