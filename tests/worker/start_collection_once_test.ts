import assert from "node:assert/strict";
import { withHarness } from "./support/harness.ts";
import { collections, start } from "./support/start_collection.ts";

Deno.test("an Idempotency-Key repeats its answer, and refuses another request", async () => {
  await withHarness({}, async (harness) => {
    const key = { "Idempotency-Key": "order 66" };
    const first = await start(harness, { weeks: 2 }, key);
    assert.equal(first.status, 201);
    const made = await first.json();
    // Also long after the ten minutes in which a request is taken for a double click.
    await harness.sql`
      update public.report_data_collections set created_at = created_at - interval '3 days'`;
    const second = await start(harness, { weeks: 2 }, key);
    assert.equal(second.status, 200);
    assert.deepEqual(await second.json(), { ...made, created: false });
    const other = await start(harness, { weeks: 3 }, key);
    assert.equal(other.status, 422);
    assert.equal((await other.json()).error.code, "idempotency_key_reused");
    for (const bad of ["", "k".repeat(201)]) {
      const answer = await start(harness, { weeks: 2 }, {
        "Idempotency-Key": bad,
      });
      assert.equal(answer.status, 400);
      const { error } = await answer.json();
      assert.equal(error.code, "invalid_idempotency_key");
    }
    assert.equal(await collections(harness), 1);
    const another = await start(harness, { weeks: 2 }, {
      "Idempotency-Key": "order 67",
    });
    assert.equal(another.status, 201);
    await another.body?.cancel();
    assert.equal(await collections(harness), 2);
  });
});

for (
  const [what, headers] of [
    ["without a key", {}],
    ["with one key", { "Idempotency-Key": "twice" }],
  ] as const
) {
  Deno.test(`a double click ${what} makes one collection`, async () => {
    await withHarness({}, async (harness) => {
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => start(harness, { weeks: 5 }, headers)),
      );
      const bodies = await Promise.all(answers.map((one) => one.json()));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [
        200,
        200,
        200,
        201,
      ]);
      assert.equal(new Set(bodies.map((body) => body.collection_id)).size, 1);
      assert.equal(await collections(harness), 1);
    });
  });
}
