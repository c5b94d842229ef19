import { setTimeout } from "node:timers/promises";
import postgres from "postgres";

/** One session of Postgres, as one worker or one person has it. */
export interface Session extends AsyncDisposable {
  sql: postgres.Sql;
  /** Its process id in the server, by which others see it. */
  pid: number;
}

/**
 * Opens one session whose clock stands still.
 *
 * @param url connection URL of the role postgres
 * @param now what the session's clock shows, an instant
 * @param role the role it acts as
 */
export async function openSession(
  url: string,
  now: string,
  role: "service_role" | "postgres" = "service_role",
): Promise<Session> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await setClock(sql, now);
  const [{ pid }] = await sql`select pg_backend_pid() as pid`;
  if (role !== "postgres") await sql.unsafe(`set role ${role}`);
  return {
    sql,
    pid,
    [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }),
  };
}

/** Sets what a session's clock shows. */
export async function setClock(sql: postgres.Sql, now: string): Promise<void> {
  await sql`select set_config('amc_history.clock', ${now}, false)`;
}

/** What a call returned, or the SQLSTATE of its error. */
export type Answer = string;

/** A call that may still be waiting for a lock. */
export interface Started {
  answer: Promise<Answer>;
  hasReturned(): boolean;
}

/** Starts a call without waiting for its answer. An error of the database is an answer too: its SQLSTATE. */
export function start(call: () => Promise<Answer>): Started {
  let returned = false;
  const answer = call()
    .catch((error) => {
      if (typeof error?.code === "string") return error.code as string;
      throw error;
    })
    .finally(() => (returned = true));
  return { answer, hasReturned: () => returned };
}

/** Far longer than a slow machine needs: a call that has neither returned nor waits for a lock by then never will. */
const MEETING_TIMEOUT_MS = 300_000;
/** Between two looks, so that looking takes no time from the call. */
const LOOK_MS = 1;

/**
 * Looks at pg_stat_activity until a session is seen waiting for a lock that another one holds, or its call has returned.
 *
 * @param observer a third session
 * @param blocker the session that holds locks, or null if any will do
 * @returns whether it was seen waiting
 */
export async function seenWaiting(
  observer: postgres.Sql,
  started: Started,
  waiter: Session,
  blocker: Session | null,
): Promise<boolean> {
  const deadline = performance.now() + MEETING_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (started.hasReturned()) return false;
    const [{ waits }] = await observer`
      select coalesce(bool_or(wait_event_type = 'Lock' and (${
      blocker?.pid ?? null
    }::integer is null
        or ${
      blocker?.pid ?? null
    } = any (pg_blocking_pids(pid)))), false) as waits
      from pg_stat_activity where pid = ${waiter.pid}`;
    if (waits) return true;
    await setTimeout(LOOK_MS);
  }
  throw new Error(
    "Expected the call to return or to wait for a lock; it did neither.",
  );
}
