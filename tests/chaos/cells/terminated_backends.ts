import assert from "node:assert/strict";
import postgres from "postgres";
import { seededRandom } from "../../../local/amc/random.ts";
import { completed } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { tell } from "../support/tell.ts";
import { type ChaosWorld, withWorld } from "../support/world.ts";

/** Milliseconds from one terminated session to the next. */
const EVERY_MS = 400;

/** Ends one session of the database after the other, every third time one that is doing something, if any is. */
function terminateSessions({ platform }: ChaosWorld) {
  const sql = postgres(platform.adminDatabaseUrl, {
    max: 1,
    onnotice: () => {},
  });
  const random = seededRandom("sessions");
  let terminated = 0;
  let atWork = 0;
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      const preferActive = random() < 0.35;
      const [session] = await sql`
        select state <> 'idle' as at_work, pg_terminate_backend(pid) as ended from (
          select pid, state from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
          order by (${preferActive} and state <> 'idle') desc, random() limit 1) s`;
      if (session?.ended) terminated++;
      if (session?.ended && session.at_work) atWork++;
      await new Promise((done) => setTimeout(done, EVERY_MS));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await running;
      await sql.end({ timeout: 5 });
      return { terminated, atWork };
    },
  };
}

/** Weeks are collected once each though sessions of the database are terminated all the time. */
export async function terminatedBackends(weeks: number): Promise<void> {
  await withWorld({ weeks }, async (world) => {
    const stream = terminateSessions(world);
    const end = await completed(world).finally(stream.stop).then(stream.stop);
    assert.ok(end.terminated >= 20, `${end.terminated} sessions prove nothing`);
    assert.ok(end.atWork >= 2, `${end.atWork} of them were at work`);
    await assertNothingLost(world);
    await tell("Terminated sessions", world, end);
  });
}
