import { readJson, requireFields } from "../_shared/http/body.ts";
import {
  date,
  jsonObject,
  type ObjectOf,
  optional,
  text,
  wholeNumber,
} from "../_shared/json_fields.ts";
import { RequestError } from "../_shared/http/request_error.ts";

const FIELDS = {
  instance: text("AMC's instance id, 1 to 64 characters", 64),
  workflow: text("the id that save_workflow answered", 128),
  weeks: optional(wholeNumber("a whole number from 1 to 60")),
  start_date: optional(date("a date as yyyy-mm-dd")),
  end_date: optional(date("a date as yyyy-mm-dd")),
  week_starts_on: optional(text("a weekday, such as monday", 20)),
  time_zone: optional(text("a name of the tz database", 100)),
  parameter_values: optional(jsonObject("an object of values by name")),
};

/** What start-collection may be asked for. */
export type CollectionRequest = ObjectOf<typeof FIELDS>;

const MAX_KEY_CHARACTERS = 200;

/**
 * Reads the body of a request.
 *
 * @throws RequestError 400 invalid_json, 400 invalid_request that names the field, 413 request_too_large
 */
export async function readRequest(
  request: Request,
): Promise<CollectionRequest> {
  return requireFields(await readJson(request), FIELDS);
}

/**
 * Reads the header Idempotency-Key.
 *
 * @returns the key, or undefined if none was sent
 * @throws RequestError 400 invalid_idempotency_key
 */
export function readIdempotencyKey(request: Request): string | undefined {
  const key = request.headers.get("Idempotency-Key") ?? undefined;
  if (key !== undefined && (key === "" || key.length > MAX_KEY_CHARACTERS)) {
    throw new RequestError(
      400,
      "invalid_idempotency_key",
      `Expected an Idempotency-Key of 1 to ${MAX_KEY_CHARACTERS} characters, got ${key.length}.`,
    );
  }
  return key;
}
