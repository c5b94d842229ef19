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

Deno.test("select gives the columns asked for, under their alias", async () => {
  const { data } = await service.from("contract_notes").select(
    "number:id,title",
  ).eq("id", 1);
  deepEqual(data as unknown, [{ number: 1, title: "alpha" }]);
});

Deno.test("select of * gives every column", async () => {
  const { data } = await service.from("contract_authors").select().eq("id", 1);
  deepEqual(data, [{ id: 1, name: "Ada" }]);
});

Deno.test("a column can be cast, and renamed with it", async () => {
  const { data } = await service.from("contract_notes").select(
    "id::text,money:amount::text",
  )
    .eq("id", 1);
  deepEqual(data as unknown, [{ id: "1", money: "1.5" }]);
});

Deno.test("a column with quotes and spaces in its name can be selected", async () => {
  const { data, error } = await service.from("contract_notes").select(
    'odd:"Odd \\"name"',
  )
    .eq("id", 1);
  equal(error, null);
  deepEqual(data as unknown, [{ odd: "as made" }]);
});

Deno.test("filters compare as the column's type does", async () => {
  deepEqual(await ids(notes().eq("amount", "20.0")), [3, 4]);
  deepEqual(await ids(notes().neq("amount", 20)), [1]);
  deepEqual(await ids(notes().gt("day", "2026-01-12")), [3, 4]);
  deepEqual(await ids(notes().gte("day", "2026-01-12")), [2, 3, 4]);
  deepEqual(await ids(notes().lt("id", 2)), [1]);
  deepEqual(await ids(notes().lte("id", 2)), [1, 2]);
});

Deno.test("several filters all hold", async () => {
  deepEqual(await ids(notes().eq("amount", 20).is("done", true)), [4]);
});

Deno.test("in takes a list, with commas in quoted values, and an empty one", async () => {
  deepEqual(await ids(notes().in("id", [1, 3])), [1, 3]);
  deepEqual(await ids(notes().in("title", ["delta, with comma", "alpha"])), [
    1,
    4,
  ]);
  deepEqual(await ids(notes().in("id", [])), []);
});

Deno.test("is tells null, true and false apart", async () => {
  deepEqual(await ids(notes().is("amount", null)), [2]);
  deepEqual(await ids(notes().is("done", false)), [2]);
  deepEqual(await ids(notes().is("done", null)), [3]);
});

Deno.test("not turns a filter round", async () => {
  deepEqual(await ids(notes().not("amount", "is", null)), [1, 3, 4]);
  deepEqual(await ids(notes().not("id", "in", "(1,2)")), [3, 4]);
});

Deno.test("order goes by several columns, each way, with nulls where asked", async () => {
  const rows = () => service.from("contract_notes").select("id");
  deepEqual(
    await ids(
      rows().order("amount", { ascending: false, nullsFirst: false }).order(
        "id",
      ),
    ),
    [3, 4, 1, 2],
  );
  deepEqual(
    await ids(rows().order("amount", { nullsFirst: true }).order("id")),
    [2, 1, 3, 4],
  );
  deepEqual(await ids(rows().order("id", { ascending: false })), [4, 3, 2, 1]);
});

Deno.test("limit and range cut a page out", async () => {
  deepEqual(await ids(notes().limit(2)), [1, 2]);
  deepEqual(await ids(notes().range(1, 2)), [2, 3]);
  deepEqual(await ids(notes().limit(0)), []);
});

Deno.test("the header Range cuts a page out and Content-Range tells which", async () => {
  const response = await harness.request(
    "/rest/v1/contract_notes?select=id&order=id",
    {
      headers: {
        apikey: harness.secretKey,
        range: "1-2",
        prefer: "count=exact",
      },
    },
  );
  deepEqual(await response.json(), [{ id: 2 }, { id: 3 }]);
  equal(response.status, 206);
  equal(response.headers.get("content-range"), "1-2/4");
});

Deno.test("count=exact counts all rows that the filters let through", async () => {
  const { data, count, status } = await service.from("contract_notes")
    .select("id", { count: "exact" }).gt("id", 1).order("id").limit(1);
  deepEqual(data, [{ id: 2 }]);
  deepEqual([count, status], [3, 206]);
});

Deno.test("HEAD counts without a body", async () => {
  const { data, count, error } = await service.from("contract_notes")
    .select("*", { count: "exact", head: true });
  deepEqual([data, count, error], [null, 4, null]);
});

Deno.test("an offset past the end with a count is PGRST103 with 416", async () => {
  const { error, status } = await service.from("contract_notes")
    .select("id", { count: "exact" }).range(50, 60);
  deepEqual([status, error?.code], [416, "PGRST103"]);
});

Deno.test("single() gives the object, or PGRST116 when there is not exactly one", async () => {
  const one = await service.from("contract_notes").select("id").eq("id", 1)
    .single();
  deepEqual(one.data, { id: 1 });
  const none = await service.from("contract_notes").select("id").eq("id", 99)
    .single();
  deepEqual([none.status, none.error?.code], [406, "PGRST116"]);
  equal(none.error?.details, "The result contains 0 rows");
  const many = await service.from("contract_notes").select("id").single();
  deepEqual([many.status, many.error?.code], [406, "PGRST116"]);
});

Deno.test("maybeSingle() gives null when there is no row", async () => {
  const { data, error } = await service.from("contract_notes").select().eq(
    "id",
    99,
  ).maybeSingle();
  deepEqual([data, error], [null, null]);
});

Deno.test("a many-to-one relation is embedded, and null where there is none", async () => {
  const { data, error } = await service.from("contract_notes")
    .select("id,author:contract_authors(name)").order("id").limit(3);
  equal(error, null);
  deepEqual(data as unknown, [
    { id: 1, author: { name: "Ada" } },
    { id: 2, author: { name: "Grace" } },
    { id: 3, author: null },
  ]);
});

Deno.test("two foreign keys to one relation need a hint, and PGRST201 says which", async () => {
  await service.from("contract_pairs").delete().gt("id", 0);
  await service.from("contract_pairs").insert({
    id: 1,
    first_id: 1,
    second_id: 3,
  });
  const without = await service.from("contract_pairs").select(
    "id,contract_authors(name)",
  );
  deepEqual([without.status, without.error?.code], [300, "PGRST201"]);
  match(without.error!.hint!, /contract_authors!contract_pairs_first_id_fkey/);
  const { data } = await service.from("contract_pairs").select(
    "a:contract_authors!contract_pairs_first_id_fkey(name),b:contract_authors!second_id(name)",
  );
  deepEqual(data as unknown, [{ a: { name: "Ada" }, b: { name: "Hedy" } }]);
});

Deno.test("relations without a foreign key between them are PGRST200 with 400", async () => {
  const { error, status } = await service.from("contract_authors").select(
    "contract_hidden(id)",
  );
  deepEqual([status, error?.code], [400, "PGRST200"]);
});

Deno.test("a view is read like a table", async () => {
  const { data } = await service.from("contract_titles").select().eq("id", 2);
  deepEqual(data, [{ id: 2, title: "beta" }]);
});

Deno.test("a column may have any name that SQL also uses inside", async () => {
  for (const name of ["r", "t", "_postgrest_t", "pgrst_source"]) {
    const { data, error } = await service.from("contract_notes")
      .select(`${name}:id,title`).eq("id", 1);
    equal(error, null);
    deepEqual(data as unknown, [{ [name]: 1, title: "alpha" }]);
  }
});
