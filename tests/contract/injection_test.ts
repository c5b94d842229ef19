import { deepEqual, equal, ok } from "node:assert/strict";
import type { SupabaseClient } from "@supabase/supabase-js";
import { type Harness, openHarness } from "./support/harness.ts";

let harness: Harness;
let service: SupabaseClient;
Deno.test.beforeAll(async () => {
  harness = await openHarness();
  service = harness.service();
});
Deno.test.afterAll(() => harness?.close());

const attempts = [
  "'; drop table public.contract_authors; --",
  '"; drop table public.contract_authors; --',
  "1) or (1=1",
  "$1",
  "\\'; select pg_sleep(10); --",
  "Ada' or 'a'='a",
  "${process}",
  "%27%3B",
  "null",
];

async function authorsAreThere(): Promise<void> {
  const { data } = await service.from("contract_authors").select("id").order(
    "id",
  );
  deepEqual(data, [{ id: 1 }, { id: 2 }, { id: 3 }]);
}

for (const attempt of attempts) {
  Deno.test(`the value ${attempt} is only ever a value`, async () => {
    const filtered = await service.from("contract_authors").select("id").eq(
      "name",
      attempt,
    );
    deepEqual([filtered.error, filtered.data], [null, []]);
    const listed = await service.from("contract_authors").select("id").in(
      "name",
      [attempt, "x"],
    );
    deepEqual([listed.error, listed.data], [null, []]);
    const called = await service.rpc("contract_echo", { words: attempt });
    equal(called.data.words, attempt);
    const got = await service.rpc("contract_echo", { words: attempt }, {
      get: true,
    });
    equal(got.data.words, attempt);
    const inserted = await service.from("contract_notes").insert({
      title: attempt,
    })
      .select("title").single();
    equal(inserted.data!.title, attempt);
    await authorsAreThere();
  });

  Deno.test(`the name ${attempt} names nothing`, async () => {
    const encoded = encodeURIComponent(attempt);
    const headers = { apikey: harness.secretKey };
    const paths = [
      `/rest/v1/${encoded}`,
      `/rest/v1/rpc/${encoded}`,
      `/rest/v1/contract_authors?${encoded}=eq.1`,
      `/rest/v1/contract_authors?select=${encoded}`,
      `/rest/v1/contract_authors?select=id::${encoded}`,
      `/rest/v1/contract_authors?order=${encoded}`,
      `/rest/v1/contract_authors?select=id,x:${encoded}(id)`,
    ];
    for (const path of paths) {
      const response = await harness.request(path, { headers });
      await response.body?.cancel();
      ok(
        response.status >= 400 && response.status < 500,
        `${path} gave ${response.status}`,
      );
    }
    const body = await harness.request("/rest/v1/contract_notes", {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ title: "x", [attempt]: 1 }),
    });
    equal(body.status, 400);
    await body.body?.cancel();
    const call = await service.rpc("contract_echo", { [attempt]: 1 });
    equal(call.status, 404);
    await authorsAreThere();
  });
}

Deno.test("an alias with quotes is only ever a name", async () => {
  const alias = `x"; drop table public.contract_authors; --`;
  const quoted = `"${alias.replaceAll('"', '\\"')}"`;
  const select = encodeURIComponent(`${quoted}:id`);
  const response = await harness.request(
    `/rest/v1/contract_authors?select=${select}&id=eq.1`,
    {
      headers: { apikey: harness.secretKey },
    },
  );
  deepEqual(await response.json(), [{ [alias]: 1 }]);
  await authorsAreThere();
});

Deno.test("a role of one's own making in the claims is not believed", async () => {
  const forged = [
    { alg: "none", typ: "JWT" },
    { role: "service_role", aud: "authenticated", exp: 4102444800 },
  ].map((part) => btoa(JSON.stringify(part)).replaceAll("=", "")).join(".") +
    ".";
  const response = await harness.request("/rest/v1/contract_authors", {
    headers: {
      apikey: harness.publishableKey,
      authorization: `Bearer ${forged}`,
    },
  });
  equal(response.status, 401);
  await response.body?.cancel();
});
