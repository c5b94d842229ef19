import assert from "node:assert/strict";
import { startKiller } from "../../../local/demo/chaos.ts";
import { completed } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { tell } from "../support/tell.ts";
import { withWorld } from "../support/world.ts";

/** Weeks are collected once each though the functions' processes are killed every two seconds. */
export async function repeatedKills(weeks: number): Promise<void> {
  await withWorld({ weeks }, async (world) => {
    const killer = startKiller(world.platform, "cell", [1.5, 2.5]);
    let kills = 0;
    try {
      await completed(world);
    } finally {
      kills = await killer.stop();
    }
    assert.ok(kills >= 3, `${kills} kills prove nothing`);
    await assertNothingLost(world);
    await tell("Repeated kills", world, { kills });
  });
}
