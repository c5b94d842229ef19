import assert from "node:assert/strict";
import { TOKEN_URLS } from "../_shared/amc/hosts.ts";
import { createTokenSource } from "../_shared/amc/tokens.ts";
import { granted, SECRETS, serve, tokensOf } from "./support/amc.ts";

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

/** A token endpoint that answers nobody until it is opened. */
function gatedEndpoint() {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const server = serve(async (_, nth) => {
    await gate;
    return granted(nth);
  });
  return { ...server, open };
}

Deno.test("many that want a token at once ask for it once", async () => {
  await using server = gatedEndpoint();
  const tokens = tokensOf(server);
  const wanted = Array.from({ length: 20 }, () => tokens.token());
  server.open();
  assert.equal(new Set(await Promise.all(wanted)).size, 1);
  assert.equal(server.asked.length, 1);
});

Deno.test("one who gives up does not end the refresh for the others", async () => {
  await using server = gatedEndpoint();
  const tokens = tokensOf(server);
  const hasty = new AbortController();
  const given = tokens.token(hasty.signal);
  const patient = tokens.token();
  hasty.abort();
  await assert.rejects(given, { code: "aborted" });
  server.open();
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
