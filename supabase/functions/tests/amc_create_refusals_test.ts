// What AMC's words make of a create that it did not take: refused, a quota, or a workflow that it does not show yet.
import assert from "node:assert/strict";
import type { CreateOutcome } from "../_shared/amc/create_outcome.ts";
import { html, json, refusal } from "./support/amc.ts";
import { createAgainst, REQUEST_ID } from "./support/create_against.ts";

for (
  const status of [400, 402, 403, 404, 405, 406, 410, 413, 415, 422, 423, 451]
) {
  Deno.test(`a ${status} with AMC's error body is refused with AMC's words`, async () => {
    const outcome = await createAgainst(() =>
      refusal(status, "Unauthorized request.", REQUEST_ID)
    );
    assert.deepEqual(outcome, {
      kind: "refused",
      status,
      message: "Unauthorized request.",
      requestId: "rid-1",
    });
  });

  Deno.test(`a ${status} with an HTML body is unknown`, async () => {
    const outcome = await createAgainst(() => html(status));
    assert(outcome.kind === "unknown");
    assert.equal(outcome.status, status);
  });

  Deno.test(`a ${status} with an empty body is unknown`, async () => {
    const outcome = await createAgainst(() => new Response("", { status }));
    assert.equal(outcome.kind, "unknown");
  });

  Deno.test(`a ${status} with a quota text is a quota`, async () => {
    const outcome = await createAgainst(() =>
      refusal(
        status,
        "You have reached your execution limit of 5 workflowExecutions that are in PENDING or RUNNING status. " +
          "Try again after one or some of your execution completes.",
        { "retry-after": "60" },
      )
    );
    assert(outcome.kind === "quota");
    assert.equal(outcome.retryAfterSeconds, 60);
  });
}

const WORDED: [unknown, string][] = [
  [{ message: "No." }, "No."],
  [{ Message: "No." }, "No."],
  [{ errors: [{ errorType: "400", message: "No." }] }, "No."],
  [{ errors: ["No.", "Never."] }, "No.; Never."],
  [{ errors: { workflowId: "No." } }, '{"workflowId":"No."}'],
  [{ details: [{ field: "workflowId", message: "No." }] }, "workflowId: No."],
  [{ details: { reason: "No." } }, "No."],
  [{ details: { rows: 7 } }, '{"rows":7}'],
  [{ error: { code: 13, message: "No." } }, "No."],
  [{ type: "about:blank", title: "No.", detail: "Not today." }, "Not today."],
];

for (const [body, words] of WORDED) {
  Deno.test(`a 415 that says ${JSON.stringify(body)} is refused with its words`, async () => {
    const outcome = await createAgainst(() => json(body, 415));
    assert(outcome.kind === "refused");
    assert.equal(outcome.message, words);
  });
}

Deno.test("a 4xx without a body is AMC's refusal if it carries AMC's request id", async () => {
  for (const status of [402, 405, 423]) {
    const outcome = await createAgainst(() =>
      new Response("", { status, headers: { "x-amz-rid": "rid-1" } })
    );
    assert.equal(outcome.kind, "refused");
  }
});

Deno.test("a page is nobody's refusal, whatever its headers say", async () => {
  for (const status of [402, 403, 405]) {
    const page = html(status);
    page.headers.set("x-amz-rid", "rid-1");
    assert.equal((await createAgainst(() => page)).kind, "unknown");
  }
});

Deno.test("a 4xx whose body broke off is unknown", async () => {
  const outcome = await createAgainst(() =>
    new Response(
      new ReadableStream({
        start: (stream) => stream.error(new Error("broken off")),
      }),
      { status: 405, headers: { "x-amz-rid": "rid-1" } },
    )
  );
  assert.equal(outcome.kind, "unknown");
});

const CONFLICTS: [string, CreateOutcome["kind"]][] = [
  ["A conflicting execution exists.", "unknown"],
  ["Conflict", "unknown"],
  ["The execution could not be created.", "refused"],
  ["Workflow execution cannot be started now.", "refused"],
  ["Was unable to compile workflow wf_1: no such table", "refused"],
  ["Service Limit Exceeded", "quota"],
  [
    "Workflow with ID my-first-workflow does not exist.",
    "workflow_not_visible",
  ],
];

for (const [text, kind] of CONFLICTS) {
  Deno.test(`a 409 that says "${text}" is ${kind}`, async () => {
    assert.equal((await createAgainst(() => refusal(409, text))).kind, kind);
  });
}

const QUOTAS = [
  "Service Limit Exceeded",
  "The maximum number of concurrent workflow executions (10) has been reached.",
  "maximum number of concurrent workflow executions (10) has been reached",
  "Too many workflow executions in progress",
  "Too many queries in progress for this instance",
  "TooManyRequestsException",
  "You may run at most 30 ad-hoc executions per day.",
  "Request limit exceeded",
  "The limit of 30 ad hoc executions per day has been reached.",
  "The instance already has 10 running executions.",
  "Your daily quota of executions is exhausted.",
  "Please wait until one of your executions completes.",
  "ServiceQuotaExceededException: Concurrency",
  "No more than 10 executions may run at the same time.",
];

for (const text of QUOTAS) {
  Deno.test(`"${text}" is a quota, whatever the status`, async () => {
    for (const status of [400, 402, 403, 409, 422]) {
      const outcome = await createAgainst(() => refusal(status, text));
      assert.equal(outcome.kind, "quota", String(status));
    }
  });
}

Deno.test("the name of an error counts as its words", async () => {
  for (
    const body of [
      { __type: "com.amazon.amc#TooManyRequestsException", message: "No." },
      { code: "LimitExceededException", details: "Later." },
      { errors: [{ errorType: "REQUEST_LIMIT_EXCEEDED", message: "No." }] },
    ]
  ) {
    const outcome = await createAgainst(() => json(body, 400));
    assert.equal(outcome.kind, "quota", JSON.stringify(body));
  }
});

const FOR_GOOD = [
  'Execution "X" of workflow "Y" could not be run because too many workflows have already been run against the same ' +
  "input data sources in the same or overlapping time windows.",
  "Was unable to compile workflow wf_1 because it was found to be invalid: From line 38, column 10: Object 'x' not found",
  "Was unable to compile workflow wf_1 because it was found to be invalid: execution LIMIT exceeded",
  "workflowExecutionTimeoutSeconds exceeds the limit of 86400",
  "The number of parameters exceeds the limit of 100 for an execution",
  "Terms and conditions must be accepted to continue",
  "Too many columns requested",
  "The SQL exceeds the maximum length",
  "You are not allowed to run executions",
  "The window exceeds the maximum of 13 months",
  "Limite de execuções atingido",
];

for (const text of FOR_GOOD) {
  Deno.test(`"${text.slice(0, 60)}" is refused, not a matter of waiting`, async () => {
    const outcome = await createAgainst(() => refusal(400, text));
    assert(outcome.kind === "refused");
    assert.equal(outcome.message, text);
  });
}

const LAG_TEXTS = [
  "Workflow with ID my-first-workflow does not exist.",
  "Workflow my-first-workflow does not exist",
  "The workflow 'my-first-workflow' could not be found.",
  "Workflow not found",
];

for (const text of LAG_TEXTS) {
  for (const status of [400, 404, 422]) {
    Deno.test(`a ${status} that says "${text}" means that the workflow is not visible`, async () => {
      const outcome = await createAgainst(() => refusal(status, text));
      assert(outcome.kind === "workflow_not_visible");
      assert.equal(outcome.status, status);
    });
  }
}
