import assert from "node:assert/strict";
import { seededRandom } from "../../../local/amc/random.ts";
import { completedUnderFaults } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { logOutcome } from "../support/log_outcome.ts";
import { chaosSeed } from "../support/weeks.ts";
import { type ChaosHarness, withHarness } from "../support/harness.ts";

/** One in so many requests to AMC has the worker killed; of several in a row, all but one find nobody left to kill. */
const ONE_IN = 6;

/** Weeks that become due one after another until there were crashes enough. */
const RESERVE = 6;

/** Milliseconds after a request in which the worker dies, where it does not die at once. */
const SOON_MS = 300;

/**
 * Kills the worker at random moments: half of them when AMC has read a request and not answered it yet, half of them
 * some time after.
 *
 * @param most how often at most
 * @returns how many processes were killed so far
 */
function crashAtRandom({ simulator, platform }: ChaosHarness, most: number) {
  const random = seededRandom(`crashes:${chaosSeed}`);
  let kills = 0;
  const kill = async () => {
    if (kills < most) kills += await platform.killFunctions();
  };
  simulator.observe(async () => {
    if (random() * ONE_IN > 1) return;
    if (random() < 0.5) await kill();
    else setTimeout(() => void kill(), random() * SOON_MS);
  });
  return () => kills;
}

/** Weeks are collected once each though the worker crashes at random moments. */
export async function workerCrash(weeks: number): Promise<void> {
  await withHarness({ weeks, reserve: RESERVE }, async (harness) => {
    const kills = crashAtRandom(harness, weeks / 5);
    await completedUnderFaults(harness, RESERVE, () => kills() >= 3);
    assert.ok(kills() >= 3, `${kills()} crashes prove nothing`);
    assert.deepEqual(harness.platform.restarts, []);
    await assertNothingLost(harness);
    await logOutcome("Worker crash", harness, { crashes: kills() });
  });
}
