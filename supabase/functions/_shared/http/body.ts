import type { z } from "zod";
import { RequestError } from "./request_error.ts";

const MAX_BODY_CHARACTERS = 100_000;

/**
 * Reads the JSON body of a request.
 *
 * @param schema what it must be
 * @throws RequestError 400 invalid_json, 400 invalid_request that names the field, 413 request_too_large
 */
export async function readJson<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const text = await request.text();
  if (text.length > MAX_BODY_CHARACTERS) {
    throw new RequestError(
      413,
      "request_too_large",
      `Expected a body of at most ${MAX_BODY_CHARACTERS} characters, got ${text.length}.`,
    );
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new RequestError(
      400,
      "invalid_json",
      "Expected a JSON object, got a body that is not JSON.",
    );
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`
  );
  throw new RequestError(
    400,
    "invalid_request",
    `The request is not right: ${problems.join("; ")}.`,
  );
}
