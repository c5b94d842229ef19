import assert from "node:assert/strict";
import { lostAnswersProfile } from "../../local/amc/mod.ts";
import { completed } from "./support/progress.ts";
import { assertNothingLost } from "./support/proof.ts";
import { tell } from "./support/tell.ts";
import { weeksOfCell } from "./support/weeks.ts";
import { withWorld } from "./support/world.ts";

/** Faults of creates that were accepted and whose answer gave no id. */
const LOST =
  /^createExecution: (drop (after|body)|status 50\d .*after|missing_execution_id)/;

Deno.test("AMC accepts one create for each week though a fifth of its answers is lost, its list lags and it throttles", async () => {
  const weeks = weeksOfCell(100, 5);
  const faults = lostAnswersProfile({ listLagSeconds: 3 });
  await withWorld({ weeks, instances: 4, faults }, async (world) => {
    const { simulator } = world;
    await completed(world);
    const count = (pattern: RegExp) =>
      Object.entries(simulator.firedFaults())
        .filter(([fault]) => pattern.test(fault))
        .reduce((sum, [, times]) => sum + times, 0);
    const lost = count(LOST);
    const throttled = count(/status 429/);
    assert.ok(lost >= weeks / 10, `${lost} lost answers of ${weeks}`);
    assert.ok(throttled >= weeks / 60, `${throttled} throttles of ${weeks}`);
    assert.equal(simulator.ledger().length, weeks);
    await assertNothingLost(world);
    await tell("Lost answers", world, { lost, throttled });
  });
});
