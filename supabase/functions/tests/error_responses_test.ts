// What a caller gets to know of an error: their own mistakes in full, and of anything else nothing.
import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database/errors.ts";
import { withErrorResponses } from "../_shared/http/with_error_responses.ts";

async function answerTo(error: unknown): Promise<[number, string, string]> {
  const serve = withErrorResponses(
    () => {},
    "failed",
    () => Promise.reject(error),
  );
  const response = await serve(new Request("http://localhost/"));
  const body = await response.text();
  return [response.status, JSON.parse(body).error.code, body];
}

const database = (
  code: string | null,
  detail: string | null = null,
  status = 500,
) =>
  new DatabaseError(
    "inside: postgresql://postgres:pw@db, SQL state",
    code,
    detail,
    "inside",
    status,
    "start_collection",
  );

const INSIDE: [string, unknown][] = [
  ["an error", new TypeError("inside")],
  ["a text", "inside"],
  ["nothing", undefined],
  ["null", null],
  ["an object without a message", Object.create(null)],
  ["a lost connection", database(null, null, 503)],
  ["a full pool", database("PGRST003", "inside", 504)],
  ["a statement that took too long", database("57014")],
  ["a violated constraint", database("23514", "inside")],
  ["a refusal of an upper code", database("PT503", "inside")],
  ["a division by zero", database("22012")],
  ["JSON that a function read itself", database("22P02", "Token is inside")],
  ["a raise without a code", database("P0001", "inside")],
];

for (const [what, error] of INSIDE) {
  Deno.test(`${what} is an internal error that tells nothing`, async () => {
    const [status, code, body] = await answerTo(error);
    assert.deepEqual([status, code], [500, "internal_error"]);
    assert.doesNotMatch(body, /inside|postgres|pw@|start_collection/);
  });
}

for (
  const [code, what] of Object.entries({
    "22003": "a number out of range",
    "22008": "a date out of range",
    "22P05": "a zero character",
    "22021": "a byte that is no text",
  })
) {
  Deno.test(`${what} is a mistake of the caller's`, async () => {
    const [status, named] = await answerTo(database(code));
    assert.deepEqual([status, named], [400, "invalid_request"]);
  });
}

Deno.test("a refusal of the database keeps its code, status, message and hint", async () => {
  for (
    const [sqlstate, status] of [["22023", 400], ["PT404", 404], [
      "PT422",
      422,
    ]] as const
  ) {
    const [got, code, body] = await answerTo(
      database(sqlstate, "weeks_out_of_range"),
    );
    assert.deepEqual([got, code], [status, "weeks_out_of_range"]);
    assert.match(body, /inside.*inside/);
  }
});
