/**
 * Stand-in for Supabase's API gateway: API keys.
 *
 * As on a hosted project, `sb_publishable_…` and `sb_secret_…` keys are not JWTs; they travel in the
 * `apikey` header and stand for the roles `anon` and `service_role`.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { json } from "./http.ts";

/** A known key: its kind, and the name under which it was given out. */
export interface ApiKey {
  kind: "publishable" | "secret";
  name: string;
  value: string;
}

/** Looks an API key up; null when there is no such key. */
export type KeyLookup = (value: string) => ApiKey | null;

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

/**
 * Prepares the lookup of keys. Every key is compared, in constant time, so that the time a response
 * takes reveals nothing about a key.
 *
 * @param publishable keys by name, such as `{default: "sb_publishable_…"}`
 * @param secret keys by name, such as `{default: "sb_secret_…", cron: "sb_secret_…"}`
 */
export function makeKeyLookup(
  publishable: Record<string, string>,
  secret: Record<string, string>,
): KeyLookup {
  const keys: { key: ApiKey; digest: Uint8Array }[] = [];
  for (const [name, value] of Object.entries(publishable)) {
    keys.push({
      key: { kind: "publishable", name, value },
      digest: digest(value),
    });
  }
  for (const [name, value] of Object.entries(secret)) {
    keys.push({ key: { kind: "secret", name, value }, digest: digest(value) });
  }
  return (value) => {
    const given = digest(value);
    let found: ApiKey | null = null;
    for (const { key, digest } of keys) {
      if (timingSafeEqual(given, digest)) found = key;
    }
    return found;
  };
}

/**
 * Checks the key of a request, in the header `apikey` or the parameter of that name.
 *
 * @returns the key, or the gateway's refusal: 401 with `message` and `hint`
 */
export function checkKey(
  request: Request,
  lookup: KeyLookup,
): ApiKey | Response {
  const value = request.headers.get("apikey") ??
    new URL(request.url).searchParams.get("apikey");
  if (!value) {
    return json(401, {
      message: "No API key found in request",
      hint: "No `apikey` request header or url param was found.",
    });
  }
  const key = lookup(value);
  if (!key) {
    return json(401, {
      message: "Invalid API key",
      hint: "Double check your Supabase `anon` or `service_role` API key.",
    });
  }
  // The hosted gateway knows browsers by their User-Agent and refuses secret keys from them.
  if (
    key.kind === "secret" &&
    request.headers.get("user-agent")?.startsWith("Mozilla/")
  ) {
    return json(401, {
      message: "Forbidden use of secret API key in browser",
      hint:
        "Secret API keys can only be used in a protected environment, never in a browser.",
    });
  }
  return key;
}
