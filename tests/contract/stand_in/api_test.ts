import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import * as jose from "jose";
import { makeJwtKeys, startApi } from "../../../local/platform/api/mod.ts";
import { keys, openApi, type TestApi } from "../support/api.ts";

let test: TestApi;
Deno.test.beforeAll(async () => {
  test = await openApi();
  await test.sql(`
    create function public.contract_timeout() returns text language sql stable
      as $$ select current_setting('statement_timeout') $$;
    create function public.contract_slow() returns text language sql stable
      set statement_timeout = '50ms'
      as $$ select 'done'::text from pg_sleep(20) $$;
    grant execute on function public.contract_timeout, public.contract_slow
      to anon, authenticated, service_role;
  `);
});
Deno.test.afterAll(() => test?.close());

async function call(name: string, headers: Record<string, string>) {
  const response = await fetch(`${test.api.url}/rest/v1/rpc/${name}`, {
    method: "POST",
    headers,
  });
  return {
    status: response.status,
    body: await response.json(),
    headers: response.headers,
  };
}

async function userToken(
  claims: Record<string, unknown> = {},
): Promise<string> {
  return await test.api.signJwt({
    sub: crypto.randomUUID(),
    aud: "authenticated",
    role: "authenticated",
    ...claims,
  });
}

Deno.test("every named secret key is the service role, in one header or in both", async () => {
  for (const key of [keys.secret, keys.cron]) {
    const one = await call("contract_timeout", { apikey: key });
    const both = await call("contract_timeout", {
      apikey: key,
      authorization: `Bearer ${key}`,
    });
    deepEqual([one.status, both.status], [200, 200]);
  }
});

Deno.test("another key in Authorization than in apikey is no token: 401", async () => {
  const { status, body } = await call("contract_timeout", {
    apikey: keys.publishable,
    authorization: `Bearer ${keys.secret}`,
  });
  deepEqual([status, body.code], [401, "PGRST301"]);
});

Deno.test("a secret key from a browser is refused, as hosted projects do", async () => {
  const { status, body } = await call("contract_timeout", {
    apikey: keys.secret,
    "user-agent":
      "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  });
  equal(status, 401);
  match(body.message, /secret API key in browser/);
});

Deno.test("the root needs a secret key, as on hosted projects: 401 for the publishable one, signed in or not", async () => {
  for (const token of [keys.publishable, await userToken()]) {
    const response = await fetch(`${test.api.url}/rest/v1/`, {
      headers: { apikey: keys.publishable, authorization: `Bearer ${token}` },
    });
    const { message, hint } = await response.json();
    equal(response.status, 401);
    match(`${message} ${hint}`, /secret API key/);
  }
});

Deno.test("a token that has expired is PGRST303 with 401 and WWW-Authenticate", async () => {
  const token = await userToken({ exp: Math.floor(Date.now() / 1000) - 60 });
  const answer = await call("contract_timeout", {
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
  const token = await userToken({ aud: "elsewhere" });
  const { status, body } = await call("contract_timeout", {
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
    const { status, body } = await call("contract_timeout", {
      apikey: keys.publishable,
      authorization: `Bearer ${token}`,
    });
    deepEqual([status, body.code], [401, "PGRST301"]);
    equal(await test.api.verifyJwt(token), null);
  }
});

Deno.test("a token's role that does not exist is refused", async () => {
  const { status } = await call("contract_timeout", {
    apikey: keys.publishable,
    authorization: `Bearer ${await userToken({ role: "nobody_knows" })}`,
  });
  ok(status === 401 || status === 403, `${status}`);
});

Deno.test("a token may not become the role that the API itself connects as", async () => {
  for (const role of ["postgres", "supabase_admin"]) {
    const { status, body } = await call("contract_timeout", {
      apikey: keys.publishable,
      authorization: `Bearer ${await userToken({ role })}`,
    });
    deepEqual([status, body.code], [403, "42501"]);
  }
});

Deno.test("verifyJwt gives the claims of a good token", async () => {
  const sub = crypto.randomUUID();
  const claims = await test.api.verifyJwt(await userToken({ sub }));
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

Deno.test("createUser makes a user who can sign in, once for an address", async () => {
  const { id } = await test.api.createUser("Made@Example.com", "correct horse");
  const response = await fetch(
    `${test.api.url}/auth/v1/token?grant_type=password`,
    {
      method: "POST",
      headers: { apikey: keys.publishable },
      body: JSON.stringify({
        email: "made@example.com",
        password: "correct horse",
      }),
    },
  );
  equal((await response.json()).user.id, id);
  await rejects(
    test.api.createUser("made@example.com", "x"),
    /already been registered/,
  );
});

Deno.test("statement timeouts are those of the caller's role", async () => {
  equal(
    (await call("contract_timeout", { apikey: keys.publishable })).body,
    "3s",
  );
  const authorization = `Bearer ${await userToken()}`;
  const user = await call("contract_timeout", {
    apikey: keys.publishable,
    authorization,
  });
  equal(user.body, "8s");
  for (const apikey of [keys.secret, keys.cron]) {
    equal((await call("contract_timeout", { apikey })).body, "8s");
  }
});

Deno.test("a function that changes rows without a filter is refused, as pg_safeupdate does: 21000 with 400", async () => {
  await test.sql(`
    create table public.contract_kept (id integer);
    insert into public.contract_kept values (1), (2);
    create schema contract_inner;
    grant usage on schema contract_inner to anon;
    create function contract_inner.deepest() returns void language plpgsql security definer
      as $$ begin execute 'update public.contract_kept set id = 3'; end $$;
    create function contract_inner.deeper() returns void language sql security definer
      as $$ select contract_inner.deepest() $$;
    create function public.contract_clear() returns void language sql security definer
      as $$ delete from public.contract_kept $$;
    create function public.contract_change() returns void language plpgsql security definer
      as $$ begin perform contract_inner.deeper(); end $$;
    create function public.contract_standard() returns void language sql security definer
      begin atomic delete from public.contract_kept; end;
    create function public.contract_mended() returns void language sql security definer
      as $$ delete from public.contract_kept $$;
    grant execute on function public.contract_clear, public.contract_change,
      public.contract_standard, public.contract_mended to anon`);
  const { publishable: apikey } = keys;
  const refused = async (name: string, verb: string) => {
    const { status, body } = await call(name, { apikey });
    deepEqual([status, body.code, body.message], [
      400,
      "21000",
      `${verb} requires a WHERE clause`,
    ]);
  };
  await refused("contract_clear", "DELETE");
  await refused("contract_change", "UPDATE");
  await refused("contract_standard", "DELETE");
  await refused("contract_mended", "DELETE");
  await test.sql(`
    create or replace function public.contract_mended() returns void language sql security definer
      as $$ delete from public.contract_kept where id = 1 $$`);
  const response = await fetch(
    `${test.api.url}/rest/v1/rpc/contract_mended`,
    { method: "POST", headers: { apikey } },
  );
  equal(response.status, 204);
  await test.sql(`
    do $$ begin assert (select array_agg(id) from public.contract_kept) = '{2}'; end $$`);
});

Deno.test("a function's own statement timeout holds for its call: 57014 with 500", async () => {
  const { status, body } = await call("contract_slow", {
    apikey: keys.publishable,
  });
  deepEqual([status, body.code], [500, "57014"]);
});

Deno.test("a change of the schema is seen at once", async () => {
  const ask = async (select: string) => {
    const response = await fetch(
      `${test.api.url}/rest/v1/contract_fresh?select=${select}`,
      {
        headers: { apikey: keys.secret },
      },
    );
    return { status: response.status, body: await response.json() };
  };
  equal((await ask("id")).status, 404);
  await test.sql(`create table public.contract_fresh (id int);
    insert into public.contract_fresh values (1);
    grant select on public.contract_fresh to service_role`);
  deepEqual((await ask("id")).body, [{ id: 1 }]);
  await test.sql(
    "alter table public.contract_fresh rename column id to number",
  );
  equal((await ask("id")).status, 400);
  deepEqual((await ask("number")).body, [{ number: 1 }]);
});

Deno.test("functions get their requests untouched, without a check of the key", async () => {
  const response = await fetch(`${test.api.url}/functions/v1/collect/now?x=1`, {
    method: "POST",
    headers: { apikey: "anything" },
    body: "x".repeat(100_000),
  });
  equal(response.status, 202);
  deepEqual(await response.json(), {
    method: "POST",
    path: "/functions/v1/collect/now",
    apikey: "anything",
    length: 100_000,
  });
});

Deno.test("the log has one line for each request, without query strings or keys", async () => {
  test.logged.length = 0;
  await call(`contract_timeout?apikey=${keys.secret}`, {});
  equal(test.logged.length, 1);
  match(
    test.logged[0],
    /^POST \/rest\/v1\/rpc\/contract_timeout 200 [0-9]+ ms$/,
  );
});

Deno.test("a demanded port that is taken gives one clear sentence", async () => {
  const port = Number(new URL(test.api.url).port);
  await rejects(startApi({ ...test.options, port }), (error: Error) => {
    match(
      error.message,
      new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken`),
    );
    return true;
  });
});

Deno.test("a database that cannot be reached is 503", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const nowhere = `postgresql://authenticator:none@127.0.0.1:${port}/contract`;
  const api = await startApi({ ...test.options, databaseUrl: nowhere });
  const response = await fetch(`${api.url}/rest/v1/rpc/contract_timeout`, {
    headers: { apikey: keys.publishable },
  });
  const body = await response.json();
  await api.stop();
  deepEqual([response.status, body.code], [503, "PGRST001"]);
});
