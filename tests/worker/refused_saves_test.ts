// A version that cannot be saved at AMC costs no create.
import assert from "node:assert/strict";
import { collect, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import { eventually } from "../support/eventually.ts";
import { column, letTimePass } from "./support/weeks.ts";
import { creates, stoppages, UNCHECKED } from "./support/checks.ts";

Deno.test("a workflow that somebody changed at AMC runs nothing, and says so", async () => {
  await withHarness(UNCHECKED, async (harness) => {
    await collect(harness, 2);
    harness.simulator.saveWorkflow({
      workflowId: harness.workflow,
      sqlQuery: "SELECT 'other' AS campaign FROM sponsored_ads_traffic",
    });
    await using worker = openWorker(harness);
    await worker.tick();
    await letTimePass(harness);
    await worker.tick();
    assert.equal(harness.simulator.ledger().length, 0);
    const [stoppage, ...more] = await stoppages(harness);
    assert.deepEqual(more, []);
    assert.match(stoppage.words, /another workflow under the id .*sqlQuery/);
    assert.deepEqual(
      [stoppage.kind, stoppage.code, stoppage.source, stoppage.waits],
      ["workflow_save", "workflow_differs", "amc_history", true],
    );
  });
});

Deno.test("a query that AMC refuses to save costs no create, and other versions go on", async () => {
  await withHarness(UNCHECKED, async (harness) => {
    const { data, error } = await harness.owner.rpc("save_workflow", {
      instance_id: "amcr1aaaa1a",
      name: "Not SQL",
      sql_query: "DELETE FROM everything",
    });
    assert.equal(error, null);
    await collect({ ...harness, workflow: data.workflow_id }, 12);
    await collect(harness, 1);
    await using worker = openWorker(harness);
    await eventually("the other version's week", async () => {
      await worker.tick();
      await letTimePass(harness);
      return (await column(harness, "status")).includes("completed");
    });
    assert.equal(creates(harness).length, 1);
    const [stoppage] = await stoppages(harness);
    assert.match(stoppage.words, /^Was unable to compile workflow/);
  });
});
