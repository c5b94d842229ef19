import assert from "node:assert/strict";
import { CredentialError, UnavailableError } from "../_shared/amc/errors.ts";
import {
  clientOf,
  CREATED,
  fakeTokens,
  json,
  manualTimers,
  REQUEST,
  serve,
  SOON,
} from "./support/amc.ts";

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
