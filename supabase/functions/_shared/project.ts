/** The project that a function runs in: its address and keys, as the platform's environment gives them. */

/** Reads an environment variable; undefined if it is not set. */
export type ReadVariable = (name: string) => string | undefined;

const fromEnvironment: ReadVariable = (name) => Deno.env.get(name);

/** The kinds of API keys. A secret key acts as service_role, a publishable one as anon or the signed-in user. */
export type KeyKind = "secret" | "publishable";

/**
 * The project's URL without a trailing slash.
 *
 * @throws TypeError when SUPABASE_URL is not set
 */
export function projectUrl(read: ReadVariable = fromEnvironment): string {
  const url = read("SUPABASE_URL");
  if (!url) throw new TypeError("Expected SUPABASE_URL to be set.");
  return url.replace(/\/+$/, "");
}

/**
 * One of the project's API keys: from SUPABASE_SECRET_KEYS or SUPABASE_PUBLISHABLE_KEYS, a JSON object of keys by name, or,
 * where that is not set, the single SUPABASE_SECRET_KEY or SUPABASE_PUBLISHABLE_KEY as the one named default.
 *
 * @param name the key's name in the project's settings
 * @throws TypeError when there is no such key
 */
export function apiKey(
  kind: KeyKind,
  name: string,
  read: ReadVariable = fromEnvironment,
): string {
  const variable = `SUPABASE_${kind.toUpperCase()}_KEY`;
  const keys = keysIn(read(`${variable}S`)) ??
    { default: read(variable) };
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (typeof key !== "string" || key === "") {
    throw new TypeError(
      `Expected ${variable}S to hold a key named ${name}: create it in the project's settings.`,
    );
  }
  return key;
}

function keysIn(text: string | undefined): Record<string, unknown> | null {
  if (!text) return null;
  try {
    const keys = JSON.parse(text);
    return typeof keys === "object" && keys !== null ? keys : {};
  } catch {
    return {};
  }
}
