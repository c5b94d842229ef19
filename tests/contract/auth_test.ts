import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import * as jose from "jose";
import { type Harness, openHarness } from "./support/harness.ts";

let harness: Harness;
Deno.test.beforeAll(async () => {
  harness = await openHarness();
});
Deno.test.afterAll(() => harness?.close());

Deno.test("a request without a key is 401 and says so", async () => {
  const response = await harness.request("/rest/v1/contract_authors");
  equal(response.status, 401);
  equal((await response.json()).message, "No API key found in request");
});

Deno.test("a key that nobody gave out is 401", async () => {
  const response = await harness.request("/rest/v1/contract_authors", {
    headers: { apikey: "sb_publishable_nobody_gave_this_out" },
  });
  equal(response.status, 401);
  match((await response.json()).message, /API key/);
});

Deno.test("a browser's preflight is answered without a key", async () => {
  const response = await harness.request("/rest/v1/contract_authors", {
    method: "OPTIONS",
    headers: {
      origin: "https://example.com",
      "access-control-request-method": "POST",
      "access-control-request-headers": "apikey,content-type",
    },
  });
  await response.body?.cancel();
  ok(response.ok);
  ok(
    ["*", "https://example.com"].includes(
      response.headers.get("access-control-allow-origin")!,
    ),
  );
  match(
    response.headers.get("access-control-allow-headers")!.toLowerCase(),
    /apikey/,
  );
});

Deno.test("the right password signs in, with a session and the user", async () => {
  const { email, password, id } = await harness.user();
  const { data, error } = await harness.anon().auth.signInWithPassword({
    email,
    password,
  });
  equal(error, null);
  equal(data.user?.id, id);
  equal(data.user?.email, email);
  equal(data.session?.token_type, "bearer");
  equal(data.session?.expires_in, 3600);
});

Deno.test("a wrong password and an unknown address are told apart by nobody", async () => {
  const { email } = await harness.user();
  for (const address of [email, "contract-nobody@example.com"]) {
    const { error } = await harness.anon().auth.signInWithPassword({
      email: address,
      password: "wrong",
    });
    equal(error?.status, 400);
    equal(error?.code, "invalid_credentials");
    equal(error?.message, "Invalid login credentials");
  }
});

Deno.test("an error of Auth has code, error_code and msg for those who ask for no version", async () => {
  const response = await harness.request("/auth/v1/token?grant_type=password", {
    method: "POST",
    headers: {
      apikey: harness.publishableKey,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      email: "contract-nobody@example.com",
      password: "wrong",
    }),
  });
  equal(response.status, 400);
  const { code, error_code, msg } = await response.json();
  deepEqual([code, error_code, msg], [
    400,
    "invalid_credentials",
    "Invalid login credentials",
  ]);
});

Deno.test("the access token holds Supabase's claims and checks against the published keys", async () => {
  const { client, id, email } = await harness.user();
  const token = (await client.auth.getSession()).data.session!.access_token;
  const keys = jose.createRemoteJWKSet(
    new URL(`${harness.url}/auth/v1/.well-known/jwks.json`),
  );
  const { payload, protectedHeader } = await jose.jwtVerify(token, keys, {
    audience: "authenticated",
    issuer: `${harness.url}/auth/v1`,
  });
  equal(protectedHeader.alg, "ES256");
  equal(payload.sub, id);
  equal(payload.email, email);
  equal(payload.role, "authenticated");
  equal(payload.exp! - payload.iat!, 3600);
  equal(payload.aal, "aal1");
  equal(payload.is_anonymous, false);
  equal((payload.amr as { method: string }[])[0].method, "password");
  match(payload.session_id as string, /^[0-9a-f-]{36}$/);
  equal((payload.app_metadata as { provider: string }).provider, "email");
});

Deno.test("getUser() gives the user of the token, and refuses without one", async () => {
  const { client, id } = await harness.user();
  equal((await client.auth.getUser()).data.user?.id, id);
  const { error } = await harness.anon().auth.getUser("not.a.token");
  equal(error?.status, 403);
  equal(error?.code, "bad_jwt");
});

Deno.test("a refresh gives new tokens for the same user and session", async () => {
  const { client, id } = await harness.user();
  const before = (await client.auth.getSession()).data.session!;
  const { data, error } = await client.auth.refreshSession();
  equal(error, null);
  equal(data.user?.id, id);
  notEqual(data.session!.refresh_token, before.refresh_token);
  equal(
    jose.decodeJwt(data.session!.access_token).session_id,
    jose.decodeJwt(before.access_token).session_id,
  );
});

Deno.test("a refresh token that nobody gave out is refresh_token_not_found", async () => {
  const { error } = await harness.anon().auth.refreshSession({
    refresh_token: "nonesuch1234",
  });
  equal(error?.status, 400);
  equal(error?.code, "refresh_token_not_found");
});

Deno.test("signing out ends the session: no refresh, no user", async () => {
  const { client } = await harness.user();
  const session = (await client.auth.getSession()).data.session!;
  equal((await client.auth.signOut()).error, null);
  const refreshed = await harness.anon().auth.refreshSession({
    refresh_token: session.refresh_token,
  });
  equal(refreshed.error?.code, "refresh_token_not_found");
  const user = await harness.anon().auth.getUser(session.access_token);
  ok(user.error !== null);
});

Deno.test("a token that was tampered with is 401 under rest", async () => {
  const { client } = await harness.user();
  const token = (await client.auth.getSession()).data.session!.access_token;
  const [header, payload, signature] = token.split(".");
  const claims = { ...jose.decodeJwt(token), role: "service_role" };
  const changed = jose.base64url.encode(JSON.stringify(claims));
  for (const forged of [[header, changed, signature], [header, payload]]) {
    const response = await harness.request("/rest/v1/contract_authors", {
      headers: {
        apikey: harness.publishableKey,
        authorization: `Bearer ${forged.join(".")}`,
      },
    });
    equal(response.status, 401);
    equal((await response.json()).code, "PGRST301");
  }
});

Deno.test("a user's token decides the role even beside a secret key", async () => {
  const { client, id } = await harness.user();
  const token = (await client.auth.getSession()).data.session!.access_token;
  const response = await harness.request("/rest/v1/rpc/contract_context", {
    method: "POST",
    headers: { apikey: harness.secretKey, authorization: `Bearer ${token}` },
  });
  const context = await response.json();
  deepEqual([context.role, context.uid], ["authenticated", id]);
});

Deno.test("an address can be taken once", async () => {
  const { email } = await harness.user();
  const { error } = await harness.service().auth.admin.createUser({
    email,
    password: "another one",
  });
  deepEqual([error?.status, error?.code], [422, "email_exists"]);
});

Deno.test("only the secret key makes users", async () => {
  const { error } = await harness.anon().auth.admin.createUser({
    email: "contract-refused@example.com",
    password: "refused refused",
  });
  ok(error!.status === 401 || error!.status === 403);
});
