import { type Fields, type ObjectOf, readFields } from "../json_fields.ts";
import { RequestError } from "./request_error.ts";

const MAX_BODY_CHARACTERS = 100_000;

/**
 * Reads the JSON body of a request.
 *
 * @returns what was sent, of any form
 * @throws RequestError 400 invalid_json, 413 request_too_large
 */
export async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text.length > MAX_BODY_CHARACTERS) {
    throw new RequestError(
      413,
      "request_too_large",
      `Expected a body of at most ${MAX_BODY_CHARACTERS} characters, got ${text.length}.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError(
      400,
      "invalid_json",
      "Expected a JSON object, got a body that is not JSON.",
    );
  }
}

/**
 * Checks that what was sent is an object with these fields and no others.
 *
 * @throws RequestError 400 invalid_request that names each field that is not as expected
 */
export function requireFields<F extends Fields>(
  body: unknown,
  fields: F,
): ObjectOf<F> {
  const read = readFields(body, fields);
  if ("object" in read) return read.object;
  throw invalidRequest(read.problems);
}

/** The error for a body that is JSON, but not what the function takes. */
export function invalidRequest(problems: string[]): RequestError {
  return new RequestError(
    400,
    "invalid_request",
    `The request body is invalid: ${problems.join("; ")}.`,
  );
}
