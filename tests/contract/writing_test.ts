import { deepEqual, equal, match } from "node:assert/strict";
import type { SupabaseClient } from "@supabase/supabase-js";
import { ids, resetNotes } from "./support/notes.ts";
import { type Harness, openHarness } from "./support/harness.ts";

let harness: Harness;
let service: SupabaseClient;
Deno.test.beforeAll(async () => {
  harness = await openHarness();
  service = harness.service();
});
Deno.test.afterAll(() => harness?.close());
Deno.test.beforeEach(() => resetNotes(service));

const notes = () => service.from("contract_notes").select("id").order("id");

Deno.test("an insert answers 201 without a body, and with the rows when asked", async () => {
  const plain = await service.from("contract_notes").insert({
    id: 10,
    title: "ten",
  });
  deepEqual([plain.status, plain.data], [201, null]);
  const { data, status } = await service.from("contract_notes")
    .insert([{ id: 11, title: "eleven", tags: ["a", "b,c"], meta: { k: [1] } }])
    .select('id,tags,meta,odd:"Odd \\"name"');
  equal(status, 201);
  deepEqual(data as unknown, [{
    id: 11,
    tags: ["a", "b,c"],
    meta: { k: [1] },
    odd: "as made",
  }]);
});

Deno.test("rows with different columns are filled with nulls", async () => {
  const { data, error } = await service.from("contract_notes")
    .insert([{ id: 20, title: "x", amount: 1 }, { id: 21, title: "y" }]).select(
      "id,amount",
    );
  equal(error, null);
  deepEqual(data, [{ id: 20, amount: 1 }, { id: 21, amount: null }]);
});

Deno.test("an insert that breaks a key is 409, a check 400, an unknown column PGRST204", async () => {
  const twice = await service.from("contract_notes").insert({
    id: 1,
    title: "again",
  });
  deepEqual([twice.status, twice.error?.code], [409, "23505"]);
  const dangling = await service.from("contract_notes").insert({
    title: "x",
    author_id: 77,
  });
  deepEqual([dangling.status, dangling.error?.code], [409, "23503"]);
  const long = await service.from("contract_notes").insert({
    title: "x".repeat(300),
  });
  deepEqual([long.status, long.error?.code], [400, "23514"]);
  const odd = await service.from("contract_notes").insert({
    title: "x",
    nothing: 1,
  });
  deepEqual([odd.status, odd.error?.code], [400, "PGRST204"]);
});

Deno.test("an update changes the rows that the filters choose", async () => {
  const { data, status } = await service.from("contract_notes").update({
    done: true,
  })
    .eq("id", 2).select("id,done");
  equal(status, 200);
  deepEqual(data, [{ id: 2, done: true }]);
  const plain = await service.from("contract_notes").update({ title: "new" })
    .eq("id", 3);
  deepEqual([plain.status, plain.data], [204, null]);
  deepEqual(await ids(notes().eq("title", "new")), [3]);
});

Deno.test("a delete removes the rows that the filters choose, and counts them", async () => {
  const { count, status } = await service.from("contract_notes").delete({
    count: "exact",
  })
    .in("id", [1, 2]);
  deepEqual([status, count], [204, 2]);
  deepEqual(await ids(notes()), [3, 4]);
});

Deno.test("an update or delete of every row by mistake is refused", async () => {
  const updated = await service.from("contract_notes").update({ done: true });
  const deleted = await service.from("contract_notes").delete();
  for (const { error, status } of [updated, deleted]) {
    deepEqual([status, error?.code], [400, "21000"]);
    match(error!.message, /requires a WHERE clause$/);
  }
  equal((await ids(notes())).length, 4);
});

Deno.test("single() on an update of several rows changes none", async () => {
  const { error, status } = await service.from("contract_notes").update({
    title: "one",
  })
    .gt("id", 0).select("id").single();
  deepEqual([status, error?.code], [406, "PGRST116"]);
  deepEqual(await ids(notes().eq("title", "one")), []);
});

Deno.test("numbers beyond 2^53 and long decimals keep every digit when cast to text", async () => {
  const big = "9223372036854775807";
  const exact = "123456789012345678.123456789";
  const response = await harness.request("/rest/v1/contract_notes", {
    method: "POST",
    headers: { apikey: harness.secretKey, "content-type": "application/json" },
    body: `{"id": 30, "title": "big", "big": ${big}, "amount": ${exact}}`,
  });
  await response.body?.cancel();
  equal(response.status, 201);
  const { data } = await service.from("contract_notes").select(
    "big::text,amount::text",
  )
    .eq("big", big).single();
  deepEqual(data as unknown, { big, amount: exact });
});

Deno.test("numbers beyond 2^53 keep every digit in the JSON of the answer", async () => {
  const response = await harness.request("/rest/v1/rpc/contract_echo", {
    method: "POST",
    headers: {
      apikey: harness.publishableKey,
      "content-type": "application/json",
    },
    body: '{"exact": 9007199254740993.10, "plain": {"n": 9007199254740993}}',
  });
  const text = await response.text();
  match(text, /9007199254740993\.10/);
  match(text, /"n": 9007199254740993\b/);
  const big = await harness.request("/rest/v1/rpc/contract_big", {
    headers: { apikey: harness.publishableKey },
  });
  equal(await big.text(), "9007199254740993");
});
