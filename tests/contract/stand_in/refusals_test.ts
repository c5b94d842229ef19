import { deepEqual, equal, match, ok } from "node:assert/strict";
import { keys, openApi, type TestApi } from "../support/api.ts";

let test: TestApi;
Deno.test.beforeAll(async () => {
  test = await openApi();
  await test.sql(`
    create table public.contract_parents (id bigint primary key, name text);
    create table public.contract_children (
      id bigint primary key, parent_id bigint references public.contract_parents (id), meta jsonb);
    grant all on public.contract_parents, public.contract_children to service_role;
    create function public.contract_one(a int default 1) returns int language sql stable
      as $$ select a $$;
    create function public.contract_rows() returns table (a int, b int) language sql stable
      as $$ select 1, 2 $$;
  `);
});
Deno.test.afterAll(() => test?.close());

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(test.api.url + path, {
    ...init,
    headers: {
      apikey: keys.secret,
      "content-type": "application/json",
      ...init.headers,
    },
  });
  return { status: response.status, body: await response.json() };
}

const children = "/rest/v1/contract_children";
const refused: [string, string, RequestInit?][] = [
  ["the operator like", `${children}?id=like.1`],
  ["the operator cs", `${children}?meta=cs.{}`],
  ["an operator with any", `${children}?id=eq(any).{1,2}`],
  ["logic trees", `${children}?or=(id.eq.1,id.eq.2)`],
  ["filters on embedded relations", `${children}?contract_parents.id=eq.1`],
  ["filters on JSON paths", `${children}?meta->>k=eq.1`],
  ["JSON paths in select", `${children}?select=meta->k`],
  [
    "one-to-many joins",
    "/rest/v1/contract_parents?select=id,contract_children(id)",
  ],
  ["inner joins", `${children}?select=id,contract_parents!inner(id)`],
  ["spread joins", `${children}?select=id,...contract_parents(name)`],
  ["casts to types it does not know", `${children}?select=id::regclass`],
  ["order by an embedded relation", `${children}?order=contract_parents(id)`],
  ["order by a JSON path", `${children}?order=meta->k`],
  ["a parameter given twice", `${children}?limit=1&limit=2`],
  ["estimated counts", children, { headers: { prefer: "count=estimated" } }],
  ["CSV of what a change returns", children, {
    method: "POST",
    body: '{"id": 1}',
    headers: { accept: "text/csv", prefer: "return=representation" },
  }],
  [
    "CSV of chosen columns of a function",
    "/rest/v1/rpc/contract_rows?select=b",
    {
      headers: { accept: "text/csv" },
    },
  ],
  ["plans", children, {
    headers: { accept: "application/vnd.pgrst.plan+json" },
  }],
  ["PUT", `${children}?id=eq.1`, { method: "PUT", body: '{"id": 1}' }],
  ["limit on a change", `${children}?id=gt.0&limit=1`, { method: "DELETE" }],
  ["CSV bodies", children, {
    method: "POST",
    body: "id\n1",
    headers: { "content-type": "text/csv" },
  }],
  ["an array as arguments", "/rest/v1/rpc/contract_one", {
    method: "POST",
    body: '[{"a": 1}]',
  }],
  ["select on a scalar", "/rest/v1/rpc/contract_one?select=a"],
  ["Realtime", "/realtime/v1/websocket"],
  ["Storage", "/storage/v1/bucket"],
  ["GraphQL", "/graphql/v1"],
];

for (const [what, path, init] of refused) {
  Deno.test(`${what}: refused by name with 400 and the code STANDIN`, async () => {
    const { status, body } = await ask(path, init);
    deepEqual([status, body.code], [400, "STANDIN"]);
    ok(body.message.length > 20 && body.hint.length > 5, JSON.stringify(body));
  });
}

Deno.test("what Auth does not support is refused in Auth's words, with what it does support", async () => {
  for (
    const path of [
      "/auth/v1/otp",
      "/auth/v1/recover",
      "/auth/v1/token?grant_type=pkce",
    ]
  ) {
    const { status, body } = await ask(path, { method: "POST", body: "{}" });
    deepEqual([status, body.code, body.error_code], [400, 400, "STANDIN"]);
    match(body.msg, /stand-in/);
  }
});

Deno.test("a path that leads nowhere is 404 and names what is served", async () => {
  const { status, body } = await ask("/nowhere");
  equal(status, 404);
  match(body.hint, /\/rest\/v1, \/auth\/v1 and \/functions\/v1/);
});
