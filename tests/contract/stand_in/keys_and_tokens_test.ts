// Whom the keys and the tokens of a request make its caller, and which are refused.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import * as jose from "jose";
import { makeJwtKeys, startApi } from "../../../local/platform/api/mod.ts";
import {
  call,
  keys,
  openApi,
  type TestApi,
  userToken,
} from "../support/api.ts";

let test: TestApi;
Deno.test.beforeAll(async () => {
  test = await openApi();
  await test.sql(`
    create function public.contract_called() returns text language sql stable
      as $$ select 'done' $$;
    grant execute on function public.contract_called
      to anon, authenticated, service_role;
  `);
});
Deno.test.afterAll(() => test?.close());

Deno.test("every named secret key is the service role, in one header or in both", async () => {
  for (const key of [keys.secret, keys.cron]) {
    const one = await call(test, "contract_called", { apikey: key });
    const both = await call(test, "contract_called", {
      apikey: key,
      authorization: `Bearer ${key}`,
    });
    deepEqual([one.status, both.status], [200, 200]);
  }
});

Deno.test("another key in Authorization than in apikey is no token: 401", async () => {
  const { status, body } = await call(test, "contract_called", {
    apikey: keys.publishable,
    authorization: `Bearer ${keys.secret}`,
  });
  deepEqual([status, body.code], [401, "PGRST301"]);
});

Deno.test("a secret key from a browser is refused, as hosted projects do", async () => {
  const { status, body } = await call(test, "contract_called", {
    apikey: keys.secret,
    "user-agent":
      "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  });
  equal(status, 401);
  match(body.message, /secret API key in browser/);
});

Deno.test("the root needs a secret key, as on hosted projects: 401 for the publishable one, signed in or not", async () => {
  for (const token of [keys.publishable, await userToken(test)]) {
    const response = await fetch(`${test.api.url}/rest/v1/`, {
      headers: { apikey: keys.publishable, authorization: `Bearer ${token}` },
    });
    const { message, hint } = await response.json();
    equal(response.status, 401);
    match(`${message} ${hint}`, /secret API key/);
  }
});

Deno.test("a token that has expired is PGRST303 with 401 and WWW-Authenticate", async () => {
  const token = await userToken(test, {
    exp: Math.floor(Date.now() / 1000) - 60,
  });
  const answer = await call(test, "contract_called", {
    apikey: keys.publishable,
    authorization: `Bearer ${token}`,
  });
  deepEqual([answer.status, answer.body.code, answer.body.message], [
    401,
    "PGRST303",
    "JWT expired",
  ]);
  match(
    answer.headers.get("www-authenticate")!,
    /^Bearer error="invalid_token"/,
  );
});

Deno.test("a token for another audience is PGRST303 with 401", async () => {
  const token = await userToken(test, { aud: "elsewhere" });
  const { status, body } = await call(test, "contract_called", {
    apikey: keys.publishable,
    authorization: `Bearer ${token}`,
  });
  deepEqual([status, body.code, body.message], [
    401,
    "PGRST303",
    "JWT not in audience",
  ]);
});

Deno.test("a token signed by another key, or with another algorithm, is PGRST301 with 401", async () => {
  const pair = await jose.generateKeyPair("ES256");
  const claims = {
    sub: crypto.randomUUID(),
    aud: "authenticated",
    role: "service_role",
  };
  const other = await new jose.SignJWT(claims).setProtectedHeader({
    alg: "ES256",
  })
    .setExpirationTime("1h").sign(pair.privateKey);
  const shared = await new jose.SignJWT(claims).setProtectedHeader({
    alg: "HS256",
  })
    .setExpirationTime("1h").sign(
      new TextEncoder().encode("a secret of at least 32 characters"),
    );
  for (const token of [other, shared]) {
    const { status, body } = await call(test, "contract_called", {
      apikey: keys.publishable,
      authorization: `Bearer ${token}`,
    });
    deepEqual([status, body.code], [401, "PGRST301"]);
    equal(await test.api.verifyJwt(token), null);
  }
});

Deno.test("a token's role that does not exist is refused", async () => {
  const { status } = await call(test, "contract_called", {
    apikey: keys.publishable,
    authorization: `Bearer ${await userToken(test, { role: "nobody_knows" })}`,
  });
  ok(status === 401 || status === 403, `${status}`);
});

Deno.test("a token may not become the role that the API itself connects as", async () => {
  for (const role of ["postgres", "supabase_admin"]) {
    const { status, body } = await call(test, "contract_called", {
      apikey: keys.publishable,
      authorization: `Bearer ${await userToken(test, { role })}`,
    });
    deepEqual([status, body.code], [403, "42501"]);
  }
});

Deno.test("verifyJwt gives the claims of a good token", async () => {
  const sub = crypto.randomUUID();
  const claims = await test.api.verifyJwt(await userToken(test, { sub }));
  equal(claims?.sub, sub);
  equal(claims?.role, "authenticated");
});

Deno.test("the published keys hold no private part", () => {
  const [key] = test.api.jwks.keys as Record<string, unknown>[];
  equal(key.kty, "EC");
  equal("d" in key, false);
});

Deno.test("the same key pair verifies tokens of an earlier run", async () => {
  const jwtKeys = await makeJwtKeys();
  const first = await startApi({ ...test.options, jwtKeys });
  const token = await first.signJwt({
    sub: "x",
    aud: "authenticated",
    role: "authenticated",
  });
  await first.stop();
  const second = await startApi({ ...test.options, jwtKeys });
  const claims = await second.verifyJwt(token);
  await second.stop();
  equal(claims?.sub, "x");
});
