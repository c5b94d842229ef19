import assert from "node:assert/strict";
import type { CreateOutcome } from "../_shared/amc/create_outcome.ts";
import {
  clientOf,
  CREATED,
  EXECUTION_ID,
  html,
  json,
  refusal,
  REQUEST,
  SECRETS,
  serve,
  SOON,
} from "./support/amc.ts";

const RATE = { "x-amz-request-id": "rid-1" };

/** Answers every request alike; gives the verdict after exactly one request. */
async function createAgainst(answer: () => Response): Promise<CreateOutcome> {
  await using server = serve(answer);
  const { client, waits } = clientOf(server);
  const outcome = await client.createExecution(REQUEST, SOON);
  assert.equal(server.asked.length, 1, "one POST and nothing else");
  assert.deepEqual(waits, []);
  return outcome;
}

Deno.test("a create sends the four headers, the explicit window without a zone suffix and the fingerprint", async () => {
  await using server = serve(() => json(CREATED));
  const { client } = clientOf(server);
  await client.createExecution(
    { ...REQUEST, parameterValues: { brand: "x" } },
    SOON,
  );
  const [asked] = server.asked;
  assert.equal(asked.method, "POST");
  assert.equal(asked.path, "/amc/reporting/amcr1aaaa1a/workflowExecutions");
  const { headers } = asked;
  assert.equal(headers["authorization"], `Bearer ${SECRETS.accessToken}`);
  assert.equal(
    headers["amazon-advertising-api-clientid"],
    "amzn1.application-oa2-client.test",
  );
  assert.equal(
    headers["amazon-advertising-api-advertiserid"],
    "ENTITY1AA1AA11AAA1",
  );
  assert.equal(
    headers["amazon-advertising-api-marketplaceid"],
    "ATVPDKIKX0DER",
  );
  assert.match(headers["user-agent"], /^amc-history\/\d+\.\d+\.\d+$/);
  assert.match(headers["accept"], /application\/json/);
  assert.equal(headers["content-type"], "application/json");
  assert.deepEqual(JSON.parse(asked.body), {
    workflowId: "my-first-workflow",
    timeWindowType: "EXPLICIT",
    timeWindowStart: "2024-01-20T00:00:00",
    timeWindowEnd: "2024-01-25T00:00:00",
    timeWindowTimeZone: "America/New_York",
    parameterValues: { brand: "x" },
    workflowExecutionTimeoutSeconds: 21_600,
  });
});

Deno.test("a 200 with an id is created, with the request id, and proves the matcher", async () => {
  const outcome = await createAgainst(() => json(CREATED, 200, RATE));
  assert.equal(outcome.kind, "created");
  assert(outcome.kind === "created");
  assert.equal(outcome.execution.id, EXECUTION_ID);
  assert.equal(outcome.execution.request_id, "rid-1");
  assert.equal(outcome.requestId, "rid-1");
  assert.equal(outcome.matches, true);
});

Deno.test("x-amz-rid serves as request id where x-amz-request-id is missing", async () => {
  const outcome = await createAgainst(() =>
    json(CREATED, 200, { "x-amz-rid": "rid-2" })
  );
  assert.equal(outcome.requestId, "rid-2");
});

for (const status of [200, 201, 202]) {
  Deno.test(`a ${status} with a wrapped execution and an octet-stream content type is created`, async () => {
    const outcome = await createAgainst(() =>
      json({ workflowExecution: CREATED }, status, {
        "content-type": "application/octet-stream",
      })
    );
    assert(outcome.kind === "created");
    assert.equal(outcome.execution.id, EXECUTION_ID);
    assert.equal(outcome.matches, true);
  });
}

const NOT_ECHOED: [string, Record<string, unknown>][] = [
  ["another workflow", { workflowId: "other" }],
  ["another fingerprint", { workflowExecutionTimeoutSeconds: 21_601 }],
  ["no fingerprint", { workflowExecutionTimeoutSeconds: undefined }],
  ["another zone", { timeWindowTimeZoneOriginal: "UTC" }],
  ["another window", { timeWindowEndOriginal: "2024-01-26T00:00:00" }],
  ["no creation time", { createTime: undefined }],
  ["a creation time hours before", { createTime: "2024-09-25T01:00:00Z" }],
];
for (const [what, change] of NOT_ECHOED) {
  Deno.test(`an answer that echoes ${what} is created but does not prove the matcher`, async () => {
    const outcome = await createAgainst(() => json({ ...CREATED, ...change }));
    assert(outcome.kind === "created");
    assert.equal(outcome.matches, false);
  });
}

const NO_ID: [string, () => Response][] = [
  ["an empty object", () => json({})],
  ["an empty body", () => new Response("", { status: 200 })],
  ["204", () => new Response(null, { status: 204 })],
  ["HTML", () => html(200)],
  ["null", () => json(null)],
  ["a list", () => json([CREATED])],
  [
    "broken JSON",
    () => new Response(`{"workflowExecutionId":"${EXECUTION_ID}"`),
  ],
  [
    "the id under other names",
    () =>
      json(
        {
          executionId: EXECUTION_ID,
          id: EXECUTION_ID,
          workflowId: EXECUTION_ID,
        },
        200,
        { location: `/workflowExecutions/${EXECUTION_ID}` },
      ),
  ],
  ["a null id", () => json({ ...CREATED, workflowExecutionId: null })],
  ["a number as id", () => json({ ...CREATED, workflowExecutionId: 7 })],
  ["an empty id", () => json({ ...CREATED, workflowExecutionId: "" })],
  [
    "an id with a space",
    () => json({ ...CREATED, workflowExecutionId: "a b" }),
  ],
  [
    "an id of 129 characters",
    () => json({ ...CREATED, workflowExecutionId: "a".repeat(129) }),
  ],
];
for (const [what, answer] of NO_ID) {
  Deno.test(`a success with ${what} is unknown`, async () => {
    const outcome = await createAgainst(answer);
    assert(outcome.kind === "unknown");
    assert.equal(outcome.reason, "no_id");
    assert(outcome.status !== null && outcome.status >= 200);
  });
}

for (const status of [400, 403, 404, 422]) {
  Deno.test(`a ${status} with AMC's error body is refused with AMC's words`, async () => {
    const outcome = await createAgainst(() =>
      refusal(status, "Unauthorized request.", RATE)
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

Deno.test("a refusal may carry its words in message", async () => {
  const outcome = await createAgainst(() => json({ message: "No." }, 400));
  assert(outcome.kind === "refused");
  assert.equal(outcome.message, "No.");
});

Deno.test("a daily limit is a quota", async () => {
  const outcome = await createAgainst(() =>
    refusal(400, "The limit of 30 ad hoc executions per day has been reached.")
  );
  assert.equal(outcome.kind, "quota");
});

const FOR_GOOD = [
  'Execution "X" of workflow "Y" could not be run because too many workflows have already been run against the same ' +
  "input data sources in the same or overlapping time windows.",
  "Was unable to compile workflow wf_1 because it was found to be invalid: From line 38, column 10: Object 'x' not found",
  "Was unable to compile workflow wf_1 because it was found to be invalid: execution LIMIT exceeded",
  "workflowExecutionTimeoutSeconds exceeds the limit of 86400",
  "The number of parameters exceeds the limit of 100 for an execution",
  "Terms and conditions must be accepted to continue",
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

for (
  const status of [301, 302, 303, 307, 308, 405, 408, 409, 410, 500, 502, 503]
) {
  Deno.test(`a ${status}, even with AMC's error body, is unknown`, async () => {
    const outcome = await createAgainst(() =>
      refusal(status, "Something.", { location: "/elsewhere", ...RATE })
    );
    assert(outcome.kind === "unknown");
    assert.equal(outcome.status, status);
    assert.equal(outcome.reason, status < 400 ? "redirect" : "status");
    assert.equal(outcome.requestId, "rid-1");
  });
}

Deno.test("a gateway's 504 is unknown", async () => {
  const outcome = await createAgainst(() =>
    json({ message: "Endpoint request timed out" }, 504)
  );
  assert(outcome.kind === "unknown");
  assert.equal(outcome.message, "Endpoint request timed out");
});

Deno.test("a 429 is throttled, with its wait in seconds, as a date, or without", async () => {
  const throttled = async (answer: () => Response) => {
    const outcome = await createAgainst(answer);
    assert(outcome.kind === "throttled");
    return outcome.retryAfterSeconds;
  };
  assert.equal(await throttled(() => html(429)), null);
  assert.equal(
    await throttled(() => refusal(429, "Slow.", { "retry-after": "7" })),
    7,
  );
  const dated = {
    "date": "Wed, 25 Sep 2024 03:00:00 GMT",
    "retry-after": "Wed, 25 Sep 2024 03:01:30 GMT",
  };
  assert.equal(await throttled(() => refusal(429, "Slow.", dated)), 90);
});

Deno.test("a log that fails does not take the id with it", async () => {
  await using server = serve(() => json(CREATED));
  const { client } = clientOf(server, {
    log: () => {
      throw new Error("disk full");
    },
  });
  assert.equal((await client.createExecution(REQUEST, SOON)).kind, "created");
});
