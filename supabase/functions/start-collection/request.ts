import { z } from "zod";
import { RequestError } from "../_shared/http/request_error.ts";
import { readJson } from "../_shared/http/body.ts";

const date = z.iso.date("expected a date as yyyy-mm-dd");

const schema = z.strictObject({
  instance: z.string("expected AMC's instance id").min(1).max(64),
  workflow: z.string("expected the id that save_workflow answered").min(1).max(
    128,
  ),
  weeks: z.int("expected a whole number from 1 to 60").optional(),
  start_date: date.optional(),
  end_date: date.optional(),
  week_starts_on: z.string("expected a weekday, such as monday").max(20)
    .optional(),
  time_zone: z.string("expected a tz database name").max(100).optional(),
  parameter_values: z.record(z.string(), z.unknown()).optional(),
});

/** What start-collection may be asked for. */
export type CollectionRequest = z.infer<typeof schema>;

const MAX_KEY_CHARACTERS = 200;

/**
 * Reads the body of a request.
 *
 * @throws RequestError 400 invalid_json, 400 invalid_request that names the field, 413 request_too_large
 */
export function readRequest(request: Request): Promise<CollectionRequest> {
  return readJson(request, schema);
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
