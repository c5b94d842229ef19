import assert from "node:assert/strict";
import {
  CredentialError,
  ThrottledError,
  TokenUnavailableError,
  UnavailableError,
} from "../_shared/amc/errors.ts";
import {
  granted,
  hangingFetch,
  holdsSecret,
  html,
  json,
  manualTimers,
  refusal,
  serve,
  tokensOf,
} from "./support/amc.ts";

const PERMANENT: [number, string, string][] = [
  [
    400,
    "invalid_grant",
    "The request has an invalid grant parameter : refresh_token.",
  ],
  [401, "invalid_client", "Client authentication failed"],
  [400, "unauthorized_client", "Not authorized"],
];
for (const [status, error, error_description] of PERMANENT) {
  Deno.test(`${error} is permanent and is not asked twice`, async () => {
    await using server = serve(() =>
      json({ error, error_description, request_id: "r" }, status)
    );
    const failure = await tokensOf(server).token().catch((e) => e);
    assert(failure instanceof CredentialError);
    assert.equal(failure.code, error);
    assert.equal(failure.message, `${error}: ${error_description}`);
    assert.equal(failure.status, status);
    assert.equal(failure.retryable, false);
    assert.equal(server.asked.length, 1);
  });
}

const PASSING: [string, () => Response, number][] = [
  ["a 500", () => html(500), 4],
  [
    "a 503 with an error that is permanent elsewhere",
    () => json({ error: "invalid_grant" }, 503),
    4,
  ],
  ["an answer without a token", () => json({ token: "very-secret" }), 4],
  ["HTML", () => html(200), 4],
  ["invalid_request", () => json({ error: "invalid_request" }, 400), 1],
  ["an HTML 401", () => html(401), 1],
  ["an HTML 404", () => html(404), 1],
  [
    "a redirect",
    () => new Response(null, { status: 302, headers: { location: "/x" } }),
    1,
  ],
];
for (const [what, answer, tries] of PASSING) {
  Deno.test(`${what} from the token endpoint may pass; asked ${tries} times`, async () => {
    await using server = serve(answer);
    const failure = await tokensOf(server).token().catch((e) => e);
    assert(failure instanceof TokenUnavailableError, Deno.inspect(failure));
    assert.equal(server.asked.length, tries);
    assert(!holdsSecret(failure));
  });
}

Deno.test("a throttled token endpoint is asked again within the bounds", async () => {
  await using server = serve((_, nth) =>
    nth < 2
      ? json({ error: "slow" }, 429, { "retry-after": "1" })
      : granted(nth)
  );
  const waits: number[] = [];
  const tokens = tokensOf(server, {
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  await tokens.token();
  assert.deepEqual(waits, [1_250, 1_500]);
});

Deno.test("a token endpoint that asks for a long wait is throttled at once", async () => {
  await using server = serve(() => html(429));
  const failure = await tokensOf(server, {
    fetch: () =>
      Promise.resolve(
        refusal(429, "Slow down.", { "retry-after": "600" }),
      ),
  }).token().catch((e) => e);
  assert(failure instanceof ThrottledError);
  assert.equal(failure.retryAfterSeconds, 600);
});

Deno.test("the old token serves while the endpoint is out of order, but not past its last minute", async () => {
  await using server = serve((_, nth) => nth === 0 ? granted() : html(500));
  let now = 0;
  const tokens = tokensOf(server, { now: () => now });
  const first = await tokens.token();
  now = 3_500_000;
  assert.equal(await tokens.token(), first);
  now = 3_550_000;
  await assert.rejects(tokens.token(), UnavailableError);
});

Deno.test("a token request is given up after 15 seconds", async () => {
  const timers = manualTimers();
  const { fetch, called } = hangingFetch();
  const tokens = tokensOf({ url: "https://lwa.test" }, {
    startTimer: timers.startTimer,
    retry: { tries: 1, totalMs: 0, baseMs: 0, capMs: 0 },
    fetch,
  });
  const wanted = tokens.token();
  await called;
  timers.fire(15_000);
  await assert.rejects(wanted, { code: "token_unavailable" });
});

Deno.test("a plain http token endpoint elsewhere is refused", () => {
  assert.throws(
    () => tokensOf({ url: "http://lwa.example.com" }),
    /must be https/,
  );
});
