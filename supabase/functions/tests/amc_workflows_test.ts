import assert from "node:assert/strict";
import { clientOf, html, json, refusal, ROOT, serve } from "./support/amc.ts";

const WORKFLOW = {
  workflowId: "weekly-campaigns-1a2b3c",
  sqlQuery: "SELECT 1 AS one",
  inputParameters: [],
  outputFormat: { separatorCharacter: ",", quoteCharacter: '"' },
};

Deno.test("a workflow that AMC has is left alone", async () => {
  await using server = serve(() => json(WORKFLOW));
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

/** What AMC answers to a GET after it said that the workflow exists already, and before. */
function savedMeanwhile(status: number, then: () => Response) {
  let asked = 0;
  return serve((request) => {
    if (request.method === "GET") {
      return asked++ === 0 ? refusal(404, "Not found.") : then();
    }
    const { workflowId } = WORKFLOW;
    return refusal(status, `Workflow with ID ${workflowId} already exists.`);
  });
}

Deno.test("a workflow that someone else saves meanwhile is fine if it is the same", async () => {
  for (const status of [400, 409, 422]) {
    await using server = savedMeanwhile(status, () => json(WORKFLOW));
    const result = await clientOf(server).client.ensureWorkflow(WORKFLOW);
    assert.equal(result.created, false);
  }
  const other = { ...WORKFLOW, sqlQuery: "SELECT 2 AS two" };
  await using server = savedMeanwhile(400, () => json(other));
  await assert.rejects(
    clientOf(server).client.ensureWorkflow(WORKFLOW),
    { code: "workflow_differs" },
  );
});

Deno.test("a workflow that AMC says exists and does not show is not trusted yet", async () => {
  await using server = savedMeanwhile(400, () => refusal(404, "Not found."));
  await assert.rejects(
    clientOf(server).client.ensureWorkflow(WORKFLOW),
    { code: "unknown_outcome" },
  );
});

const PARAMETER = {
  name: "brand",
  dataType: "STRING",
  columnType: "DIMENSION",
};
const WITH_PARAMETER = {
  ...WORKFLOW,
  sqlQuery: "SELECT x\nFROM t WHERE b = CUSTOM_PARAMETER('brand')",
  inputParameters: [PARAMETER],
};

for (
  const [what, change] of [
    ["query", { sqlQuery: "SELECT x FROM t WHERE b = 'brand'" }],
    ["literal", { sqlQuery: WITH_PARAMETER.sqlQuery.replace("d'", "d '") }],
    ["count of parameters", { inputParameters: [] }],
    ["lack of parameters", { inputParameters: null }],
    ["parameter's name", {
      inputParameters: [{ ...PARAMETER, name: "nome" }],
    }],
    ["parameter's type", {
      inputParameters: [{ ...PARAMETER, dataType: "LONG" }],
    }],
    ["parameter's default", {
      inputParameters: [{ ...PARAMETER, defaultValue: "Acme" }],
    }],
    ["separator", { outputFormat: { separatorCharacter: ";" } }],
    ["quote", {
      outputFormat: { separatorCharacter: ",", quoteCharacter: "'" },
    }],
  ] as const
) {
  Deno.test(`a workflow at AMC with another ${what} is not ours, and nothing is saved`, async () => {
    await using server = serve(() => json({ ...WITH_PARAMETER, ...change }));
    await assert.rejects(
      clientOf(server).client.ensureWorkflow(WITH_PARAMETER),
      { name: "WorkflowDiffersError", code: "workflow_differs" },
    );
    assert.equal(server.asked.length, 1);
  });
}

for (
  const [what, body] of [
    ["as it was saved", WITH_PARAMETER],
    ["wrapped", { workflow: WITH_PARAMETER }],
    ["in one line", {
      ...WITH_PARAMETER,
      sqlQuery: WITH_PARAMETER.sqlQuery.replace("\n", " "),
    }],
    ["with what AMC adds", {
      ...WITH_PARAMETER,
      inputParameters: [{
        ...PARAMETER,
        defaultValue: "",
        displayName: "Brand",
      }],
      outputFormat: { ...WORKFLOW.outputFormat, escapeCharacter: "\\" },
      timeWindowType: "MOST_RECENT_DAY",
    }],
    ["without its format", { ...WITH_PARAMETER, outputFormat: undefined }],
  ] as const
) {
  Deno.test(`a workflow that AMC shows ${what} is ours`, async () => {
    await using server = serve(() => json(body));
    const { created } = await clientOf(server).client.ensureWorkflow(
      WITH_PARAMETER,
    );
    assert.equal(created, false);
  });
}

for (
  const [what, missing] of [
    ["AMC's words", () => refusal(404, "Not found.")],
    ["a page", () => html(404)],
    ["an empty body", () => new Response(null, { status: 404 })],
    ["foreign words", () => json({ fehler: "gibt es nicht" }, 404)],
  ] as const
) {
  Deno.test(`a 404 with ${what} means that a workflow is not saved`, async () => {
    await using server = serve((asked) =>
      asked.method === "GET" ? missing() : json({})
    );
    const { created } = await clientOf(server).client.ensureWorkflow(WORKFLOW);
    assert.equal(created, true);
  });
}

for (
  const [what, body] of [
    ["an error", { code: "500", details: "Try again." }],
    ["errors", { errors: [{ message: "No." }] }],
    ["another workflow's id", { ...WORKFLOW, workflowId: "another" }],
    ["a list", [WORKFLOW]],
  ] as const
) {
  Deno.test(`a 200 with ${what} is no workflow, and nothing counts as saved`, async () => {
    await using got = serve(() => json(body));
    await assert.rejects(clientOf(got).client.ensureWorkflow(WORKFLOW), {
      code: "unavailable",
    });
    assert.ok(got.asked.every(({ method }) => method === "GET"));
    if ("workflowId" in body) return;
    await using posted = serve((asked) =>
      asked.method === "GET" ? refusal(404, "Not found.") : json(body)
    );
    await assert.rejects(clientOf(posted).client.ensureWorkflow(WORKFLOW), {
      code: "unknown_outcome",
    });
  });
}

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
