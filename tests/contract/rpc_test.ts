import { deepEqual, equal, match } from "node:assert/strict";
import { type Harness, openHarness } from "./support/harness.ts";

let harness: Harness;
Deno.test.beforeAll(async () => {
  harness = await openHarness();
});
Deno.test.afterAll(() => harness?.close());

Deno.test("a function gets its arguments by name, in any order", async () => {
  const { data, error } = await harness.anon().rpc("contract_add", {
    b: 5,
    a: 2,
  });
  equal(error, null);
  equal(data, 7);
});

Deno.test("an argument with a default may be left out", async () => {
  const { data } = await harness.anon().rpc("contract_add", { a: 2 });
  equal(data, 12);
});

Deno.test("a call without a required argument is PGRST202 with 404 and names the function", async () => {
  const { error, status } = await harness.anon().rpc("contract_add", { b: 2 });
  equal(status, 404);
  equal(error?.code, "PGRST202");
  equal(
    error?.message,
    "Could not find the function public.contract_add(b) in the schema cache",
  );
  match(error!.hint!, /public\.contract_add\(a, b\)/);
});

Deno.test("a call with an unknown argument is PGRST202 and lists the arguments by name", async () => {
  const { error, status } = await harness.anon().rpc("contract_add", {
    z: 1,
    a: 2,
  });
  equal(status, 404);
  equal(error?.code, "PGRST202");
  equal(
    error?.message,
    "Could not find the function public.contract_add(a, z) in the schema cache",
  );
  equal(
    error?.details,
    "Searched for the function public.contract_add with parameters a, z or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.",
  );
});

Deno.test("a call of a function that is not there is PGRST202 and suggests a near name", async () => {
  const { error, status } = await harness.anon().rpc("contract_addd");
  equal(status, 404);
  equal(error?.code, "PGRST202");
  equal(
    error?.message,
    "Could not find the function public.contract_addd without parameters in the schema cache",
  );
  match(error!.hint!, /public\.contract_add\b/);
});

Deno.test("overloads that the names do not tell apart are PGRST203 with 300", async () => {
  const { error, status } = await harness.anon().rpc("contract_either", {
    a: 1,
  });
  equal(status, 300);
  equal(error?.code, "PGRST203");
  match(
    error!.message,
    /^Could not choose the best candidate function between: /,
  );
  match(error!.message, /public\.contract_either\(a => integer\)/);
});

Deno.test("a function that returns nothing answers 204 without a body", async () => {
  const { data, error, status } = await harness.anon().rpc("contract_nothing");
  deepEqual([data, error, status], [null, null, 204]);
});

Deno.test("a function that returns a table answers an array of objects", async () => {
  const { data } = await harness.anon().rpc("contract_series", { n: 2 });
  deepEqual(data, [{ i: 1, label: "row 1" }, { i: 2, label: "row 2" }]);
});

Deno.test("the rows of a function can be filtered, ordered, cut and chosen from", async () => {
  const { data } = await harness.anon().rpc("contract_series", { n: 5 })
    .select("number:i").gt("i", 1).order("i", { ascending: false }).limit(2);
  deepEqual(data as unknown, [{ number: 5 }, { number: 4 }]);
});

Deno.test("the rows of a function can be counted beyond the page", async () => {
  const { data, count, status } = await harness.anon()
    .rpc("contract_series", { n: 5 }, { count: "exact" }).range(1, 2);
  deepEqual(data.map((row: { i: number }) => row.i), [2, 3]);
  equal(count, 5);
  equal(status, 206);
});

Deno.test("a function that returns a set of scalars answers an array of them", async () => {
  const { data } = await harness.anon().rpc("contract_words");
  deepEqual(data, ["one", "two"]);
});

Deno.test("a function that returns one row answers one object", async () => {
  const { data } = await harness.anon().rpc("contract_author", {
    author_name: "Ada",
  });
  deepEqual(data, { id: 1, name: "Ada" });
});

Deno.test("a function that returns one row and finds none answers nulls", async () => {
  const { data } = await harness.anon().rpc("contract_author", {
    author_name: "Nobody",
  });
  deepEqual(data, { id: null, name: null });
});

Deno.test("single() on one row of a set gives the object", async () => {
  const { data } = await harness.anon().rpc("contract_series", { n: 1 })
    .single();
  deepEqual(data, { i: 1, label: "row 1" });
});

Deno.test("single() on several rows is PGRST116 with 406", async () => {
  const { error, status } = await harness.anon().rpc("contract_series", {
    n: 3,
  })
    .single();
  equal(status, 406);
  equal(error?.code, "PGRST116");
  equal(error?.message, "Cannot coerce the result to a single JSON object");
  equal(error?.details, "The result contains 3 rows");
});

Deno.test("json, jsonb, arrays, numbers and text arrive as they were sent", async () => {
  const { data } = await harness.anon().rpc("contract_echo", {
    plain: { z: 1, a: [null, true] },
    document: [{ deep: { er: "ü" } }],
    list: [3, 1, 2],
    exact: 1.5,
    words: 'it\'s "quoted" \\ and\nbroken',
  });
  deepEqual(data, {
    plain: { z: 1, a: [null, true] },
    document: [{ deep: { er: "ü" } }],
    list: [3, 1, 2],
    exact: 1.5,
    words: 'it\'s "quoted" \\ and\nbroken',
  });
});

Deno.test("a json null is an SQL null", async () => {
  const { data } = await harness.anon().rpc("contract_echo", {
    words: null,
    list: null,
  });
  equal(data.words, null);
  equal(data.list, null);
});

Deno.test("a function of one unnamed json parameter gets the whole body", async () => {
  const { data } = await harness.anon().rpc("contract_whole", {
    any: { thing: [1] },
  });
  deepEqual(data, { any: { thing: [1] } });
});

Deno.test("GET calls a function with the arguments of the query string", async () => {
  const { data } = await harness.anon().rpc("contract_add", { a: 4, b: 6 }, {
    get: true,
  });
  equal(data, 10);
});

Deno.test("GET runs read only: a function that writes is 25006 with 405", async () => {
  const { error, status } = await harness.service().rpc("contract_write", {}, {
    get: true,
  });
  equal(status, 405);
  equal(error?.code, "25006");
});

Deno.test("a verb other than GET and POST on a function is PGRST101 with 405", async () => {
  const response = await harness.request("/rest/v1/rpc/contract_add", {
    method: "PATCH",
    headers: { apikey: harness.publishableKey },
    body: "{}",
  });
  const body = await response.json();
  equal(response.status, 405);
  equal(body.code, "PGRST101");
});

Deno.test("a body that is not JSON is PGRST102 with 400", async () => {
  const response = await harness.request("/rest/v1/rpc/contract_add", {
    method: "POST",
    headers: {
      apikey: harness.publishableKey,
      "content-type": "application/json",
    },
    body: "{a: 1",
  });
  deepEqual([response.status, (await response.json()).code], [400, "PGRST102"]);
});

Deno.test("SQL sees the role, the claims, the method, the path and the headers", async () => {
  const response = await harness.request("/rest/v1/rpc/contract_context", {
    method: "POST",
    headers: { apikey: harness.publishableKey, "x-contract-probe": "seen" },
  });
  const context = await response.json();
  equal(context.role, "anon");
  equal(context.claim_role, "anon");
  equal(context.uid, null);
  equal(context.method, "POST");
  equal(context.path, "/rpc/contract_context");
  equal(context.probe, "seen");
  equal(context.read_only, "off");
  match(context.search_path, /"?public"?.*"?extensions"?/);
});

Deno.test("SQL sees who is signed in", async () => {
  const { client, id } = await harness.user();
  const { data } = await client.rpc("contract_context");
  equal(data.role, "authenticated");
  equal(data.uid, id);
});

Deno.test("the secret key is the service role", async () => {
  const { data } = await harness.service().rpc("contract_context");
  equal(data.role, "service_role");
});

Deno.test("a function can set the status of its answer", async () => {
  const { status, data } = await harness.anon().rpc("contract_status", {
    wanted: 202,
  });
  deepEqual([status, data], [202, "202 was set"]);
});

Deno.test("one answer has at most a thousand rows", async () => {
  const { data } = await harness.anon().rpc("contract_series", { n: 1500 });
  equal(data.length, 1000);
});
