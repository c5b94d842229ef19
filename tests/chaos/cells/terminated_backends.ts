import assert from "node:assert/strict";
import { pick, seededRandom } from "../../../local/amc/random.ts";
import { paceOf } from "../support/pace.ts";
import { completed } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { OBSERVER, openSession } from "../support/sessions.ts";
import { tell } from "../support/tell.ts";
import { chaosSeed } from "../support/weeks.ts";
import { type ChaosWorld, withWorld } from "../support/world.ts";

/** Milliseconds from one terminated session to the next, at least. */
const EVERY_MS = 300;

/** Requests to AMC from one terminated session to the next, at least. */
const REQUESTS = 2;

/**
 * Ends one session of the database after the other, every third time one that is doing something, if any is: sessions of the
 * workers, the API and the schedule, whoever has them.
 */
function terminateSessions(world: ChaosWorld) {
  const sql = openSession(world.platform.ready.adminDatabaseUrl);
  const random = seededRandom(`sessions:${chaosSeed}`);
  const gotOn = paceOf(world, REQUESTS);
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
      if (gotOn()) await terminateOne();
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
  await withWorld({ weeks }, async (world) => {
    const stream = terminateSessions(world);
    const { ended } = stream;
    try {
      await completed(world);
    } finally {
      await stream.stop();
    }
    assert.ok(ended.terminated >= 10, `${ended.terminated} prove nothing`);
    assert.ok(ended["at work"] >= 1, "none of them was at work");
    await assertNothingLost(world);
    await tell("Terminated sessions", world, ended);
  });
}
