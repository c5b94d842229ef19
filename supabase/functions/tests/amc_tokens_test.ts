import assert from "node:assert/strict";
import {
  createTokenSource,
  CredentialError,
  ThrottledError,
  TOKEN_URLS,
  UnavailableError,
} from "../_shared/amc/mod.ts";
import {
  clientOf,
  CREATED,
  EXECUTION_ID,
  holdsSecret,
  html,
  json,
  manualTimers,
  refusal,
  SECRETS,
  serve,
  tokensOf,
} from "./support/amc.ts";

const granted = (nth = 0, expires_in: unknown = 3600) =>
  json({
    access_token: `${SECRETS.accessToken}-${nth}`,
    token_type: "bearer",
    expires_in,
    refresh_token: SECRETS.refreshToken,
  });

Deno.test("a token comes from the refresh-token grant", async () => {
  await using server = serve(() => granted());
  const token = await tokensOf(server).token();
  assert.equal(token, `${SECRETS.accessToken}-0`);
  const [asked] = server.asked;
  assert.equal(asked.method, "POST");
  assert.equal(asked.path, "/auth/o2/token");
  assert.equal(
    asked.headers["content-type"],
    "application/x-www-form-urlencoded",
  );
  assert.deepEqual(Object.fromEntries(new URLSearchParams(asked.body)), {
    grant_type: "refresh_token",
    refresh_token: SECRETS.refreshToken,
    client_id: "amzn1.application-oa2-client.test",
    client_secret: SECRETS.clientSecret,
  });
});

Deno.test("each region has its own token endpoint", async () => {
  for (const region of ["NA", "EU", "FE"] as const) {
    let asked: unknown;
    const tokens = createTokenSource({
      credential: { clientId: "c", clientSecret: "s", refreshToken: "r" },
      region,
      fetch: (url) => {
        asked = url;
        return Promise.resolve(granted());
      },
    });
    await tokens.token();
    assert.equal(asked, TOKEN_URLS[region]);
  }
});

Deno.test("a token is kept, and replaced two minutes before its end", async () => {
  await using server = serve((_, nth) => granted(nth));
  let now = 0;
  const tokens = tokensOf(server, { now: () => now });
  await tokens.token();
  now = 3_479_999;
  assert.equal(await tokens.token(), `${SECRETS.accessToken}-0`);
  assert.equal(server.asked.length, 1);
  now = 3_480_000;
  assert.equal(await tokens.token(), `${SECRETS.accessToken}-1`);
  assert.equal(server.asked.length, 2);
});

Deno.test("a token is never handed out in its last minute, whatever was configured", async () => {
  await using server = serve((_, nth) => granted(nth));
  let now = 0;
  const tokens = tokensOf(server, { now: () => now, refreshEarlyMs: 0 });
  await tokens.token();
  now = 3_540_001;
  assert.equal(await tokens.token(), `${SECRETS.accessToken}-1`);
});

Deno.test("a token without a usable life serves once", async () => {
  await using server = serve((_, nth) => granted(nth, "soon"));
  const tokens = tokensOf(server);
  await tokens.token();
  await tokens.token();
  assert.equal(server.asked.length, 2);
});

Deno.test("many that want a token at once ask for it once", async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  await using server = serve(async (_, nth) => {
    await gate;
    return granted(nth);
  });
  const tokens = tokensOf(server);
  const wanted = Array.from({ length: 20 }, () => tokens.token());
  open();
  assert.equal(new Set(await Promise.all(wanted)).size, 1);
  assert.equal(server.asked.length, 1);
});

Deno.test("one who gives up does not end the refresh for the others", async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  await using server = serve(async (_, nth) => {
    await gate;
    return granted(nth);
  });
  const tokens = tokensOf(server);
  const hasty = new AbortController();
  const given = tokens.token(hasty.signal);
  const patient = tokens.token();
  hasty.abort();
  await assert.rejects(given, { code: "aborted" });
  open();
  assert.equal(await patient, `${SECRETS.accessToken}-0`);
  assert.equal(server.asked.length, 1);
});

Deno.test("only the token that was refused is forgotten", async () => {
  await using server = serve((_, nth) => granted(nth));
  const tokens = tokensOf(server);
  const first = await tokens.token();
  tokens.invalidate(first);
  const second = await tokens.token();
  assert.notEqual(second, first);
  tokens.invalidate(first);
  assert.equal(await tokens.token(), second);
  tokens.invalidate();
  assert.notEqual(await tokens.token(), second);
  assert.equal(server.asked.length, 3);
});

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
    assert(failure instanceof UnavailableError, Deno.inspect(failure));
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
  const { promise: called, resolve } = Promise.withResolvers<void>();
  const tokens = tokensOf({ url: "https://lwa.test" }, {
    startTimer: timers.startTimer,
    retry: { tries: 1, totalMs: 0, baseMs: 0, capMs: 0 },
    fetch: (_, init) =>
      new Promise((_, reject) => {
        init!.signal!.addEventListener("abort", () => reject(new Error("x")));
        resolve();
      }),
  });
  const wanted = tokens.token();
  await called;
  timers.fire(15_000);
  await assert.rejects(wanted, { code: "unavailable" });
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

Deno.test("a plain http token endpoint elsewhere is refused", () => {
  assert.throws(
    () => tokensOf({ url: "http://lwa.example.com" }),
    /must be https/,
  );
});

Deno.test("a read with an expired token gets a fresh one once and goes on", async () => {
  await using lwa = serve((_, nth) => granted(nth));
  await using server = serve((asked) =>
    asked.headers.authorization.endsWith("-0")
      ? refusal(401, "expired")
      : json(CREATED)
  );
  const { client } = clientOf(server, { tokens: tokensOf(lwa) });
  assert.equal((await client.getExecution(EXECUTION_ID)).id, EXECUTION_ID);
  assert.equal(server.asked.length, 2);
  assert.equal(lwa.asked.length, 2);
});

Deno.test("many reads with one expired token refresh it once", async () => {
  await using lwa = serve((_, nth) => granted(nth));
  await using server = serve((asked) =>
    asked.headers.authorization.endsWith("-0")
      ? refusal(401, "expired")
      : json(CREATED)
  );
  const { client } = clientOf(server, { tokens: tokensOf(lwa) });
  await Promise.all(
    Array.from({ length: 8 }, () => client.getExecution(EXECUTION_ID)),
  );
  assert.equal(lwa.asked.length, 2);
});

Deno.test("a read that is refused with a fresh token too is unauthorized", async () => {
  await using lwa = serve((_, nth) => granted(nth));
  await using server = serve(() => refusal(401, "No."));
  const { client } = clientOf(server, { tokens: tokensOf(lwa) });
  await assert.rejects(client.getExecution(EXECUTION_ID), {
    name: "UnauthorizedError",
    code: "unauthorized",
    status: 401,
    message: "No.",
  });
  assert.equal(server.asked.length, 2);
  assert.equal(lwa.asked.length, 2);
});

Deno.test("a read replaces its token once in all, not once a try", async () => {
  await using lwa = serve((_, nth) => granted(nth));
  await using server = serve((_, nth) =>
    nth === 1 ? html(500) : refusal(401, "No.")
  );
  const { client } = clientOf(server, { tokens: tokensOf(lwa) });
  await assert.rejects(client.getExecution(EXECUTION_ID), {
    code: "unauthorized",
  });
  assert.equal(server.asked.length, 3);
  assert.equal(lwa.asked.length, 2);
});
