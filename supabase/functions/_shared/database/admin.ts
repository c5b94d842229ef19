import { createAdminClient } from "@supabase/server/core";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "./database.types.ts";

/**
 * supabase-js as service_role, by the project's default secret key: never by a key that a caller sent, since the key that
 * wakes the worker is to open nothing else.
 */
export function openAdminClient(): SupabaseClient<Database> {
  return createAdminClient<Database>({ auth: { keyName: "default" } });
}
