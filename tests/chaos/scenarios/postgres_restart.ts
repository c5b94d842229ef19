import assert from "node:assert/strict";
import { completed } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { logOutcome } from "../support/log_outcome.ts";
import { withHarness } from "../support/harness.ts";

/** Weeks are collected once each though Postgres is killed and started again in the middle. */
export async function postgresRestart(weeks: number): Promise<void> {
  await withHarness({ weeks }, async (harness) => {
    const { cluster } = harness;
    let restarts = 0;
    for (const part of [1 / 3, 2 / 3]) {
      const done = await completed(harness, Math.round(weeks * part));
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
