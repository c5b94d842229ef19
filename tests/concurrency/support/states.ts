import type postgres from "postgres";
import { setClock } from "./sessions.ts";
import { addCollection, addInstance, after, type Harness } from "./harness.ts";

/** One week, its last attempt, and what the calls of a pair refer to. */
export interface Scene {
  instance: string;
  collection: string;
  week: string;
  attempt: string;
  fingerprint: number;
  /** The load that was begun under the fence {@link LOADER}. */
  load: string | null;
  /** Fence of the last listing, and when a listing began that would prove something. */
  listing: string;
  listedAt: string;
  /** What the clocks of both sessions show. */
  now: string;
}

/** The states a week's last attempt can be in when two calls meet. */
export const STATES = [
  "intended",
  "unknown",
  "running",
  "stuck",
  "cancelled",
  "loading",
  "loaded",
  "failed",
  "abandoned",
] as const;
/** One of {@link STATES}. */
export type State = typeof STATES[number];

/** Long enough that a listing begun then may settle an attempt: the allowances come to 820 s. */
const SETTLED_AFTER = 900;

/** Longer than AMC itself lets an execution wait and run. */
const STUCK_AFTER = 4 * 86_400;

/** AMC's execution of the attempt, if there is one. */
export const EXECUTION = "e1";

/** The fence of the first worker that takes the attempt's load up. */
export const LOADER = 2;

/** Brings a week into a state, through the functions themselves. */
export async function arrange(harness: Harness, state: State): Promise<Scene> {
  const { sql } = harness;
  const instance = "amcpairs1";
  await addInstance(sql, instance);
  const collection = await addCollection(sql, instance, 1);
  const [claim] = await sql`select * from public.claim_due_weeks()`;
  const attempt = claim.attempt_id;
  await advance(sql, state, attempt, collection, claim.week_id);
  const passed = { intended: 10, stuck: STUCK_AFTER } as Record<string, number>;
  const now = after(passed[state] ?? SETTLED_AFTER);
  await setClock(sql, now);
  const [{ list_fence }] =
    await sql`select list_fence from public.amc_instances`;
  const [load] = await sql`select id from public.result_loads`;
  return {
    instance,
    collection,
    week: claim.week_id,
    attempt,
    fingerprint: claim.fingerprint,
    load: load?.id ?? null,
    listing: list_fence,
    listedAt: after(SETTLED_AFTER - 10),
    now,
  };
}

async function advance(
  sql: postgres.Sql,
  state: State,
  attempt: string,
  collection: string,
  week: string,
): Promise<void> {
  if (state === "intended") return;
  if (state === "unknown" || state === "abandoned") {
    await sql`select public.report_create(${attempt}, 'unknown')`;
    if (state === "unknown") return;
    await setClock(sql, after(SETTLED_AFTER));
    await sql`select public.settle_attempt(${attempt}, ${
      after(SETTLED_AFTER - 10)
    })`;
    return;
  }
  const status = {
    running: "RUNNING",
    stuck: "RUNNING",
    cancelled: "RUNNING",
    failed: "FAILED",
  }[state as string] ??
    "SUCCEEDED";
  await sql`select public.record_execution(${attempt}, ${EXECUTION}, ${
    sql.json({ status, status_reason: "AMC's words" })
  })`;
  if (state === "cancelled") {
    await sql`select public.cancel_collection(${collection})`;
  }
  if (state === "failed") {
    await sql`select public.update_week_status(${collection}, ${week}, 'failed', null, ${EXECUTION})`;
  }
  if (state !== "loading" && state !== "loaded") return;
  await setClock(sql, after(SETTLED_AFTER));
  await sql`select public.claim_loads()`;
  const [{ load_id }] = await sql`
    select load_id from amc_history.begin_load(${attempt}, ${LOADER}, array['name'])`;
  // All of its only file, which has no rows.
  const segment = {
    load_id,
    attempt_id: attempt,
    fence: LOADER,
    from: { file: 0, byte_offset: 0 },
    to: { file: 1, byte_offset: 0, lines: 0 },
    records: 0,
    bytes: 10,
    digests: ["c0ffee"],
  };
  await sql`select amc_history.commit_segment(${sql.json(segment)})`;
  if (state !== "loaded") return;
  await sql`select amc_history.finish_load(${load_id}, ${attempt}, ${LOADER})`;
}

/**
 * Everything about the week in one line: its status and whether it is due, its attempts in order, its executions, what the
 * instance waits for.
 */
export async function describe(
  sql: postgres.Sql,
  scene: Scene,
): Promise<string> {
  const [{ week }] = await sql`
    select concat_ws(' ', w.status, w.execution_id, case when w.due_at is not null then 'due' end) as week
    from public.report_data_weeks w where w.id = ${scene.week}`;
  const [{ attempts }] = await sql`
    select string_agg(concat_ws(' ', '#' || a.number, coalesce(a.outcome, a.state), a.execution_id,
      case when a.confirmed_execution_id is not null and a.execution_id is null then 'confirmed ' || a.confirmed_execution_id end,
      case when a.cancel_requested_at is not null then 'cancel' end), ', ' order by a.number) as attempts
    from public.week_attempts a where a.week_id = ${scene.week}`;
  const [{ executions }] = await sql`
    select string_agg(concat_ws(' ', e.id, e.status, case when e.cancel_requested_at is not null then 'cancel' end),
      ', ' order by e.id) as executions
    from public.workflow_executions e where e.week_id = ${scene.week}`;
  const alerts =
    await sql`select code from public.tracking_alerts order by code`;
  const alerted = alerts.map(({ code }) => `alert ${code}`);
  return [week, attempts, executions, ...alerted].filter(Boolean).join("; ");
}
