/** Upserts, as supabase-js sends them. */
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

const title = async (id: number) =>
  (await service.from("contract_notes").select("title").eq("id", id).single())
    .data?.title;

Deno.test("an upsert inserts what is not there with 201, and merges what is with 200", async () => {
  const made = await service.from("contract_notes").upsert({
    id: 40,
    title: "made",
  }).select("id,title");
  deepEqual([made.status, made.data], [201, [{ id: 40, title: "made" }]]);
  const merged = await service.from("contract_notes").upsert({
    id: 40,
    title: "merged",
  });
  deepEqual([merged.status, merged.error], [200, null]);
  equal(await title(40), "merged");
});

Deno.test("an upsert of several rows, of which one is there, is 201", async () => {
  const { data, status } = await service.from("contract_notes").upsert([
    { id: 1, title: "merged" },
    { id: 41, title: "made" },
  ]).select("id,title").order("id");
  equal(status, 201);
  deepEqual(data, [{ id: 1, title: "merged" }, { id: 41, title: "made" }]);
});

Deno.test("on_conflict names the key", async () => {
  const before = await service.from("contract_authors").select("id,name")
    .order("id").limit(1).single();
  const { error } = await service.from("contract_authors").upsert({
    id: before.data!.id,
    name: before.data!.name,
  }, { onConflict: "name" });
  equal(error, null);
});

Deno.test("ignoreDuplicates leaves rows as they are, and returns those that it made", async () => {
  const before = await title(1);
  const { data, error } = await service.from("contract_notes").upsert([
    { id: 1, title: "ignored" },
    { id: 42, title: "made" },
  ], { ignoreDuplicates: true }).select("id");
  deepEqual([error, data], [null, [{ id: 42 }]]);
  equal(await title(1), before);
});

Deno.test("a key that no unique constraint has is 42P10, an unknown one 42703", async () => {
  for (const [onConflict, code] of [["title", "42P10"], ["no", "42703"]]) {
    const { error, status } = await service.from("contract_notes").upsert({
      id: 1,
      title: "x",
    }, { onConflict });
    deepEqual([status, error?.code], [400, code]);
  }
});
