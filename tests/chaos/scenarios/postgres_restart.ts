import assert from "node:assert/strict";
import { completed } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { logOutcome } from "../support/log_outcome.ts";
import { withHarness } from "../support/harness.ts";

/** Weeks that become due just before Postgres is killed, half of them each time. */
const RESERVE = 4;

/** Weeks are collected once each though Postgres is killed and started again in the middle. */
export async function postgresRestart(weeks: number): Promise<void> {
  await withHarness({ weeks, reserve: RESERVE }, async (harness) => {
    const { cluster } = harness;
    let restarts = 0;
    for (const part of [1 / 3, 2 / 3]) {
      const done = await completed(harness, Math.round(weeks * part));
      await harness.release(RESERVE / 2);
      const { pid } = cluster;
      await cluster.kill();
      assert.ok(done < weeks, "Postgres was killed too late");
      await cluster.start();
      assert.notEqual(cluster.pid, pid);
      restarts++;
    }
    await completed(harness);
    await assertNothingLost(harness);
    await logOutcome("Postgres restart", harness, { restarts });
  });
}
