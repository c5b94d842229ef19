import assert from "node:assert/strict";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import { finishAll, letTimePass, weeksOf } from "./support/weeks.ts";

const SLOW = {
  simulator: { execution: { pendingSeconds: 0, runSeconds: 3600 } },
};

async function cancel(harness: Harness, collection_id: string): Promise<void> {
  const { data, error } = await harness.owner.rpc("cancel_collection", {
    collection_id,
  });
  assert.equal(error, null);
  assert.equal(data.outcome, "applied");
}

Deno.test("a week that is reopened while AMC cancels its execution is run again, after that has ended", async () => {
  await withHarness(SLOW, async (harness) => {
    const { collection_id } = await collect(harness, 1);
    await using worker = openWorker(harness);
    await worker.tick();
    await cancel(harness, collection_id);
    // A worker is about to ask AMC.
    await harness.sql`select public.claim_cancellations(10)`;
    const { reopened } = await collect(harness, 1) as unknown as {
      reopened: number;
    };
    assert.equal(reopened, 1);
    const [{ executionId }] = harness.simulator.ledger();
    harness.simulator.cancelOutside(executionId);
    harness.simulator.change({ execution: { runSeconds: 0 } });
    await finishAll(harness, worker.tick);
    const [week] = await weeksOf(harness);
    assert.equal(week.status, "completed");
    assert.equal(harness.simulator.ledger().length, 2);
  });
});

Deno.test("a week that is reopened before AMC was asked to cancel keeps its execution", async () => {
  await withHarness(SLOW, async (harness) => {
    const { collection_id } = await collect(harness, 1);
    await using worker = openWorker(harness);
    await worker.tick();
    await cancel(harness, collection_id);
    await collect(harness, 1);
    await letTimePass(harness);
    await worker.tick();
    harness.simulator.clock.advance(3600);
    await finishAll(harness, worker.tick);
    const [week] = await weeksOf(harness);
    assert.equal(week.status, "completed");
    assert.equal(harness.simulator.ledger().length, 1);
    assert.equal(harness.simulator.requestCounts().updateExecution ?? 0, 0);
  });
});

Deno.test("the result of an execution that SUCCEEDED though its collection was cancelled is loaded once somebody asks for its week", async () => {
  await withHarness(SLOW, async (harness) => {
    const { collection_id } = await collect(harness, 1);
    await using worker = openWorker(harness);
    await worker.tick();
    await cancel(harness, collection_id);
    harness.simulator.clock.advance(3600);
    await letTimePass(harness);
    await worker.tick();
    const [cancelled] = await weeksOf(harness);
    assert.equal(cancelled.status, "cancelled");
    await collect(harness, 1);
    await finishAll(harness, worker.tick);
    const [week] = await weeksOf(harness);
    assert.equal(week.status, "completed");
    assert.equal(week.execution_id, cancelled.execution_id);
    assert.equal(harness.simulator.ledger().length, 1);
  });
});
