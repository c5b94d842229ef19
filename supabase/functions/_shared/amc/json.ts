/** What JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonObject
  | JsonValue[];

/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue | undefined };

/**
 * Parses JSON whatever the content type said (AMC answers some JSON as application/octet-stream,
 * PM captured; H). Strings lose NUL characters and lone surrogates, which Postgres cannot store.
 *
 * @returns the value, or undefined when the text is not JSON
 */
export function parseJson(text: string | null): JsonValue | undefined {
  if (text === null) return undefined;
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const suspicious = /\\u(?:0000|d[89a-f])/i.test(clean);
  try {
    return suspicious
      ? JSON.parse(clean, (_, value) => storable(value))
      : JSON.parse(clean);
  } catch {
    return undefined;
  }
}

/** Whether a value that came from JSON is an object, not an array and not null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function storable(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  if (keys.every((key) => key === storableText(key))) return value;
  return Object.fromEntries(
    keys.map((key) => [storableText(key), value[key]]),
  );
}

function storableText(text: string): string {
  return text.replaceAll("\u0000", "").toWellFormed();
}
