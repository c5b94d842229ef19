import assert from "node:assert/strict";
import { CredentialError } from "../_shared/amc/errors.ts";
import {
  type Asked,
  clientOf,
  CREATED,
  EXECUTION_ID,
  fakeTokens,
  granted,
  html,
  json,
  refusal,
  REQUEST,
  SECRETS,
  serve,
  SOON,
  tokensOf,
} from "./support/amc.ts";

/** AMC for which the first token that {@link granted} gives has expired. */
function expiredFirst(asked: Asked): Response {
  return asked.headers.authorization.endsWith("-0")
    ? refusal(401, "expired")
    : json(CREATED);
}

Deno.test("a read with an expired token gets a fresh one once and goes on", async () => {
  await using lwa = serve((_, nth) => granted(nth));
  await using server = serve(expiredFirst);
  const { client } = clientOf(server, { tokens: tokensOf(lwa) });
  assert.equal((await client.getExecution(EXECUTION_ID)).id, EXECUTION_ID);
  assert.equal(server.asked.length, 2);
  assert.equal(lwa.asked.length, 2);
});

Deno.test("many reads with one expired token refresh it once", async () => {
  await using lwa = serve((_, nth) => granted(nth));
  await using server = serve(expiredFirst);
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
