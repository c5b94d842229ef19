// What a create sends, and what an answer makes of it: created, throttled, or unknown.
import assert from "node:assert/strict";
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
import { createAgainst, REQUEST_ID } from "./support/create_against.ts";

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
  const outcome = await createAgainst(() => json(CREATED, 200, REQUEST_ID));
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

for (const status of [301, 302, 303, 307, 308, 408, 409, 500, 502, 503]) {
  Deno.test(`a ${status}, even with AMC's error body, is unknown`, async () => {
    const outcome = await createAgainst(() =>
      refusal(status, "Something.", { location: "/elsewhere", ...REQUEST_ID })
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
