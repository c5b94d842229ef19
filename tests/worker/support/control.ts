import type { SupabaseClient } from "@supabase/supabase-js";
import type { Harness } from "./harness.ts";

/** Calls control-collection as the owner. */
export async function control(
  harness: Harness,
  body: Record<string, unknown>,
  client: SupabaseClient = harness.owner,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const { data, error, response } = await client.functions.invoke(
    "control-collection",
    { body },
  );
  const answer = error ? await error.context.json() : data;
  return { status: response!.status, answer };
}
