import assert from "node:assert/strict";
import { withHarness } from "./support/harness.ts";
import { collections, start } from "./support/start_collection.ts";

Deno.test("an Idempotency-Key repeats its answer, and refuses another request", async () => {
  await withHarness({}, async (harness) => {
    const key = { "Idempotency-Key": "order 66" };
    const first = await start(harness, { weeks: 2 }, key);
    assert.equal(first.status, 201);
    const made = await first.json();
    assert.deepEqual([made.created, made.extended, made.reopened], [
      true,
      0,
      0,
    ]);
    // Also long after.
    await harness.sql`
      update public.collection_requests set requested_at = requested_at - interval '3 days'`;
    const second = await start(harness, { weeks: 2 }, key);
    assert.equal(second.status, 201);
    assert.deepEqual(await second.json(), made);
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
    const another = await start(harness, { weeks: 3 }, {
      "Idempotency-Key": "order 67",
    });
    assert.equal(another.status, 200);
    const { collection_id, created, extended, reopened, weeks } = await another
      .json();
    assert.deepEqual([collection_id, created, extended, reopened], [
      made.collection_id,
      false,
      1,
      0,
    ]);
    assert.equal(weeks.length, 3);
    assert.equal(await collections(harness), 1);
  });
});

Deno.test("asking for the weeks of a cancelled collection opens them again", async () => {
  await withHarness({}, async (harness) => {
    const { collection_id } = await (await start(harness, { weeks: 2 })).json();
    const { error } = await harness.owner.rpc("cancel_collection", {
      collection_id,
    });
    assert.equal(error, null);
    const again = await start(harness, { weeks: 3, name: "Weekly" });
    assert.equal(again.status, 200);
    const { created, extended, reopened, weeks } = await again.json();
    assert.deepEqual([created, extended, reopened], [false, 1, 2]);
    assert.deepEqual(
      weeks.map(({ status }: { status: string }) => status),
      ["pending", "pending", "pending"],
    );
    const { data } = await harness.owner.from("collection_progress")
      .select("collection_id, status, weeks, name");
    assert.deepEqual(data, [
      { collection_id, status: "waiting", weeks: 3, name: "Weekly" },
    ]);
  });
});

for (
  const [what, headers, others] of [
    ["without a key", {}, 200],
    ["with one key, which is answered the same,", {
      "Idempotency-Key": "twice",
    }, 201],
  ] as const
) {
  Deno.test(`a double click ${what} makes one collection`, async () => {
    await withHarness({}, async (harness) => {
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => start(harness, { weeks: 5 }, headers)),
      );
      const bodies = await Promise.all(answers.map((one) => one.json()));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [
        others,
        others,
        others,
        201,
      ]);
      assert.equal(new Set(bodies.map((body) => body.collection_id)).size, 1);
      assert.equal(await collections(harness), 1);
    });
  });
}
