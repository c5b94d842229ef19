import type postgres from "postgres";
import type { ChaosHarness } from "./harness.ts";

/** No week ends and no attempt begins or ends for so long: the database waits 15 s at most, a slow machine longer. */
const STALL_TIMEOUT_MS = 300_000;

/** In all, and for each week: only what never ends takes so long. */
const BASE_TIMEOUT_MS = 900_000;
const WEEK_TIMEOUT_MS = 15_000;

/** A driver that takes so long is stuck. */
const QUERY_TIMEOUT_MS = 30_000;

/**
 * Waits until so many weeks are completed, however often the database is away meanwhile.
 *
 * @param weeks all of them by default
 * @returns how many are completed
 * @throws when nothing moves for five minutes, or all of it takes too long, with what is open then
 */
export async function completed(
  harness: ChaosHarness,
  weeks = harness.weeks,
): Promise<number> {
  const end = performance.now() + BASE_TIMEOUT_MS +
    harness.weeks * WEEK_TIMEOUT_MS;
  let movedAt = performance.now();
  let last = "";
  while (
    performance.now() < end && performance.now() - movedAt < STALL_TIMEOUT_MS
  ) {
    const now = await inTime(harness.connect(look)).catch(() => null);
    if (now !== null) {
      if (now.completed >= weeks) return now.completed;
      if (now.failed > 0) break;
      const state = JSON.stringify(now);
      if (state !== last) movedAt = performance.now();
      last = state;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(
    `Expected ${weeks} completed weeks, got ${last}: ${await describe(
      harness,
    )}`,
  );
}

/**
 * Waits until all weeks are completed, however fast they are: those that the harness holds back become due one after another
 * until there were faults enough, then all at once.
 *
 * @param reserve how many weeks the harness holds back
 * @param isEnough whether the faults so far prove something
 */
export async function completedUnderFaults(
  harness: ChaosHarness,
  reserve: number,
  isEnough: () => boolean,
): Promise<void> {
  await completed(harness, harness.weeks - reserve);
  for (let left = reserve; left > 0;) {
    const count = isEnough() ? left : 1;
    await harness.release(count);
    left -= count;
    await completed(harness, harness.weeks - left);
  }
}

/** A driver that is stuck must not hold the test up. */
async function inTime<T>(answer: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), QUERY_TIMEOUT_MS);
  });
  answer.catch(() => {});
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

async function look(sql: postgres.Sql) {
  const [now] = await sql`
    select count(*) filter (where w.status = 'completed')::integer as completed,
      count(*) filter (where w.status not in ('pending', 'running', 'completed'))::integer as failed,
      (select count(*)::integer from public.week_attempts) as attempts,
      (select count(*)::integer from public.week_attempts where state = 'ended') as ended
    from public.report_data_weeks w`;
  return now;
}

async function describe({ connect, lines }: ChaosHarness): Promise<string> {
  const open = await inTime(connect((sql) =>
    sql`
    select w.instance_id, w.week_start_date::text as week, w.status, w.due_at, w.error_code, w.error_message,
      a.state, a.outcome, a.settle_after, a.leased_until, a.execution_id, e.status as amc_status
    from public.report_data_weeks w
    left join lateral (select * from public.week_attempts a where a.week_id = w.id
      order by a.number desc limit 1) a on true
    left join public.workflow_executions e on e.id = a.execution_id
    where w.status <> 'completed' order by 1, 2 limit 10`
  )).catch(String);
  return `${JSON.stringify(open, null, 1)}\n${lines.slice(-20).join("\n")}`;
}
