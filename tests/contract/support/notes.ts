/** The notes that tests of relations begin with. */
import { equal } from "node:assert/strict";
import type { SupabaseClient } from "@supabase/supabase-js";

/** Replaces all notes by four known ones. */
export async function resetNotes(service: SupabaseClient): Promise<void> {
  await service.from("contract_notes").delete().gt("id", 0);
  const { error } = await service.from("contract_notes").insert([
    {
      id: 1,
      title: "alpha",
      amount: 1.5,
      day: "2026-01-05",
      done: true,
      author_id: 1,
    },
    {
      id: 2,
      title: "beta",
      amount: null,
      day: "2026-01-12",
      done: false,
      author_id: 2,
    },
    {
      id: 3,
      title: "gamma",
      amount: 20,
      day: "2026-01-19",
      done: null,
      author_id: null,
    },
    {
      id: 4,
      title: "delta, with comma",
      amount: 20,
      day: "2026-01-26",
      done: true,
      author_id: 1,
    },
  ]);
  equal(error, null);
}

/** The ids of the rows that a query gives. */
export async function ids(
  query: PromiseLike<{ data: unknown; error: unknown }>,
): Promise<number[]> {
  const { data, error } = await query;
  equal(error, null);
  return (data as { id: number }[]).map((row) => row.id);
}
