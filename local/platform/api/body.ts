/**
 * Stand-in for PostgREST: request bodies.
 *
 * JavaScript reads a body only for the names in it; the values reach Postgres as the text that was sent.
 */
import { ApiError, standIn } from "./errors.ts";

/** A JSON body: its text, and the names that its objects have. */
export interface JsonBody {
  text: string;
  isArray: boolean;
  keys: string[];
  /** Whether every element is an object with all of these names. */
  uniform: boolean;
}

/** Asks for JSON, as PostgREST does; nothing in `Content-Type` means JSON. */
function checkContentType(request: Request): void {
  const type = (request.headers.get("content-type") ?? "application/json")
    .split(";")[0].trim();
  if (
    type === "application/json" || type === "application/vnd.pgrst.object+json"
  ) return;
  if (
    [
      "text/csv",
      "application/x-www-form-urlencoded",
      "text/plain",
      "application/octet-stream",
    ]
      .includes(type)
  ) {
    throw standIn(`bodies of type ${type}`, "Send application/json.");
  }
  throw new ApiError(400, "PGRST102", `Content-Type not acceptable: ${type}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads a JSON body: an object, or an array of objects.
 *
 * @param emptyIsObject for functions: no body means no arguments
 * @throws ApiError PGRST102 for what is not JSON
 */
export async function readBody(
  request: Request,
  emptyIsObject: boolean,
): Promise<JsonBody> {
  checkContentType(request);
  let text = await request.text();
  if (text === "" && emptyIsObject) text = "{}";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError(400, "PGRST102", "Empty or invalid json");
  }
  const objects = Array.isArray(value) ? value : [value];
  const names = new Set<string>();
  for (const object of objects) {
    if (isObject(object)) {
      for (const name of Object.keys(object)) names.add(name);
    }
  }
  const uniform = objects.every((object) =>
    isObject(object) && Object.keys(object).length === names.size
  );
  return { text, isArray: Array.isArray(value), keys: [...names], uniform };
}
