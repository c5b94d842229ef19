/** Several exposed schemas: which one a request asks for, and that a view has the keys of the table below it. */
import { deepEqual, equal } from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { startApi } from "../../../local/platform/api/mod.ts";
import { keys, openApi, type TestApi } from "../support/api.ts";

let test: TestApi;
let api: Awaited<ReturnType<typeof startApi>>;
Deno.test.beforeAll(async () => {
  test = await openApi();
  await test.sql(`
    create table public.contract_parents (id bigint primary key, name text unique);
    create table public.contract_children (
      id bigint primary key, parent_id bigint references public.contract_parents (id));
    create schema contract_door;
    create view contract_door.parents with (security_invoker = true) as select id, name from public.contract_parents;
    create view contract_door.children with (security_invoker = true) as
      select parent_id, id from public.contract_children;
    create function contract_door.path() returns text language sql stable
      as $$ select current_setting('search_path') $$;
    grant usage on schema contract_door to service_role;
    grant all on all tables in schema public, contract_door to service_role;
    insert into public.contract_parents values (1, 'one');
    insert into public.contract_children values (7, 1);
  `);
  api = await startApi({
    ...test.options,
    schemas: ["public", "contract_door"],
  });
});
Deno.test.afterAll(async () => {
  await api?.stop();
  await test?.close();
});

const door = () =>
  createClient(api.url, keys.secret, {
    db: { schema: "contract_door" },
    auth: { persistSession: false },
  });

Deno.test("a client with a schema reads, writes, upserts and embeds by that schema's views", async () => {
  const { data, error } = await door().from("children").select(
    "id,parents(name)",
  );
  deepEqual([error, data as unknown], [null, [{
    id: 7,
    parents: { name: "one" },
  }]]);
  const upserted = await door().from("parents").upsert({ id: 1, name: "first" })
    .select("name");
  deepEqual([upserted.status, upserted.data], [200, [{ name: "first" }]]);
  const named = await door().from("parents").upsert(
    { id: 1, name: "first" },
    { onConflict: "name" },
  );
  equal(named.error, null);
});

Deno.test("the search path begins with the schema that was asked for", async () => {
  const { data } = await door().rpc("path");
  equal(data, '"contract_door", "public", "extensions"');
});

Deno.test("without a header it is the first schema, and the answer says which one it was", async () => {
  const response = await fetch(`${api.url}/rest/v1/contract_parents`, {
    headers: { apikey: keys.secret },
  });
  await response.body?.cancel();
  deepEqual([response.status, response.headers.get("content-profile")], [
    200,
    "public",
  ]);
});

Deno.test("a schema that is not exposed is PGRST106, for reads and for changes", async () => {
  for (const method of ["GET", "POST"]) {
    const response = await fetch(`${api.url}/rest/v1/contract_parents`, {
      method,
      headers: {
        apikey: keys.secret,
        "content-type": "application/json",
        "accept-profile": "vault",
        "content-profile": "vault",
      },
      ...(method === "POST" ? { body: "{}" } : {}),
    });
    const { code, hint } = await response.json();
    deepEqual([response.status, code, hint], [
      406,
      "PGRST106",
      "Only the following schemas are exposed: public, contract_door",
    ]);
  }
});
