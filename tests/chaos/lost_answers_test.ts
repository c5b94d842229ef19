import assert from "node:assert/strict";
import { lostAnswersProfile } from "../../local/amc/mod.ts";
import { completed } from "./support/progress.ts";
import { assertNothingLost } from "./support/proof.ts";
import { logOutcome } from "./support/log_outcome.ts";
import { weeksOfScenario } from "./support/weeks.ts";
import { withHarness } from "./support/harness.ts";

/** Faults of creates that were accepted and whose answer gave no id. */
const LOST =
  /^createExecution: (drop (after|body)|status 50\d .*after|missing_execution_id)/;

Deno.test("AMC accepts one create a week though it loses a fifth of its answers, lags and throttles", async () => {
  const weeks = weeksOfScenario(100, 5);
  const faults = lostAnswersProfile({ listLagSeconds: 3 });
  await withHarness({ weeks, instances: 4, faults }, async (harness) => {
    const { simulator } = harness;
    await completed(harness);
    const count = (pattern: RegExp) =>
      Object.entries(simulator.firedFaults())
        .filter(([fault]) => pattern.test(fault))
        .reduce((sum, [, times]) => sum + times, 0);
    const lost = count(LOST);
    const throttled = count(/status 429/);
    assert.ok(lost >= weeks / 10, `${lost} lost answers of ${weeks}`);
    assert.ok(throttled >= weeks / 60, `${throttled} throttles of ${weeks}`);
    assert.equal(simulator.ledger().length, weeks);
    await assertNothingLost(harness);
    await logOutcome("Lost answers", harness, { lost, throttled });
  });
});
