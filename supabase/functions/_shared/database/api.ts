import { PostgrestClient } from "@supabase/postgrest-js";
import { apiKey, projectUrl } from "../project.ts";
import type { Database } from "./database.types.ts";

/** A client of the project's data API. */
export type Api = PostgrestClient<Database>;

/**
 * The data API as service_role, by the project's default secret key: never by a key that a caller sent, since the key that
 * wakes the worker is to open nothing else.
 *
 * @throws TypeError when the project's URL or key is not set
 */
export function openAdminApi(): Api {
  const key = apiKey("secret", "default");
  return open(key, key);
}

/**
 * The data API as a signed-in user: the database decides what that user may do.
 *
 * @param token the user's access token
 * @throws TypeError when the project's URL or key is not set
 */
export function openUserApi(token: string): Api {
  return open(apiKey("publishable", "default"), token);
}

function open(key: string, bearer: string): Api {
  return new PostgrestClient<Database>(`${projectUrl()}/rest/v1`, {
    headers: { apikey: key, Authorization: `Bearer ${bearer}` },
  });
}
