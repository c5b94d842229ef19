import { deepEqual, equal, ok } from "node:assert/strict";
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

Deno.test("anon has no right to the table at all", async () => {
  const { error, status } = await harness.anon().from("contract_notes").select(
    "id",
  );
  deepEqual([status, error?.code], [401, "42501"]);
});

Deno.test("anon reads what a policy shows, and changes nothing", async () => {
  const { data } = await harness.anon().from("contract_authors").select("id")
    .order("id");
  deepEqual(data, [{ id: 1 }, { id: 2 }, { id: 3 }]);
  const { error, status } = await harness.anon().from("contract_authors")
    .insert({
      id: 9,
      name: "n",
    });
  deepEqual([status, error?.code], [401, "42501"]);
});

Deno.test("a user sees and makes only their own rows", async () => {
  const [first, second] = [await harness.user(), await harness.user()];
  const made = await first.client.from("contract_notes").insert({
    title: "mine",
  })
    .select("id,owner_id").single();
  equal(made.error, null);
  equal(made.data!.owner_id, first.id);
  deepEqual(await ids(first.client.from("contract_notes").select("id")), [
    made.data!.id,
  ]);
  deepEqual(await ids(second.client.from("contract_notes").select("id")), []);
  deepEqual(
    await ids(
      second.client.from("contract_notes").update({ title: "theirs" })
        .eq("id", made.data!.id).select("id"),
    ),
    [],
  );
  const forged = await second.client.from("contract_notes")
    .insert({ title: "forged", owner_id: first.id });
  deepEqual([forged.status, forged.error?.code], [403, "42501"]);
});

Deno.test("the service role sees every row", async () => {
  ok((await ids(notes())).length >= 4);
  const { error, status } = await service.from("contract_hidden").select();
  deepEqual([status, error?.code], [403, "42501"]);
});
