// What the database is asked of a body in which some fields are not of the right form.
import assert from "node:assert/strict";
import type { Rpc } from "../_shared/database/rpc.ts";
import { InvalidBody } from "../_shared/http/body.ts";
import { withOtherFields } from "../start-collection/planning.ts";
import { readRequest } from "../start-collection/request.ts";

const GOOD = {
  instance: "amcr1aaaa1a",
  workflow: "weekly-0123",
  start_date: "2025-02-25",
  end_date: "2025-03-03",
};

/** Reads a body that is not as expected. @returns what the database is asked then, and the fields that are told */
async function toldOf(
  body: Record<string, unknown>,
  refused: string[] = [],
): Promise<{ asked: Record<string, unknown>[]; fields: string[] }> {
  const error = await readRequest(
    new Request("http://localhost/start-collection", {
      method: "POST",
      body: JSON.stringify(body),
    }),
  ).catch((error) => error);
  assert.ok(error instanceof InvalidBody);
  const asked: Record<string, unknown>[] = [];
  const rpc = (_name: string, given: Record<string, unknown>) => {
    asked.push(given);
    const refusals = refused.map((field) => (
      { field, code: "wrong", message: "It is wrong." }
    ));
    return Promise.resolve({ refusals });
  };
  const { fields } = await withOtherFields(rpc as Rpc, "user", error);
  return { asked, fields: (fields ?? []).map(({ field }) => field) };
}

Deno.test("a zone of the wrong form is asked about as no zone, not as UTC", async () => {
  const { asked, fields } = await toldOf({ ...GOOD, time_zone: 5 }, [
    "time_zone",
    "week_starts_on",
  ]);
  assert.equal(asked.length, 1);
  assert.equal(asked[0].time_zone, "");
  assert.equal(asked[0].end_date, GOOD.end_date);
  assert.deepEqual(fields, ["time_zone", "week_starts_on"]);
});

Deno.test("where one field of the range is of the wrong form, nothing is said of the others", async () => {
  const { asked, fields } = await toldOf({ ...GOOD, start_date: true }, [
    "end_date",
    "workflow_id",
  ]);
  assert.ok(!Object.hasOwn(asked[0], "end_date"));
  assert.deepEqual(fields, ["start_date", "workflow"]);
});

Deno.test("without an instance that can be read the database is asked nothing", async () => {
  const { asked, fields } = await toldOf({ ...GOOD, instance: 7 });
  assert.deepEqual([asked, fields], [[], ["instance"]]);
});
