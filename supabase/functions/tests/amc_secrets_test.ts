import assert from "node:assert/strict";
import { AmcError } from "../_shared/amc/errors.ts";
import {
  createRedactor,
  MAX_TEXT,
  safeText,
  shownLink,
  tidy,
} from "../_shared/amc/sanitize.ts";
import {
  clientOf,
  CREATED,
  EXECUTION_ID,
  fakeTokens,
  holdsSecret,
  json,
  refusal,
  REQUEST,
  resultLink,
  ROOT,
  SECRETS,
  serve,
  SOON,
  tokensOf,
} from "./support/amc.ts";

Deno.test("secrets are taken out of texts by shape and by value", () => {
  const redact = createRedactor(() => ["hunter22", "a b&c="]);
  for (
    const text of [
      `Bearer ${SECRETS.accessToken}`,
      `{"refresh_token":"${SECRETS.refreshToken}"}`,
      `client_secret=${SECRETS.clientSecret}&x=1`,
      `client_secret: "very-secret-odd"`,
      "see https://a.s3.amazonaws.com/x.csv?X-Amz-Signature=very-secret.",
      "X-Amz-Security-Token=very-secret",
      `refresh_token=${encodeURIComponent(SECRETS.refreshToken)}`,
      '{"refreshToken":"Atzr\\u007cvery-secret"}',
      "amzn1.oa2-cs.v1.very-secret and amzn1.oa2.very-secret",
      "Authorization: Basic very-secret-value==",
      '"clientSecret": "very-secret", password=very-secret',
      "AWSAccessKeyId=x&Signature=very-secret%3D&Expires=1",
      "security-token: very-secret",
      "https://me:very-secret@example.com/x",
    ]
  ) assert(!holdsSecret(redact(text)), redact(text));
  assert.equal(
    redact(`hunter22 ${encodeURIComponent("a b&c=")} a b&c=`),
    "[removed] [removed] [removed]",
  );
  assert.equal(redact("nothing to hide"), "nothing to hide");
  const keys = "AKIAIOSFODNN7EXAMPLE eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl";
  assert.equal(redact(keys), "[removed] [removed]");
});

Deno.test("a secret is taken out before a text is cut, and though marks that show nothing break its shape", () => {
  const long = "x".repeat(MAX_TEXT - 10);
  assert(!/Atza|hunter/.test(safeText(`${long}Atza|very-secret-token`)));
  const redact = createRedactor(() => ["hunter22hunter22"]);
  assert(!/hunt/.test(safeText(`${long}hunter22hunter22`, redact)));
  assert.equal(safeText("At\u200bza|very\u202e-secret"), "[removed]");
});

Deno.test("a text loses what shows nothing, and keeps what languages need", () => {
  assert.equal(
    tidy("a\u0000\u001b[31mb\u0085c\u2029d \u061c\u2066e\ufeff\u00ad\u{e0041}"),
    "a [31mb c d e",
  );
  const kept = "Größe 测试 می\u200cخواهم 👩\u200d🔬";
  assert.equal(tidy(kept), kept);
});

Deno.test("a link is shown without user and query", () => {
  assert.equal(
    shownLink("https://u:very-secret@a.test:8443/x/y.csv?very-secret#z"),
    "https://a.test:8443/x/y.csv",
  );
  assert.equal(shownLink("nonsense?very-secret"), "(not a URL)");
});

Deno.test("every request is logged with its request id and without query or secret", async () => {
  await using server = serve(() =>
    json({ executions: [] }, 200, { "x-amz-request-id": "rid" })
  );
  const { client, log } = clientOf(server);
  await client.listExecutions({
    workflowId: "w",
    minCreationTime: "2024-09-25T02:11:51.900Z",
  });
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
  const words = `Bad token ${SECRETS.accessToken}, see ${resultLink(1)}`;
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

Deno.test("errors and logs of the token endpoint hold no secret that it echoes", async () => {
  for (const status of [400, 401, 500]) {
    await using server = serve((asked) =>
      json({
        error: "invalid_grant",
        error_description: `Got ${
          decodeURIComponent(asked.body)
        } and ${asked.body}`,
      }, status)
    );
    const log: unknown[] = [];
    const tokens = tokensOf(server, { log: (entry) => log.push(entry) });
    const failure = await tokens.token().catch((e) => e);
    assert(failure instanceof Error);
    assert(!holdsSecret(failure), failure.message);
    assert(log.length > 0 && !holdsSecret(log));
  }
});

Deno.test("a secret without a known shape is taken out too", async () => {
  await using server = serve(() =>
    json(
      { error: "invalid_client", error_description: "hunter22 is wrong" },
      401,
    )
  );
  const tokens = tokensOf(server, {
    credential: { clientId: "c", clientSecret: "hunter22", refreshToken: "r" },
  });
  const failure = await tokens.token().catch((e) => e);
  assert.equal(failure.message, "invalid_client: [removed] is wrong");
});

const ODD_TOKEN = "hunter22 and more";
const IN_WORDS = `Run with ${ODD_TOKEN}, or ${encodeURIComponent(ODD_TOKEN)}.`;
for (
  const [where, fields] of Object.entries({
    statusReason: { statusReason: IN_WORDS },
    message: { message: IN_WORDS },
    details: { details: IN_WORDS },
    messageSubject: { messageSubject: IN_WORDS },
    "a channel": {
      outputChannels: [{ status: "FAILED", statusReason: IN_WORDS }],
    },
    "a reason that is cut": {
      statusReason: `${"x".repeat(3_990)}${IN_WORDS}`,
    },
  })
) {
  Deno.test(`a token without a known shape is taken out of what an execution shows in ${where}, whatever shows it`, async () => {
    const shown = { ...CREATED, ...fields };
    await using server = serve(({ method, path }) =>
      json(
        method === "GET" && path.endsWith("/workflowExecutions")
          ? {
            executions: [shown, { ...shown, workflowExecutionId: null }],
          }
          : shown,
      )
    );
    const tokens = fakeTokens({
      token: () => Promise.resolve(ODD_TOKEN),
      redact: createRedactor(() => [ODD_TOKEN]),
    });
    const { client, log } = clientOf(server, { tokens });
    const seen = [
      await client.getExecution(EXECUTION_ID),
      await client.cancelExecution(EXECUTION_ID),
      await client.createExecution(REQUEST, SOON),
      await client.listExecutions({ minCreationTime: "2024-09-25T00:00:00Z" }),
      log,
    ];
    for (const answer of seen) {
      assert.doesNotMatch(JSON.stringify(answer), /hunt/);
    }
    assert.match(JSON.stringify(seen[0]), /\[removed\]|…/);
  });
}
