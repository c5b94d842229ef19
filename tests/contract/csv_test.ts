import { deepEqual, equal } from "node:assert/strict";
import type { SupabaseClient } from "@supabase/supabase-js";
import { resetNotes } from "./support/notes.ts";
import { type Harness, openHarness } from "./support/harness.ts";

let harness: Harness;
let service: SupabaseClient;
Deno.test.beforeAll(async () => {
  harness = await openHarness();
  service = harness.service();
});
Deno.test.afterAll(() => harness?.close());
Deno.test.beforeEach(() => resetNotes(service));

Deno.test("csv() gives a header and a line for each row; null is empty", async () => {
  const { data, error } = await service.from("contract_notes")
    .select("id,title,amount,done").order("id").csv();
  equal(error, null);
  equal(
    data,
    "id,title,amount,done\n1,alpha,1.5,t\n2,beta,,f\n3,gamma,20,\n" +
      '4,"delta, with comma",20,t',
  );
});

Deno.test("csv() quotes as Postgres writes a row: quotes and backslashes doubled, the empty text as two quotes", async () => {
  const titles = ['say "hi"', "back\\slash", "two\nlines", "", "a word"];
  const { error } = await service.from("contract_notes").insert(
    titles.map((title, i) => ({ id: 10 + i, title })),
  );
  equal(error, null);
  const { data } = await service.from("contract_notes").select("id,title")
    .gte("id", 10).order("id").csv();
  equal(
    data,
    'id,title\n10,"say ""hi"""\n11,"back\\\\slash"\n12,"two\nlines"\n13,""\n14,"a word"',
  );
});

Deno.test("csv() keeps every digit, and writes lists and objects as text", async () => {
  const { error } = await service.from("contract_notes").update({
    amount: "12345678901234567890.12345678901234567",
    big: "9007199254740993",
    tags: ["a", "b c"],
    meta: { k: 1 },
  }).eq("id", 1);
  equal(error, null);
  const { data } = await service.from("contract_notes")
    .select("amount,big,tags,meta").eq("id", 1).csv();
  equal(
    data,
    "amount,big,tags,meta\n12345678901234567890.12345678901234567,9007199254740993," +
      '"{a,""b c""}","{""k"": 1}"',
  );
});

Deno.test("csv() without a row is one empty line", async () => {
  const { data } = await service.from("contract_notes").select("id").eq(
    "id",
    99,
  ).csv();
  equal(data, "\n");
});

Deno.test("csv() has the media type, the range and the count of any read", async () => {
  const response = await harness.request(
    "/rest/v1/contract_notes?select=id&order=id&limit=2",
    {
      headers: {
        apikey: harness.secretKey,
        accept: "text/csv",
        prefer: "count=exact",
      },
    },
  );
  equal(await response.text(), "id\n1\n2");
  deepEqual(
    [
      response.status,
      response.headers.get("content-type"),
      response.headers.get("content-range"),
    ],
    [206, "text/csv; charset=utf-8", "0-1/4"],
  );
});

Deno.test("csv() of a function: its columns, or pgrst_scalar where it has none", async () => {
  const table = await service.rpc("contract_series", { n: 2 }).csv();
  equal(table.data, 'i,label\n1,"row 1"\n2,"row 2"');
  const scalar = await service.rpc("contract_add", { a: 2, b: 5 }).csv();
  equal(scalar.data, "pgrst_scalar\n7");
  const scalars = await service.rpc("contract_words").csv();
  equal(scalars.data, "pgrst_scalar\none\ntwo");
});

Deno.test("csv() of a function whose rows are all filtered out keeps its header", async () => {
  const { data, error } = await service.rpc("contract_series", { n: 2 })
    .gt("i", 5).csv();
  equal(error, null);
  equal(data, "i,label\n");
});

Deno.test("an error of a request for CSV is JSON", async () => {
  const { error, status } = await service.from("contract_nowhere").select()
    .csv();
  deepEqual([status, error?.code], [404, "PGRST205"]);
});
