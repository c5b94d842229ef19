import assert from "node:assert/strict";
import {
  AmcError,
  API_URLS,
  NotFoundError,
  NotReadyError,
  RefusedError,
  ThrottledError,
  UnavailableError,
  UnknownOutcomeError,
} from "../_shared/amc/mod.ts";
import {
  type Asked,
  clientOf,
  CREATED,
  EXECUTION_ID,
  fakeTokens,
  holdsSecret,
  html,
  json,
  manualTimers,
  refusal,
  SECRETS,
  serve,
} from "./support/amc.ts";

const ROOT = "/amc/reporting/amcr1aaaa1a";
const SINCE = { minCreationTime: "2024-09-25T02:11:51.900Z" };

Deno.test("an execution is read flat and wrapped, whatever the content type", async () => {
  for (const body of [CREATED, { workflowExecution: CREATED }]) {
    await using server = serve(() =>
      json(body, 200, {
        "content-type": "application/octet-stream",
        "x-amz-request-id": "rid",
      })
    );
    const { client } = clientOf(server);
    const execution = await client.getExecution(EXECUTION_ID);
    assert.equal(execution.status, "PENDING");
    assert.equal(execution.request_id, "rid");
    assert.equal(
      server.asked[0].path,
      `${ROOT}/workflowExecutions/${EXECUTION_ID}`,
    );
    assert.equal(
      server.asked[0].headers["amazon-advertising-api-advertiserid"],
      "ENTITY1AA1AA11AAA1",
    );
  }
});

Deno.test("each region has its own host", async () => {
  for (const region of ["NA", "EU", "FE"] as const) {
    let asked = "";
    const { client } = clientOf({ url: "https://x.test", host: "" }, {
      apiUrl: undefined,
      instance: {
        instanceId: "amcr1aaaa1a",
        entityId: "E",
        marketplaceId: "M",
        region,
      },
      fetch: (url) => {
        asked = String(url);
        return Promise.resolve(json(CREATED));
      },
    });
    await client.getExecution(EXECUTION_ID);
    assert(asked.startsWith(`${API_URLS[region]}/amc/reporting/`));
  }
});

Deno.test("a plain http API elsewhere is refused", () => {
  assert.throws(
    () => clientOf({ url: "http://amc.example.com", host: "" }),
    /must be https/,
  );
});

Deno.test("another execution than the one asked for is no answer", async () => {
  await using server = serve(() => json(CREATED));
  const { client } = clientOf(server);
  await assert.rejects(client.getExecution("other"), UnavailableError);
});

for (
  const [status, text] of [
    [404, "Not found."],
    [400, `Workflow execution with ID ${EXECUTION_ID} does not exist.`],
  ] as const
) {
  Deno.test(`an unknown execution is not found, said with ${status}`, async () => {
    await using server = serve(() =>
      refusal(status, text, { "x-amz-request-id": "rid" })
    );
    const { client } = clientOf(server);
    const failure = await client.getExecution(EXECUTION_ID).catch((e) => e);
    assert(failure instanceof NotFoundError);
    assert.deepEqual(
      [failure.code, failure.status, failure.requestId, failure.message],
      ["not_found", status, "rid", text],
    );
    assert.equal(server.asked.length, 1);
  });
}

Deno.test("a 404 that is not AMC's own is not the word that something does not exist", async () => {
  await using server = serve(() => html(404));
  const { client } = clientOf(server);
  const failure = await client.getExecution(EXECUTION_ID).catch((e) => e);
  assert(failure instanceof UnavailableError);
  assert.equal(server.asked.length, 1);
});

for (const status of [400, 403, 422]) {
  Deno.test(`a read that AMC refuses with ${status} is not tried again`, async () => {
    await using server = serve(() => refusal(status, "Unauthorized request."));
    const { client } = clientOf(server);
    await assert.rejects(client.getExecution(EXECUTION_ID), {
      name: "RefusedError",
      status,
      message: "Unauthorized request.",
    });
    assert.equal(server.asked.length, 1);
  });
}

for (
  const [what, answer] of [
    ["500", () => html(500)],
    ["504", () => json({ message: "Endpoint request timed out" }, 504)],
    ["429 without Retry-After", () => html(429)],
    ["408", () => html(408)],
    ["broken JSON", () => new Response("{")],
  ] as [string, () => Response][]
) {
  Deno.test(`a read that meets ${what} is tried again with backoff and full jitter`, async () => {
    await using server = serve((_, nth) => nth < 3 ? answer() : json(CREATED));
    const { client, waits } = clientOf(server);
    await client.getExecution(EXECUTION_ID);
    assert.deepEqual(waits, [250, 500, 1_000]);
  });

  Deno.test(`a read that meets only ${what} ends after four tries`, async () => {
    await using server = serve(answer);
    const { client } = clientOf(server);
    const failure = await client.getExecution(EXECUTION_ID).catch((e) => e);
    assert(failure instanceof AmcError);
    assert.equal(
      failure.code,
      what.startsWith("429") ? "throttled" : "unavailable",
    );
    assert.equal(server.asked.length, 4);
  });
}

Deno.test("a read follows no redirect", async () => {
  await using elsewhere = serve(() => json(CREATED));
  await using server = serve(() =>
    new Response(null, {
      status: 302,
      headers: { location: elsewhere.url },
    })
  );
  const { client } = clientOf(server);
  await assert.rejects(client.getExecution(EXECUTION_ID), UnavailableError);
  assert.equal(elsewhere.asked.length, 0);
});

Deno.test("a wait that AMC asks for is kept; one beyond the bound is handed to the caller at once", async () => {
  await using short = serve((_, nth) =>
    nth === 0 ? refusal(429, "Slow.", { "retry-after": "5" }) : json(CREATED)
  );
  const { client, waits } = clientOf(short);
  await client.getExecution(EXECUTION_ID);
  assert.deepEqual(waits, [5_250]);

  await using long = serve(() =>
    refusal(429, "Slow.", {
      "date": "Wed, 25 Sep 2024 03:00:00 GMT",
      "retry-after": "Wed, 25 Sep 2024 03:02:00 GMT",
    })
  );
  const failure = await clientOf(long).client.getExecution(EXECUTION_ID)
    .catch((e) => e);
  assert(failure instanceof ThrottledError);
  assert.equal(failure.retryAfterSeconds, 120);
  assert.equal(long.asked.length, 1);
});

Deno.test("retries end when their time is over", async () => {
  await using server = serve(() => html(503));
  let now = 0;
  const { client } = clientOf(server, {
    now: () => now,
    wait: () => {
      now += 20_000;
      return Promise.resolve();
    },
  });
  await assert.rejects(client.getExecution(EXECUTION_ID), UnavailableError);
  assert.equal(server.asked.length, 3);
});

Deno.test("a read without an answer is given up after 30 seconds and tried again", async () => {
  const timers = manualTimers();
  let calls = 0;
  const { client } = clientOf({ url: "https://amc.test", host: "" }, {
    startTimer: timers.startTimer,
    fetch: (_, init) => {
      if (calls++ > 0) return Promise.resolve(json(CREATED));
      queueMicrotask(() => timers.fire(30_000));
      return new Promise((_, reject) =>
        init!.signal!.addEventListener("abort", () => reject(new Error("x")))
      );
    },
  });
  await client.getExecution(EXECUTION_ID);
  assert.equal(calls, 2);
  assert.deepEqual(timers.running(), []);
});

Deno.test("a caller's signal ends the retries", async () => {
  await using server = serve(() => html(500));
  const caller = new AbortController();
  const { client } = clientOf(server, {
    wait: () => {
      caller.abort();
      return Promise.reject(new Error("aborted"));
    },
  });
  await assert.rejects(
    client.getExecution(EXECUTION_ID, { signal: caller.signal }),
    { code: "aborted" },
  );
  assert.equal(server.asked.length, 1);
});

const numbered = (n: number) => ({
  ...CREATED,
  workflowExecutionId: `execution-${n}`,
});

for (
  const [what, end] of [
    ["absent", {}],
    ["null", { nextToken: null }],
    ["empty", { nextToken: "" }],
  ] as const
) {
  Deno.test(`a listing reads all pages until nextToken is ${what}`, async () => {
    await using server = serve((asked) => {
      const page = Number(asked.query.nextToken ?? 0);
      return json(
        {
          executions: [numbered(2 * page), numbered(2 * page + 1)],
          ...(page < 2 ? { nextToken: String(page + 1) } : end),
        },
        200,
        {
          "x-amz-request-id": `rid-${page}`,
          date: `Wed, 25 Sep 2024 03:0${page}:00 GMT`,
        },
      );
    });
    const { client } = clientOf(server);
    const listing = await client.listExecutions({
      ...SINCE,
      workflowId: "my-first-workflow",
    });
    assert.deepEqual(
      listing.executions.map((execution) => execution.id),
      [0, 1, 2, 3, 4, 5].map((n) => `execution-${n}`),
    );
    assert.equal(listing.complete, true);
    assert.equal(listing.serverDate, "2024-09-25T03:00:00.000Z");
    assert.deepEqual(listing.requestIds, ["rid-0", "rid-1", "rid-2"]);
    assert.deepEqual(server.asked[0].query, {
      workflowId: "my-first-workflow",
      minCreationTime: "2024-09-25T02:11:51",
      timeZone: "UTC",
      includeCancelled: "true",
      limit: "100",
    });
    assert.deepEqual(server.asked[2].query, {
      ...server.asked[0].query,
      nextToken: "2",
    });
  });
}

Deno.test("a listing of the whole instance names no workflow", async () => {
  await using server = serve(() => json({ executions: [] }));
  const listing = await clientOf(server).client.listExecutions(SINCE);
  assert.deepEqual(listing.executions, []);
  assert.equal("workflowId" in server.asked[0].query, false);
});

Deno.test("an execution that comes on two pages counts once, as last seen", async () => {
  await using server = serve((_, nth) =>
    nth === 0
      ? json({ executions: [numbered(1)], nextToken: "a" })
      : json({ executions: [{ ...numbered(1), status: "RUNNING" }] })
  );
  const listing = await clientOf(server).client.listExecutions(SINCE);
  assert.deepEqual(listing.executions.map((e) => e.status), ["RUNNING"]);
});

Deno.test("a listing with an entry that cannot be read is not complete", async () => {
  await using server = serve(() =>
    json({ executions: [numbered(1), { status: "RUNNING" }, null] })
  );
  const listing = await clientOf(server).client.listExecutions(SINCE);
  assert.equal(listing.executions.length, 1);
  assert.equal(listing.complete, false);
});

Deno.test("a page token that comes twice ends the listing with an error", async () => {
  await using server = serve(() =>
    json({ executions: [numbered(1)], nextToken: "same" })
  );
  await assert.rejects(
    clientOf(server).client.listExecutions(SINCE),
    /page token twice/,
  );
  assert.equal(server.asked.length, 2);
});

Deno.test("pages without end end the listing with an error", async () => {
  await using server = serve((_, nth) =>
    json({ executions: [], nextToken: String(nth) })
  );
  await assert.rejects(
    clientOf(server).client.listExecutions(SINCE),
    /at most 100 pages/,
  );
  assert.equal(server.asked.length, 100);
});

const NO_LIST: [string, () => Response][] = [
  ["an empty object", () => json({})],
  ["executions null", () => json({ executions: null })],
  ["HTML", () => html(200)],
  ["an empty body", () => new Response("")],
];
for (const [what, answer] of NO_LIST) {
  Deno.test(`${what} is not an empty list`, async () => {
    await using server = serve(answer);
    await assert.rejects(
      clientOf(server).client.listExecutions(SINCE),
      UnavailableError,
    );
  });
}

Deno.test("a page that fails fails the listing", async () => {
  await using server = serve((_, nth) =>
    nth === 0
      ? json({ executions: [numbered(1)], nextToken: "a" })
      : refusal(400, "Bad token.")
  );
  await assert.rejects(
    clientOf(server).client.listExecutions(SINCE),
    RefusedError,
  );
});

/** A server with one execution that a PUT may cancel. */
function cancelServer(
  put: () => Response,
  statusAfter: string,
) {
  return serve((asked: Asked) =>
    asked.method === "PUT" ? put() : json({ ...CREATED, status: statusAfter })
  );
}

const CANCELS: [string, () => Response, string, string][] = [
  ["that AMC takes", () => new Response(null), "CANCELLED", "cancelled"],
  [
    "that AMC takes but does not show yet",
    () => json({}),
    "RUNNING",
    "requested",
  ],
  [
    "of a finished run",
    () => refusal(400, "Finished."),
    "SUCCEEDED",
    "finished",
  ],
  [
    "of a cancelled run",
    () => refusal(400, "Finished."),
    "CANCELLED",
    "cancelled",
  ],
  ["whose answer is lost", () => html(504), "CANCELLED", "cancelled"],
];
for (const [what, put, status, kind] of CANCELS) {
  Deno.test(`a cancel ${what} is ${kind}`, async () => {
    await using server = cancelServer(put, status);
    const outcome = await clientOf(server).client.cancelExecution(EXECUTION_ID);
    assert.equal(outcome.kind, kind);
    assert.equal(outcome.execution.status, status);
    const puts = server.asked.filter((asked) => asked.method === "PUT");
    assert.equal(puts.length, 1);
    assert.deepEqual(JSON.parse(puts[0].body), { status: "CANCELLED" });
  });
}

Deno.test("a cancel that did not work says so", async () => {
  const cancel = async (put: () => Response) => {
    await using server = cancelServer(put, "RUNNING");
    return await clientOf(server).client.cancelExecution(EXECUTION_ID)
      .catch((e) => e);
  };
  assert(await cancel(() => html(500)) instanceof UnknownOutcomeError);
  assert(await cancel(() => refusal(400, "No.")) instanceof RefusedError);
  assert(await cancel(() => refusal(403, "No.")) instanceof RefusedError);
  assert(await cancel(() => refusal(404, "No.")) instanceof NotFoundError);
  assert(await cancel(() => html(429)) instanceof ThrottledError);
});

const file = (n: number, signature = "1") =>
  `https://results.s3.us-east-1.amazonaws.com/${n}.csv?X-Amz-Signature=very-secret-${signature}`;

Deno.test("all download links are given, files and metadata apart, on all pages", async () => {
  await using server = serve((_, nth) =>
    nth === 0
      ? json({
        downloadUrls: [file(1), file(2)],
        metadataDownloadUrls: [file(9)],
        nextToken: "a",
      })
      : json({ downloadUrls: [file(3)] })
  );
  const links = await clientOf(server).client.downloadUrls(EXECUTION_ID);
  assert.deepEqual(links.urls, [file(1), file(2), file(3)]);
  assert.deepEqual(links.metadataUrls, [file(9)]);
  assert.equal(
    server.asked[0].path,
    `${ROOT}/workflowExecutions/${EXECUTION_ID}/downloadUrls`,
  );
});

Deno.test("a placeholder as nextToken does not make files twice", async () => {
  await using server = serve((_, nth) =>
    json({ downloadUrls: [file(1, String(nth))], nextToken: "placeholder" })
  );
  const links = await clientOf(server).client.downloadUrls(EXECUTION_ID);
  assert.deepEqual(links.urls, [file(1, "0")]);
  assert.equal(server.asked.length, 2);
});

const NOT_READY: [string, () => Response][] = [
  [
    "404 unavailable",
    () =>
      refusal(
        404,
        `Execution with ID ${EXECUTION_ID} is unavailable for download.`,
      ),
  ],
  [
    "400 unavailable",
    () =>
      refusal(
        400,
        `Execution with ID ${EXECUTION_ID} is unavailable for download.`,
      ),
  ],
  ["404 in other words", () => refusal(404, "No result.")],
  ["no link", () => json({ downloadUrls: [], metadataDownloadUrls: [] })],
  ["an empty object", () => json({})],
];
for (const [what, answer] of NOT_READY) {
  Deno.test(`a result is not ready when AMC answers ${what}`, async () => {
    await using server = serve(answer);
    await assert.rejects(
      clientOf(server).client.downloadUrls(EXECUTION_ID),
      NotReadyError,
    );
    assert.equal(server.asked.length, 1);
  });
}

Deno.test("links of an execution that does not exist are not found", async () => {
  await using server = serve(() =>
    refusal(404, `Workflow execution with ID ${EXECUTION_ID} does not exist.`)
  );
  await assert.rejects(
    clientOf(server).client.downloadUrls(EXECUTION_ID),
    NotFoundError,
  );
});

Deno.test("links in a form that nobody expected do not get into the error", async () => {
  await using server = serve(() => json({ downloadUrls: [{ url: file(1) }] }));
  const { client, log } = clientOf(server);
  const failure = await client.downloadUrls(EXECUTION_ID).catch((e) => e);
  assert(failure instanceof UnavailableError);
  assert(!holdsSecret(failure) && !holdsSecret(log));
});

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

Deno.test("a write with an expired token is sent again once, since nothing was done", async () => {
  await using server = serve((asked, nth) =>
    asked.method === "PUT" && nth === 0
      ? refusal(401, "expired")
      : json({ ...CREATED, status: "CANCELLED" })
  );
  const tokens = fakeTokens();
  const { client } = clientOf(server, { tokens });
  await client.cancelExecution(EXECUTION_ID);
  assert.deepEqual(server.asked.map((asked) => asked.method), [
    "PUT",
    "PUT",
    "GET",
  ]);
  assert.deepEqual(tokens.invalidated, [SECRETS.accessToken]);
});

Deno.test("every request is logged with its request id and without query or secret", async () => {
  await using server = serve(() =>
    json({ executions: [] }, 200, { "x-amz-request-id": "rid" })
  );
  const { client, log } = clientOf(server);
  await client.listExecutions({ ...SINCE, workflowId: "w" });
  assert.equal(log.length, 1);
  const { ms, target, ...entry } = log[0];
  assert(ms >= 0);
  assert.equal(target, `${server.url}${ROOT}/workflowExecutions`);
  assert.deepEqual(entry, {
    event: "amc_request",
    operation: "list_executions",
    method: "GET",
    status: 200,
    outcome: "answered",
    request_id: "rid",
  });
  assert(!holdsSecret(log));
});

Deno.test("errors hold no secret that AMC or the network echoes", async () => {
  const words = `Bad token ${SECRETS.accessToken}, see ${file(1)}`;
  for (const status of [400, 403, 404, 429, 500]) {
    await using server = serve(() => refusal(status, words));
    const { client, log } = clientOf(server);
    const failure = await client.getExecution(EXECUTION_ID).catch((e) => e);
    assert(failure instanceof AmcError);
    assert(!holdsSecret(failure), failure.message);
    assert(!holdsSecret(log));
  }
  const { client, log } = clientOf({ url: "https://amc.test", host: "" }, {
    fetch: () => Promise.reject(new TypeError(`error sending ${words}`)),
  });
  const failure = await client.getExecution(EXECUTION_ID).catch((e) => e);
  assert(!holdsSecret(failure) && !holdsSecret(log));
});
