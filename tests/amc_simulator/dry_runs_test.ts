import assert from "node:assert/strict";
import { DEMO_WORKFLOW, type SimulatorOptions } from "../../local/amc/mod.ts";
import { type Client, withAmc } from "./client.ts";

const DRY = { dryRun: true, timeWindowEnd: "2024-01-21T00:00:00" };

function withDryRuns(
  handling: "listed" | "not_listed" | "ignored" | "refused",
  test: Parameters<typeof withAmc>[1],
  more: SimulatorOptions = {},
): Promise<void> {
  return withAmc({ ...more, dryRuns: { handling } }, test);
}

async function listed(client: Client): Promise<number> {
  const { json } = await client.list({ workflowId: "weekly" });
  return json.executions.length;
}

Deno.test("a dry run of a good query ends SUCCEEDED in seconds and has no result", async () => {
  await withDryRuns("listed", async (client, amc) => {
    const { json: { workflowExecutionId: id } } = await client.create(DRY);
    amc.clock.advance(12);
    assert.equal((await client.get(id)).json.status, "SUCCEEDED");
    const links = await client.send(
      "GET",
      `/workflowExecutions/${id}/downloadUrls`,
    );
    assert.equal(links.status, 404);
    assert.equal(await listed(client), 1);
  });
});

Deno.test("a dry run of a bad query ends REJECTED with AMC's words and the place", async () => {
  await withDryRuns("listed", async (client, amc) => {
    const sqlQuery = "SELECT 1 AS one\nFROM no_such_table";
    amc.saveWorkflow({ ...DEMO_WORKFLOW, workflowId: "bad", sqlQuery });
    const { status, json } = await client.create({ ...DRY, workflowId: "bad" });
    assert.equal(status, 200);
    amc.clock.advance(12);
    const { status: amcStatus, statusReason } =
      (await client.get(json.workflowExecutionId)).json;
    assert.equal(amcStatus, "REJECTED");
    assert.match(
      statusReason,
      /compile workflow wf_bad .* line 2, column 6 to line 2, column 18: Object 'no_such_table' not found/,
    );
  }, { queries: { missingTables: ["no_such_table"] } });
});

Deno.test("a query that does not compile is refused when it is saved, or REJECTED when it runs", async () => {
  const bad = {
    ...DEMO_WORKFLOW,
    workflowId: "bad",
    sqlQuery: "SELECT CUSTOM_PARAMETER('brand') AS brand FROM t",
  };
  await withAmc({}, async (client) => {
    const { status, json } = await client.send("POST", "/workflows", bad);
    assert.deepEqual([status, /brand/.test(json.details)], [400, true]);
  });
  await withAmc({ queries: { compiledAt: "run" } }, async (client, amc) => {
    assert.equal((await client.send("POST", "/workflows", bad)).status, 200);
    const { json } = await client.create({ workflowId: "bad" });
    amc.clock.advance(12);
    const seen = (await client.get(json.workflowExecutionId)).json;
    assert.equal(seen.status, "REJECTED");
    assert.match(seen.statusReason, /'brand' is not declared/);
  });
});

Deno.test("dry runs count towards no limit and need no free place", async () => {
  await withDryRuns("listed", async (client, amc) => {
    assert.equal((await client.create()).status, 200);
    assert.equal((await client.create(DRY)).status, 200);
    const second = await client.create(DRY);
    assert.equal((await client.create()).status, 422);
    amc.clock.advance(12);
    const { json } = await client.get(second.json.workflowExecutionId);
    assert.equal(json.status, "SUCCEEDED");
  }, { limits: { maxRunning: 1, aboveActive: "422", active: 1, daily: 1 } });
});

Deno.test("lists may not show a dry run, while GET does", async () => {
  await withDryRuns("not_listed", async (client) => {
    const { json } = await client.create(DRY);
    await client.create();
    assert.equal(await listed(client), 1);
    assert.equal((await client.get(json.workflowExecutionId)).status, 200);
  });
});

Deno.test("AMC may run the query of a dry run all the same", async () => {
  await withDryRuns("ignored", async (client, amc) => {
    const { json } = await client.create(DRY);
    const links = await client.links(json.workflowExecutionId);
    assert.equal(links.length, 1);
    assert.equal(amc.ledger()[0].dryRun, true);
  });
});

Deno.test("AMC may refuse dry runs", async () => {
  await withDryRuns("refused", async (client, amc) => {
    assert.equal((await client.create(DRY)).status, 400);
    assert.equal((await client.create()).status, 200);
    assert.equal(amc.ledger().length, 1);
  });
});

Deno.test("a set outcome is not used up by a dry run, and faults can choose dry runs", async () => {
  await withDryRuns("listed", async (client, amc) => {
    amc.setOutcome("2024-01-20T00:00:00", "FAILED", { reason: "no luck" });
    amc.script({
      operation: "createExecution",
      times: "always",
      where: { dryRun: true },
      fault: { kind: "run", runSeconds: 100 },
    });
    await client.create(DRY);
    await client.create();
    amc.clock.advance(80);
    assert.deepEqual(await client.statuses(), ["RUNNING", "FAILED"]);
  });
});
