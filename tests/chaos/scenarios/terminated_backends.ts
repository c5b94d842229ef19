import assert from "node:assert/strict";
import type postgres from "postgres";
import { pick, seededRandom } from "../../../local/amc/random.ts";
import { progressGate } from "../../../local/demo/chaos.ts";
import { completedUnderFaults } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { OBSERVER, openSession } from "../support/sessions.ts";
import { logOutcome } from "../support/log_outcome.ts";
import { chaosSeed } from "../support/weeks.ts";
import { type ChaosHarness, withHarness } from "../support/harness.ts";

/** Milliseconds from one terminated session to the next, at least. */
const EVERY_MS = 300;

/** Weeks that become due one after another until sessions enough were terminated. */
const RESERVE = 8;

/** Requests to AMC from one terminated session to the next, at least. */
const REQUESTS = 2;

/** How long to wait for a session that is doing something, with the weeks locked: in the end all workers need them. */
const AT_WORK_TIMEOUT_MS = 5_000;

/**
 * Ends one session of the database after the other, every third time one that is doing something: sessions of the workers, the
 * API and the schedule, whoever has them.
 */
function terminateSessions(harness: ChaosHarness) {
  const sql = openSession(harness.platform.ready.adminDatabaseUrl);
  const random = seededRandom(`sessions:${chaosSeed}`);
  const hasProgressed = progressGate(harness.simulator, REQUESTS);
  const ended = { terminated: 0, "at work": 0 };
  let stopped = false;

  const sessions = (sql: postgres.Sql) =>
    sql<{ pid: number; at_work: boolean }[]>`
      select pid, state <> 'idle' as at_work from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and application_name <> ${OBSERVER}
      order by backend_start`;

  async function terminateOneOf(found: { pid: number; at_work: boolean }[]) {
    if (found.length === 0) return;
    const { pid, at_work } = pick(random, found);
    const [{ done }] = await sql`select pg_terminate_backend(${pid}) as done`;
    if (!done) return;
    ended.terminated++;
    if (at_work) ended["at work"]++;
  }

  /** Locks the weeks until a session waits for them. */
  async function sessionsAtWork() {
    const end = performance.now() + AT_WORK_TIMEOUT_MS;
    await sql`begin`;
    try {
      await sql`lock table public.report_data_weeks in access exclusive mode`;
      while (performance.now() < end) {
        const busy = (await sessions(sql)).filter(({ at_work }) => at_work);
        if (busy.length > 0) return busy;
        await new Promise((done) => setTimeout(done, 20));
      }
      return [];
    } finally {
      await sql`rollback`;
    }
  }

  const terminateOne = async () =>
    await terminateOneOf(
      random() < 0.35 ? await sessionsAtWork() : [...await sessions(sql)],
    );

  const running = (async () => {
    while (!stopped) {
      if (hasProgressed()) await terminateOne();
      await new Promise((done) => setTimeout(done, EVERY_MS));
    }
  })();
  return {
    ended,
    async stop() {
      stopped = true;
      await running;
      await sql.end({ timeout: 5 });
    },
  };
}

/** Weeks are collected once each though sessions of the database are terminated all the time. */
export async function terminatedBackends(weeks: number): Promise<void> {
  await withHarness({ weeks, reserve: RESERVE }, async (harness) => {
    const stream = terminateSessions(harness);
    const { ended } = stream;
    try {
      await completedUnderFaults(
        harness,
        RESERVE,
        () => ended.terminated >= 10 && ended["at work"] >= 1,
      );
    } finally {
      await stream.stop();
    }
    assert.ok(ended.terminated >= 10, `${ended.terminated} prove nothing`);
    assert.ok(ended["at work"] >= 1, "none of them was at work");
    await assertNothingLost(harness);
    await logOutcome("Terminated sessions", harness, ended);
  });
}
