import assert from "node:assert/strict";
import { entry, oddEntries } from "../../local/amc/mod.ts";
import { withAmc } from "./client.ts";

Deno.test("odd entries stand in the list as they were given, on its first page alone", async () => {
  await withAmc({}, async (client, amc) => {
    for (let count = 0; count < 3; count++) await client.create();
    const timeout = entry({
      workflowExecutionTimeoutSeconds: "9223372036854775807",
    });
    amc.script({
      operation: "listExecutions",
      times: "always",
      fault: { kind: "list_entries", entries: [timeout, "null"] },
    });
    const query = { workflowId: "weekly", limit: "2" };
    const first = await client.list(query);
    assert(first.text.includes(":9223372036854775807"));
    assert.equal(first.json.executions.length, 4);
    assert.equal(first.json.executions[1], null);
    const { nextToken } = first.json;
    const second = await client.list({ ...query, nextToken });
    assert.equal(second.json.executions.length, 1);
  });
});

Deno.test("odd entries and odd fields meet in one list", async () => {
  await withAmc({}, async (client, amc) => {
    await client.create();
    amc.script({
      operation: "listExecutions",
      fault: { kind: "list_entries", entries: ["7"] },
    });
    amc.script({
      operation: "listExecutions",
      fault: { kind: "show_fields", fields: { executionTime: "1e300" } },
    });
    const { json } = await client.list({ workflowId: "weekly" });
    assert.equal(json.executions[0], 7);
    assert.equal(json.executions[1].executionTime, 1e300);
  });
});

Deno.test("every ready-made odd entry is JSON", () => {
  const entries = oddEntries();
  for (const text of Object.values(entries)) JSON.parse(text);
  assert(Object.keys(entries).length > 50);
});

Deno.test("fields of one execution are shown with other values or left out", async () => {
  await withAmc({}, async (client, amc) => {
    const { json: { workflowExecutionId } } = await client.create();
    const other = (await client.create()).json.workflowExecutionId;
    amc.script({
      operation: ["listExecutions", "getExecution"],
      times: 2,
      fault: {
        kind: "show_fields",
        only: { executionId: workflowExecutionId },
        fields: { createTime: '"2026-09-25T03:11:52+18:00"' },
        missing: ["workflowId"],
      },
    });
    const { executions } = (await client.list({ workflowId: "weekly" })).json;
    const times = executions.map((
      { createTime, workflowId }: Record<string, string>,
    ) => [createTime.length, workflowId]);
    assert.deepEqual(times, [[20, "weekly"], [25, undefined]]);
    assert.equal((await client.get(other)).json.workflowId, "weekly");
    assert.equal(
      (await client.get(workflowExecutionId)).json.createTime.length,
      20,
    );
  });
});

Deno.test("one execution's GET, one workflow's save and one cancel can fail for ever", async () => {
  await withAmc({}, async (client, amc) => {
    const always = { times: "always" } as const;
    amc.script({
      ...always,
      operation: "getExecution",
      where: { windowStart: "2024-01-20T00:00:00" },
      fault: { kind: "status", status: 403 },
    });
    amc.script({
      ...always,
      operation: "updateExecution",
      where: { workflowId: "weekly" },
      fault: { kind: "status", status: 400, details: "No." },
    });
    amc.script({
      ...always,
      operation: "createWorkflow",
      where: { workflowId: "other" },
      fault: { kind: "status", status: 500 },
    });
    const { json } = await client.create();
    const path = `/workflowExecutions/${json.workflowExecutionId}`;
    for (let count = 0; count < 3; count++) {
      assert.equal((await client.send("GET", path)).status, 403);
      const cancel = await client.send("PUT", path, { status: "CANCELLED" });
      assert.equal(cancel.status, 400);
      const save = { workflowId: "other", sqlQuery: "SELECT 1 AS one FROM t" };
      assert.equal((await client.send("POST", "/workflows", save)).status, 500);
    }
    const good = { workflowId: "good", sqlQuery: "SELECT 1 AS one FROM t" };
    assert.equal((await client.send("POST", "/workflows", good)).status, 200);
  });
});
