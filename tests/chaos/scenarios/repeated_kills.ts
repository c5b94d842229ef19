import assert from "node:assert/strict";
import { progressGate, startKiller } from "../../../local/demo/chaos.ts";
import { completedUnderFaults } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { logOutcome } from "../support/log_outcome.ts";
import { chaosSeed } from "../support/weeks.ts";
import { withHarness } from "../support/harness.ts";

/** Weeks that become due one after another until there were kills enough. */
const RESERVE = 6;

/** Requests to AMC that a worker gets to make before it is killed. */
const REQUESTS = 4;

/** Weeks are collected once each though the functions' processes are killed every two seconds. */
export async function repeatedKills(weeks: number): Promise<void> {
  await withHarness({ weeks, reserve: RESERVE }, async (harness) => {
    const { platform } = harness;
    const hasProgressed = progressGate(harness.simulator, REQUESTS);
    const killer = startKiller(
      chaosSeed,
      [1.5, 2.5],
      () => hasProgressed() ? platform.killFunctions() : Promise.resolve(0),
    );
    let kills = 0;
    try {
      await completedUnderFaults(harness, RESERVE, () => killer.killed() >= 2);
    } finally {
      kills = await killer.stop();
    }
    assert.ok(kills >= 2, `${kills} kills prove nothing`);
    assert.deepEqual(platform.restarts, []);
    await assertNothingLost(harness);
    await logOutcome("Repeated kills", harness, { kills });
  });
}
