import assert from "node:assert/strict";
import { startKiller } from "../../../local/demo/chaos.ts";
import { progressGate } from "../support/progress_gate.ts";
import { completed } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { logOutcome } from "../support/log_outcome.ts";
import { chaosSeed } from "../support/weeks.ts";
import { withHarness } from "../support/harness.ts";

/** Requests to AMC that a worker gets to make before it is killed. */
const REQUESTS = 4;

/** Weeks are collected once each though the functions' processes are killed every two seconds. */
export async function repeatedKills(weeks: number): Promise<void> {
  await withHarness({ weeks }, async (harness) => {
    const { platform } = harness;
    const hasProgressed = progressGate(harness, REQUESTS);
    const killer = startKiller(
      chaosSeed,
      [1.5, 2.5],
      () => hasProgressed() ? platform.killFunctions() : Promise.resolve(0),
    );
    let kills = 0;
    try {
      await completed(harness);
    } finally {
      kills = await killer.stop();
    }
    assert.ok(kills >= 2, `${kills} kills prove nothing`);
    assert.deepEqual(platform.restarts, []);
    await assertNothingLost(harness);
    await logOutcome("Repeated kills", harness, { kills });
  });
}
