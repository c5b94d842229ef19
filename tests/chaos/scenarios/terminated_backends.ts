import assert from "node:assert/strict";
import { pick, seededRandom } from "../../../local/amc/random.ts";
import { progressGate } from "../support/progress_gate.ts";
import { completed } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { OBSERVER, openSession } from "../support/sessions.ts";
import { logOutcome } from "../support/log_outcome.ts";
import { chaosSeed } from "../support/weeks.ts";
import { type ChaosHarness, withHarness } from "../support/harness.ts";

/** Milliseconds from one terminated session to the next, at least. */
const EVERY_MS = 300;

/** Requests to AMC from one terminated session to the next, at least. */
const REQUESTS = 2;

/**
 * Ends one session of the database after the other, every third time one that is doing something, if any is: sessions of the
 * workers, the API and the schedule, whoever has them.
 */
function terminateSessions(harness: ChaosHarness) {
  const sql = openSession(harness.platform.ready.adminDatabaseUrl);
  const random = seededRandom(`sessions:${chaosSeed}`);
  const hasProgressed = progressGate(harness, REQUESTS);
  const ended = { terminated: 0, "at work": 0 };
  let stopped = false;

  async function terminateOne(): Promise<void> {
    const sessions = await sql`
      select pid, state <> 'idle' as at_work from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and application_name <> ${OBSERVER}
      order by backend_start`;
    const busy = sessions.filter(({ at_work }) => at_work);
    const from = random() < 0.35 && busy.length > 0 ? busy : [...sessions];
    if (from.length === 0) return;
    const { pid, at_work } = pick(random, from);
    const [{ done }] = await sql`select pg_terminate_backend(${pid}) as done`;
    if (!done) return;
    ended.terminated++;
    if (at_work) ended["at work"]++;
  }

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
  await withHarness({ weeks }, async (harness) => {
    const stream = terminateSessions(harness);
    const { ended } = stream;
    try {
      await completed(harness);
    } finally {
      await stream.stop();
    }
    assert.ok(ended.terminated >= 10, `${ended.terminated} prove nothing`);
    assert.ok(ended["at work"] >= 1, "none of them was at work");
    await assertNothingLost(harness);
    await logOutcome("Terminated sessions", harness, ended);
  });
}
