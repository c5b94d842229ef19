import { readJson, requireFields } from "../_shared/http/body.ts";
import {
  date,
  jsonObject,
  type ObjectOf,
  optional,
  text,
  truth,
  wholeNumber,
} from "../_shared/json_fields.ts";
import { RequestError } from "../_shared/http/request_error.ts";

const MAX_KEY_CHARACTERS = 200;

const FIELDS = {
  instance: text("AMC's instance id, 1 to 64 characters", 64),
  workflow: text("the id that save_workflow answered", 128),
  weeks: optional(wholeNumber("a whole number from 1 to 60")),
  start_date: optional(date("a date as yyyy-mm-dd")),
  end_date: optional(date("a date as yyyy-mm-dd")),
  week_starts_on: optional(text("a weekday, such as monday", 20)),
  time_zone: optional(text("a name of the tz database", 100)),
  parameter_values: optional(jsonObject("an object of values by name")),
  name: optional(text("a name of 1 to 200 characters", 200)),
  keep_current: optional(truth("true or false")),
  settle_days: optional(wholeNumber("a whole number from 2 to 60")),
  dry_run: optional(truth("true or false")),
  idempotency_key: optional(
    text(`a text of 1 to ${MAX_KEY_CHARACTERS} characters`, MAX_KEY_CHARACTERS),
  ),
};

/** What start-collection may be asked for. */
export type CollectionRequest = ObjectOf<typeof FIELDS>;

/**
 * Reads the body of a request.
 *
 * @throws InvalidBody 400 invalid_request that names each field that is not as expected; RequestError 400 invalid_json,
 *   400 invalid_request, 413 request_too_large
 */
export async function readRequest(
  request: Request,
): Promise<CollectionRequest> {
  return requireFields(await readJson(request), FIELDS);
}

/**
 * Reads the idempotency key: of the header Idempotency-Key, or of the body, where a front end cannot set headers.
 *
 * @param sent the body's
 * @returns the key, or undefined if none was sent
 * @throws RequestError 400 invalid_idempotency_key
 */
export function readIdempotencyKey(
  request: Request,
  sent?: string,
): string | undefined {
  const key = request.headers.get("Idempotency-Key") ?? undefined;
  if (key !== undefined && (key === "" || key.length > MAX_KEY_CHARACTERS)) {
    throw invalidKey(
      `an Idempotency-Key of 1 to ${MAX_KEY_CHARACTERS} characters, got ${key.length}`,
    );
  }
  if (key !== undefined && sent !== undefined && key !== sent) {
    throw invalidKey(
      "one key, got another in the header Idempotency-Key than in the body",
    );
  }
  return key ?? sent;
}

function invalidKey(expected: string): RequestError {
  return new RequestError(
    400,
    "invalid_idempotency_key",
    `Expected ${expected}.`,
    "Send one key for each request, in the header or in the body.",
  );
}
