import assert from "node:assert/strict";
import { completed } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { tell } from "../support/tell.ts";
import { withWorld } from "../support/world.ts";

/** Weeks are collected once each though Postgres is killed and started again in the middle. */
export async function postgresRestart(weeks: number): Promise<void> {
  await withWorld({ weeks }, async (world) => {
    const { cluster } = world;
    let restarts = 0;
    for (const part of [1 / 3, 2 / 3]) {
      const done = await completed(world, Math.round(weeks * part));
      const { pid } = cluster;
      await cluster.kill();
      assert.ok(done < weeks, "Postgres was killed too late");
      await cluster.start();
      assert.notEqual(cluster.pid, pid);
      restarts++;
    }
    await completed(world);
    await assertNothingLost(world);
    await tell("Postgres restart", world, { restarts });
  });
}
