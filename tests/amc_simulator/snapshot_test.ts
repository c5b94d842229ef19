import assert from "node:assert/strict";
import { startSimulator } from "../../local/amc/mod.ts";
import { withAmc } from "./client.ts";

Deno.test("a simulator goes on where an earlier one was: what had ended stays, what ran ends by the clock", async () => {
  await withAmc({
    execution: { pendingSeconds: 0, runSeconds: 3600 },
  }, async (client, amc) => {
    const { json: ended } = await client.create();
    amc.clock.advance(3600);
    const { json: running } = await client.create({
      timeWindowStart: "2024-01-27T00:00:00",
      timeWindowEnd: "2024-02-03T00:00:00",
    });
    amc.executions();
    const ids = [ended.workflowExecutionId, running.workflowExecutionId];
    const snapshot = JSON.parse(JSON.stringify(amc.snapshot()));
    const later = await startSimulator({ snapshot });
    try {
      assert.deepEqual(later.credential, amc.credential);
      assert.deepEqual(later.ledger(), amc.ledger());
      // The later one's clock is the machine's: an hour behind.
      later.clock.advance(3600);
      const statuses = () =>
        later.executions().map(({ executionId, status }) => ({
          executionId,
          status,
        }));
      assert.deepEqual(statuses(), [
        { executionId: ids[0], status: "SUCCEEDED" },
        { executionId: ids[1], status: "RUNNING" },
      ]);
      later.clock.advance(3600);
      assert.equal(statuses()[1].status, "SUCCEEDED");
    } finally {
      await later.stop();
    }
  });
});
