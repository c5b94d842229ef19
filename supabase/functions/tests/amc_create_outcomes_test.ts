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

for (
  const status of [400, 402, 403, 404, 405, 406, 410, 413, 415, 422, 423, 451]
) {
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

for (const status of [301, 302, 303, 307, 308, 408, 409, 500, 502, 503]) {
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

Deno.test("a 429 with any body, also a proxy's page or none, says that nothing was created", async () => {
  for (
    const answer of [
      () => html(429),
      () => new Response("", { status: 429 }),
      () => new Response("slow down", { status: 429 }),
      () => json({ errors: [{ message: "Slow." }] }, 429),
      () => json(CREATED, 429),
    ]
  ) assert.equal((await createAgainst(answer)).kind, "throttled");
});

Deno.test("a 503 stays unknown and keeps how long it asks to wait", async () => {
  const outcome = await createAgainst(() =>
    refusal(503, "Slow.", { "retry-after": "70" })
  );
  assert(outcome.kind === "unknown");
  assert.equal(outcome.retryAfterSeconds, 70);
});

Deno.test("a redirect says where to, without the query", async () => {
  const messageOf = async (location: string) => {
    const outcome = await createAgainst(() =>
      new Response("", { status: 307, headers: { location } })
    );
    return "message" in outcome ? outcome.message : null;
  };
  assert.equal(
    await messageOf("https://login.example.com/in?token=very-secret"),
    "Redirected to https://login.example.com/in.",
  );
  assert.match(
    await messageOf("/elsewhere?very-secret") ?? "",
    /^Redirected to http:\/\/127\.0\.0\.1:\d+\/elsewhere\.$/,
  );
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
