import assert from "node:assert/strict";
import {
  type CreateOutcome,
  CredentialError,
  UnavailableError,
} from "../_shared/amc/mod.ts";
import {
  clientOf,
  CREATED,
  EXECUTION_ID,
  fakeTokens,
  holdsSecret,
  html,
  json,
  manualTimers,
  refusal,
  REQUEST,
  SECRETS,
  serve,
} from "./support/amc.ts";

const SOON = { deadline: Infinity };
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

Deno.test("a 401 replaces the token and does not POST again", async () => {
  await using server = serve(() => refusal(401, "Token expired."));
  const tokens = fakeTokens();
  const { client } = clientOf(server, { tokens });
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "unauthorized");
  assert.equal(outcome.error, null);
  assert.equal(server.asked.length, 1);
  assert.deepEqual(tokens.invalidated, [SECRETS.accessToken]);
  assert.equal(tokens.given, 2);
});

Deno.test("a 401 whose token cannot be replaced says why", async () => {
  await using server = serve(() => refusal(401, "Token expired."));
  const dead = new CredentialError("invalid_grant", "revoked");
  let calls = 0;
  const tokens = fakeTokens({
    token: () => calls++ === 0 ? Promise.resolve("t") : Promise.reject(dead),
  });
  const { client } = clientOf(server, { tokens });
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "unauthorized");
  assert.equal(outcome.error, dead);
});

Deno.test("a create follows no redirect", async () => {
  await using elsewhere = serve(() => json(CREATED));
  await using server = serve(() =>
    new Response(null, {
      status: 307,
      headers: { location: `${elsewhere.url}/amc` },
    })
  );
  const { client } = clientOf(server);
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "unknown");
  assert.equal(outcome.reason, "redirect");
  assert.equal(server.asked.length, 1);
  assert.equal(elsewhere.asked.length, 0);
});

/** Answers GETs, and drops the connection once it has read a POST. */
function droppingServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const state = { posts: 0, connections: 0 };
  const { encode, decode } = {
    encode: (text: string) => new TextEncoder().encode(text),
    decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
  };
  async function talk(connection: Deno.Conn) {
    const buffer = new Uint8Array(65_536);
    let text = "";
    for (;;) {
      const read = await connection.read(buffer).catch(() => null);
      if (read === null) break;
      text += decode(buffer.subarray(0, read));
      if (text.startsWith("GET ")) {
        text = "";
        const body = JSON.stringify(CREATED);
        await connection.write(
          encode(
            `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
          ),
        );
      } else if (text.includes("workflowExecutionTimeoutSeconds")) {
        state.posts++;
        break;
      }
    }
    connection.close();
  }
  const serving = (async () => {
    const talks: Promise<void>[] = [];
    for await (const connection of listener) {
      state.connections++;
      talks.push(talk(connection));
    }
    await Promise.all(talks);
  })();
  const host = `127.0.0.1:${listener.addr.port}`;
  return {
    state,
    host,
    url: `http://${host}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

Deno.test("a create whose reused connection drops after it was read is unknown, and the runtime does not send it again", async () => {
  await using server = droppingServer();
  const { client } = clientOf(server);
  await client.getExecution(EXECUTION_ID);
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "unknown");
  assert.equal(outcome.reason, "network");
  assert.equal(outcome.status, null);
  assert.deepEqual(server.state, { posts: 1, connections: 1 });
});

Deno.test("a create whose fresh connection drops after it was read is unknown, and the runtime does not send it again", async () => {
  await using server = droppingServer();
  const { client } = clientOf(server);
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "unknown");
  assert.deepEqual(server.state, { posts: 1, connections: 1 });
});

Deno.test("a create tells the length of its body", async () => {
  await using server = serve(() => json(CREATED));
  const { client } = clientOf(server);
  await client.createExecution(REQUEST, SOON);
  const [{ headers, body }] = server.asked;
  assert.equal(headers["content-length"], String(body.length));
  assert.equal(headers["transfer-encoding"], undefined);
});

Deno.test("an answer that breaks off is unknown", async () => {
  const { client } = clientOf({ url: "https://amc.test", host: "" }, {
    fetch: () =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(new TextEncoder().encode('{"workflowExec'));
            },
            pull(controller) {
              controller.error(new Error("broken"));
            },
          }),
        ),
      ),
  });
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "unknown");
  assert.equal(outcome.reason, "no_id");
});

Deno.test("a refused connection is unknown", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  const { client } = clientOf({ url: `http://${host}`, host });
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "unknown");
  assert.equal(outcome.reason, "network");
});

/** A fetch that answers only when its signal aborts. */
function hangingFetch() {
  const { promise: called, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  const fetch: typeof globalThis.fetch = (_, init) => {
    calls++;
    resolve();
    return new Promise((_, reject) =>
      init!.signal!.addEventListener(
        "abort",
        () => reject(init!.signal!.reason),
      )
    );
  };
  return { fetch, called, calls: () => calls };
}

Deno.test("a create without an answer is given up after 30 seconds, as unknown", async () => {
  const timers = manualTimers();
  const { fetch, called, calls } = hangingFetch();
  const { client, log } = clientOf({ url: "https://amc.test", host: "" }, {
    fetch,
    startTimer: timers.startTimer,
  });
  const creating = client.createExecution(REQUEST, SOON);
  await called;
  assert.deepEqual(timers.running(), [30_000]);
  timers.fire(30_000);
  const outcome = await creating;
  assert(outcome.kind === "unknown");
  assert.equal(outcome.reason, "timeout");
  assert.equal(calls(), 1);
  assert.equal(log[0].outcome, "timeout");
});

Deno.test("the 30 seconds hold for the body too", async () => {
  const timers = manualTimers();
  const { promise: reading, resolve } = Promise.withResolvers<void>();
  const { client } = clientOf({ url: "https://amc.test", host: "" }, {
    fetch: () =>
      Promise.resolve(
        new Response(new ReadableStream({ pull: () => resolve() })),
      ),
    startTimer: timers.startTimer,
  });
  const creating = client.createExecution(REQUEST, SOON);
  await reading;
  timers.fire(30_000);
  assert.equal((await creating).kind, "unknown");
});

Deno.test("a caller that gives up after the create left gets unknown", async () => {
  const { fetch, called } = hangingFetch();
  const { client } = clientOf({ url: "https://amc.test", host: "" }, { fetch });
  const caller = new AbortController();
  const creating = client.createExecution(REQUEST, {
    ...SOON,
    signal: caller.signal,
  });
  await called;
  caller.abort();
  const outcome = await creating;
  assert(outcome.kind === "unknown");
  assert.equal(outcome.reason, "aborted");
});

Deno.test("a caller that gave up before gets not sent", async () => {
  await using server = serve(() => json(CREATED));
  const { client } = clientOf(server);
  const outcome = await client.createExecution(REQUEST, {
    ...SOON,
    signal: AbortSignal.abort(),
  });
  assert(outcome.kind === "not_sent");
  assert.equal(outcome.reason, "aborted");
  assert.equal(server.asked.length, 0);
});

for (const [when, now] of [["past", 20_001], ["at", 20_000]] as const) {
  Deno.test(`a create ${when} its deadline is not sent`, async () => {
    await using server = serve(() => json(CREATED));
    const { client } = clientOf(server, { now: () => now });
    const outcome = await client.createExecution(REQUEST, { deadline: 20_000 });
    assert(outcome.kind === "not_sent");
    assert.equal(outcome.reason, "window_over");
    assert.equal(server.asked.length, 0);
  });
}

Deno.test("a deadline that is not a number is over", async () => {
  await using server = serve(() => json(CREATED));
  const { client } = clientOf(server);
  const outcome = await client.createExecution(REQUEST, { deadline: NaN });
  assert(outcome.kind === "not_sent");
  assert.equal(server.asked.length, 0);
});

Deno.test("the deadline is checked after the token is there", async () => {
  await using server = serve(() => json(CREATED));
  let now = 0;
  const tokens = fakeTokens({
    token: () => {
      now = 25_000;
      return Promise.resolve("t");
    },
  });
  const { client } = clientOf(server, { tokens, now: () => now });
  const outcome = await client.createExecution(REQUEST, { deadline: 20_000 });
  assert(outcome.kind === "not_sent");
  assert.equal(outcome.reason, "window_over");
  assert.equal(server.asked.length, 0);
});

Deno.test("a token that does not come is waited for until the deadline only", async () => {
  await using server = serve(() => json(CREATED));
  const timers = manualTimers();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const tokens = fakeTokens({
    token: (signal?: AbortSignal) =>
      new Promise((_, reject) => {
        signal!.addEventListener("abort", () => reject(new Error("aborted")));
        resolve();
      }),
  });
  const { client } = clientOf(server, {
    tokens,
    now: () => 5_000,
    startTimer: timers.startTimer,
  });
  const creating = client.createExecution(REQUEST, { deadline: 20_000 });
  await asked;
  timers.fire(15_000);
  const outcome = await creating;
  assert(outcome.kind === "not_sent");
  assert.equal(outcome.reason, "window_over");
  assert.equal(server.asked.length, 0);
});

Deno.test("a create without a token was not sent, and says whether a person must act", async () => {
  await using server = serve(() => json(CREATED));
  const failing = async (error: Error) => {
    const tokens = fakeTokens({ token: () => Promise.reject(error) });
    const { client } = clientOf(server, { tokens });
    const outcome = await client.createExecution(REQUEST, SOON);
    assert(outcome.kind === "not_sent");
    return outcome;
  };
  const dead = new CredentialError("invalid_client", "no");
  assert.equal((await failing(dead)).reason, "credential");
  assert.equal((await failing(dead)).error, dead);
  assert.equal((await failing(new UnavailableError("later"))).reason, "token");
  assert.equal((await failing(new Error("odd"))).reason, "token");
  assert.equal(server.asked.length, 0);
});

const OWN_MISTAKES: [string, Record<string, unknown>][] = [
  ["a zone suffix", { timeWindowStart: "2024-01-20T00:00:00Z" }],
  ["a date only", { timeWindowEnd: "2024-01-25" }],
  ["an impossible date", { timeWindowEnd: "2024-02-30T00:00:00" }],
  ["an empty window", { timeWindowEnd: "2024-01-20T00:00:00" }],
  ["a timeout below 900", { timeoutSeconds: 899 }],
  ["a timeout above 86400", { timeoutSeconds: 86_401 }],
  ["no workflow", { workflowId: "" }],
  ["a parameter that JSON cannot hold", { parameterValues: { a: 1n } }],
];
for (const [what, change] of OWN_MISTAKES) {
  Deno.test(`a request with ${what} is not sent`, async () => {
    await using server = serve(() => json(CREATED));
    const { client } = clientOf(server);
    const outcome = await client.createExecution(
      { ...REQUEST, ...change } as typeof REQUEST,
      SOON,
    );
    assert(outcome.kind === "not_sent");
    assert.equal(outcome.reason, "invalid_request");
    assert.equal(server.asked.length, 0);
  });
}

Deno.test("a header that cannot be sent is found before the fetch", async () => {
  await using server = serve(() => json(CREATED));
  const tokens = fakeTokens({ token: () => Promise.resolve("a\nb") });
  const { client } = clientOf(server, { tokens });
  const outcome = await client.createExecution(REQUEST, SOON);
  assert(outcome.kind === "not_sent");
  assert.equal(outcome.reason, "invalid_request");
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

Deno.test("neither verdicts nor logs hold a secret that AMC echoes", async () => {
  for (const status of [400, 401, 429, 500]) {
    await using server = serve(() =>
      refusal(
        status,
        `Bad header Bearer ${SECRETS.accessToken} and refresh_token=${SECRETS.refreshToken} and ${SECRETS.clientSecret}`,
      )
    );
    const { client, log } = clientOf(server);
    const outcome = await client.createExecution(REQUEST, SOON);
    assert(!holdsSecret(outcome), Deno.inspect(outcome));
    assert(!holdsSecret(log));
    assert.equal(log.length, 1);
  }
});
