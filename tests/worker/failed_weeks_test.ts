import assert from "node:assert/strict";
import {
  collect,
  type Harness,
  windowStartOf,
  withHarness,
} from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import { finishAll, letListingBeDue, weeksOf } from "./support/weeks.ts";

const COMPILE =
  "Was unable to compile workflow wf_weekly-campaigns because it was found to be invalid: Table 'nothing' not found";

Deno.test("weeks that AMC fails, rejects or refuses end as failed with its words, and stop no other week", async () => {
  await withHarness({}, async (harness) => {
    const { simulator } = harness;
    const { weeks } = await collect(harness, 5);
    const [failed, silent, rejected, refused] = weeks.map(windowStartOf);
    simulator.setOutcome(failed, "FAILED", {
      reason: "Out of memory: reduce.",
    });
    simulator.setOutcome(silent, "FAILED");
    simulator.setOutcome(rejected, "REJECTED", {
      reason: "Too many workflows over overlapping time windows.",
    });
    simulator.script({
      operation: "createExecution",
      where: { windowStart: refused },
      fault: { kind: "status", status: 400, details: COMPILE },
    });
    await using worker = openWorker(harness);
    await finishAll(harness, worker.tick);
    const rows = await weeksOf(harness);
    const outcomes = rows.map((week) =>
      [week.status, week.error_code, week.error_message, week.attempt_outcome]
        .join(": ")
    );
    assert.deepEqual(outcomes, [
      "failed: amc_failed: Out of memory: reduce.: failed",
      "failed: amc_failed: AMC gave no reason. Its status is FAILED.: failed",
      "failed: amc_rejected: Too many workflows over overlapping time windows.: rejected",
      `failed: amc_refused: ${COMPILE}: refused`,
      "completed: : : collected",
    ]);
    const ids = rows.map(({ execution_id }) => execution_id);
    const ledger = simulator.ledger();
    assert.equal(ledger.length, 4);
    assert.deepEqual(
      ids,
      weeks.map((week) =>
        ledger.find(({ windowStart }) => windowStart === windowStartOf(week))
          ?.executionId ?? null
      ),
    );
    assert.deepEqual(rows.map(({ attempts }) => attempts), [1, 1, 1, 1, 1]);
    await assertProgress(harness, {
      status: "completed_with_failures",
      completed: 1,
      failed: 4,
      tracked: 4,
    });
  });
});

Deno.test("an execution that somebody cancels in AMC's console fails its week as cancelled_outside", async () => {
  await withHarness({
    simulator: { execution: { pendingSeconds: 0, runSeconds: 3600 } },
  }, async (harness) => {
    await collect(harness, 2);
    await using worker = openWorker(harness);
    await worker.tick();
    const [{ executionId }] = harness.simulator.ledger();
    harness.simulator.cancelOutside(executionId);
    harness.simulator.clock.advance(3600);
    await finishAll(harness, worker.tick);
    const rows = await weeksOf(harness);
    const cancelled = rows.find(({ execution_id }) =>
      execution_id === executionId
    )!;
    const other = rows.find((row) => row !== cancelled)!;
    assert.equal(cancelled.status, "failed");
    assert.equal(cancelled.error_code, "cancelled_outside");
    assert.equal(cancelled.attempt_outcome, "cancelled_outside");
    assert.equal(other.status, "completed");
    assert.equal(harness.simulator.ledger().length, 2, "nobody runs it again");
  });
});

Deno.test("a status that no document names counts as running until the execution ends", async () => {
  await withHarness({
    simulator: { execution: { pendingSeconds: 0, runSeconds: 3600 } },
  }, async (harness) => {
    await collect(harness, 1);
    harness.simulator.script({
      operation: "createExecution",
      fault: { kind: "run", runSeconds: 3600, runningStatus: "OPTIMIZING" },
    });
    await using worker = openWorker(harness);
    await worker.tick();
    await letListingBeDue(harness);
    await worker.tick();
    const [running] = await weeksOf(harness);
    assert.equal(running.status, "running");
    assert.equal(running.execution_status, "OPTIMIZING");
    harness.simulator.clock.advance(3600);
    await finishAll(harness, worker.tick);
    const [ended] = await weeksOf(harness);
    assert.equal(ended.status, "completed");
  });
});

/** Asserts what the owner sees of the only collection. */
async function assertProgress(
  { owner }: Harness,
  expected: Record<string, unknown>,
): Promise<void> {
  const { data } = await owner.from("collection_progress").select(
    "status, completed, failed, tracked",
  ).single();
  assert.deepEqual(data, expected);
}
