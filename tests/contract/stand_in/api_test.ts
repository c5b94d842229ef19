// What an answer depends on besides its caller: timeouts, the schema as it is now, the database, functions, the log.
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { startApi } from "../../../local/platform/api/mod.ts";
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

Deno.test("statement timeouts are those of the caller's role", async () => {
  equal(
    (await call(test, "contract_timeout", { apikey: keys.publishable })).body,
    "3s",
  );
  const authorization = `Bearer ${await userToken(test)}`;
  const user = await call(test, "contract_timeout", {
    apikey: keys.publishable,
    authorization,
  });
  equal(user.body, "8s");
  for (const apikey of [keys.secret, keys.cron]) {
    equal((await call(test, "contract_timeout", { apikey })).body, "8s");
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
    const { status, body } = await call(test, name, { apikey });
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
  const { status, body } = await call(test, "contract_slow", {
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
  await call(test, `contract_timeout?apikey=${keys.secret}`, {});
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
