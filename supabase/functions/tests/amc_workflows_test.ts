import assert from "node:assert/strict";
import { clientOf, html, json, refusal, ROOT, serve } from "./support/amc.ts";

const WORKFLOW = {
  workflowId: "weekly-campaigns-1a2b3c",
  sqlQuery: "SELECT 1 AS one",
  inputParameters: [],
  outputFormat: { separatorCharacter: ",", quoteCharacter: '"' },
};

Deno.test("a workflow that AMC has is left alone", async () => {
  await using server = serve(() => json({ workflowId: WORKFLOW.workflowId }));
  const result = await clientOf(server).client.ensureWorkflow(WORKFLOW);
  assert.equal(result.created, false);
  assert.deepEqual(
    server.asked.map((asked) => `${asked.method} ${asked.path}`),
    [`GET ${ROOT}/workflows/${WORKFLOW.workflowId}`],
  );
});

for (
  const missing of [
    () => refusal(404, "Not found."),
    () => refusal(400, "Workflow with ID x does not exist."),
  ]
) {
  Deno.test(`a workflow that AMC lacks (${missing().status}) is saved with its output format`, async () => {
    await using server = serve((asked) =>
      asked.method === "GET" ? missing() : json({}, 200, {
        "content-type": "application/octet-stream",
      })
    );
    const result = await clientOf(server).client.ensureWorkflow(WORKFLOW);
    assert.equal(result.created, true);
    assert.deepEqual(JSON.parse(server.asked[1].body), WORKFLOW);
  });
}

Deno.test("a workflow that someone else saves meanwhile is fine", async () => {
  for (const status of [400, 409, 422]) {
    await using server = serve((asked) =>
      asked.method === "GET" ? refusal(404, "Not found.") : refusal(
        status,
        `Workflow with ID ${WORKFLOW.workflowId} already exists.`,
      )
    );
    const result = await clientOf(server).client.ensureWorkflow(WORKFLOW);
    assert.equal(result.created, false);
  }
});

Deno.test("a save of a workflow is never sent twice", async () => {
  for (const status of [429, 500, 504]) {
    await using server = serve((asked) =>
      asked.method === "GET" ? refusal(404, "Not found.") : html(status)
    );
    const failure = await clientOf(server).client.ensureWorkflow(WORKFLOW)
      .catch((e) => e);
    assert.equal(
      failure.code,
      status === 429 ? "throttled" : "unknown_outcome",
    );
    assert.equal(failure.retryable, false);
    assert.equal(server.asked.length, 2);
  }
});

Deno.test("a workflow that does not compile is refused in AMC's words", async () => {
  const words =
    "Was unable to compile workflow x because it was found to be invalid: From line 1, column 8";
  await using server = serve((asked) =>
    asked.method === "GET" ? refusal(404, "Not found.") : refusal(400, words)
  );
  await assert.rejects(clientOf(server).client.ensureWorkflow(WORKFLOW), {
    name: "RefusedError",
    message: words,
  });
});
