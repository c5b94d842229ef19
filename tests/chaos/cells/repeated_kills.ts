import assert from "node:assert/strict";
import { startKiller } from "../../../local/demo/chaos.ts";
import { paceOf } from "../support/pace.ts";
import { completed } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { tell } from "../support/tell.ts";
import { chaosSeed } from "../support/weeks.ts";
import { withWorld } from "../support/world.ts";

/** Requests to AMC that a worker gets to make before it is killed. */
const REQUESTS = 4;

/** Weeks are collected once each though the functions' processes are killed every two seconds. */
export async function repeatedKills(weeks: number): Promise<void> {
  await withWorld({ weeks }, async (world) => {
    const { platform } = world;
    const gotOn = paceOf(world, REQUESTS);
    const killer = startKiller(
      chaosSeed,
      [1.5, 2.5],
      () => gotOn() ? platform.killFunctions() : Promise.resolve(0),
    );
    let kills = 0;
    try {
      await completed(world);
    } finally {
      kills = await killer.stop();
    }
    assert.ok(kills >= 2, `${kills} kills prove nothing`);
    assert.deepEqual(platform.restarts, []);
    await assertNothingLost(world);
    await tell("Repeated kills", world, { kills });
  });
}
