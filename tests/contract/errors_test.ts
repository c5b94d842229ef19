import { deepEqual, equal } from "node:assert/strict";
import { type Harness, openHarness } from "./support/harness.ts";

let harness: Harness;
Deno.test.beforeAll(async () => {
  harness = await openHarness();
});
Deno.test.afterAll(() => harness?.close());

const statuses: [string, number][] = [
  ["P0001", 400],
  ["P0002", 500],
  ["22023", 400],
  ["22P02", 400],
  ["23502", 400],
  ["23503", 409],
  ["23505", 409],
  ["23514", 400],
  ["28000", 403],
  ["40001", 500],
  ["40P01", 500],
  ["42883", 404],
  ["42P01", 404],
  ["53400", 500],
  ["54000", 500],
  ["55000", 500],
  ["57014", 500],
  ["PT402", 402],
  ["PT409", 409],
  ["PT503", 503],
  ["XX000", 500],
];

for (const [state, expected] of statuses) {
  Deno.test(`an error with SQLSTATE ${state} is answered with ${expected}`, async () => {
    const { error, status } = await harness.anon().rpc("contract_raise", {
      state,
    });
    equal(status, expected);
    equal(error?.code, state);
    equal(error?.message, "raised");
  });
}

Deno.test("message, detail and hint of an error reach the caller", async () => {
  const { error } = await harness.anon().rpc("contract_raise", {
    state: "P0001",
    message: "no such week",
    detail: "week_not_found",
    hint: "Ask for another week.",
  });
  equal(error?.message, "no such week");
  equal(error?.details, "week_not_found");
  equal(error?.hint, "Ask for another week.");
});

Deno.test("a missing privilege is 401 for anon", async () => {
  const { error, status } = await harness.anon().rpc("contract_denied");
  equal(status, 401);
  equal(error?.code, "42501");
  equal(error?.message, "permission denied for function contract_denied");
});

Deno.test("a missing privilege is 403 for a user and for the service role", async () => {
  const { client } = await harness.user();
  for (const caller of [client, harness.service()]) {
    const { error, status } = await caller.rpc("contract_denied");
    deepEqual([status, error?.code], [403, "42501"]);
  }
});

Deno.test("an argument of the wrong type is 22P02 with 400", async () => {
  const { error, status } = await harness.anon().rpc("contract_add", {
    a: "two",
  });
  deepEqual([status, error?.code], [400, "22P02"]);
});

Deno.test("a relation that is not there is PGRST205 with 404 and a near name", async () => {
  const { error, status } = await harness.anon().from("contract_author")
    .select();
  equal(status, 404);
  equal(error?.code, "PGRST205");
  equal(
    error?.message,
    "Could not find the table 'public.contract_author' in the schema cache",
  );
  equal(error?.hint, "Perhaps you meant the table 'public.contract_authors'");
});

Deno.test("a column that is not there is 42703 with 400, selected or filtered by", async () => {
  const selected = await harness.anon().from("contract_authors").select(
    "nothing",
  );
  const filtered = await harness.anon().from("contract_authors").select("id")
    .eq(
      "nothing",
      1,
    );
  for (const { error, status } of [selected, filtered]) {
    equal(status, 400);
    equal(error?.code, "42703");
    equal(error?.message, "column contract_authors.nothing does not exist");
  }
});

Deno.test("a schema that is not exposed is PGRST106 with 406", async () => {
  const { error, status } = await harness.service().schema("auth").from("users")
    .select("id");
  deepEqual([status, error?.code], [406, "PGRST106"]);
});

Deno.test("an operator that does not exist is PGRST100 with 400", async () => {
  const response = await harness.request(
    "/rest/v1/contract_authors?id=bigger.1",
    {
      headers: { apikey: harness.publishableKey },
    },
  );
  deepEqual([response.status, (await response.json()).code], [400, "PGRST100"]);
});

Deno.test("an error's body has code, message, details and hint", async () => {
  const response = await harness.request(
    "/rest/v1/rpc/contract_raise?state=P0001",
    {
      headers: { apikey: harness.publishableKey },
    },
  );
  const body = await response.json();
  deepEqual(Object.keys(body).sort(), ["code", "details", "hint", "message"]);
});
