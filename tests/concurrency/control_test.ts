import assert from "node:assert/strict";
import { calls, commit, holds, waiting } from "./support/meeting.ts";
import {
  addCollection,
  addInstance,
  after,
  clear,
  sharedHarness,
} from "./support/harness.ts";

// Requests of owners meet reports of workers, and neither may get lost, whichever comes first.

const harness = sharedHarness();
const INSTANCE = "amccontrol1";
const NOW = after(10);

/** A collection whose first week is intended. @returns ids of the collection and the attempt */
async function intended() {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, INSTANCE);
  const collection = await addCollection(sql, INSTANCE, 1);
  const [{ attempt_id }] = await sql`select * from public.claim_due_weeks()`;
  return { sql, collection, attempt: attempt_id as string };
}

Deno.test("a week that is rescheduled while its collection is resumed is due", async () => {
  const { sql, collection, attempt } = await intended();
  await sql`select public.pause_collection(${collection})`;
  await using person = await holds(
    harness(),
    NOW,
    ({ sql }) => sql`select public.resume_collection(${collection})`,
  );
  await using worker = await calls(harness(), NOW, async ({ sql }) => {
    const [{ outcome }] =
      await sql`select * from public.report_create(${attempt}, 'not_sent')`;
    return outcome;
  });
  await waiting(harness(), worker);
  await commit(person);
  assert.equal(await worker.started.answer, "applied");
  const due =
    await sql`select from public.report_data_weeks where due_at <= ${NOW}`;
  assert.equal(due.length, 1, "the week must be due, not held forever");
});

Deno.test("a week that is rescheduled while its collection is paused waits at no cost until it is resumed", async () => {
  const { sql, collection, attempt } = await intended();
  await using person = await holds(
    harness(),
    NOW,
    ({ sql }) => sql`select public.pause_collection(${collection})`,
  );
  await using worker = await calls(harness(), NOW, async ({ sql }) => {
    const [{ outcome }] =
      await sql`select * from public.report_create(${attempt}, 'not_sent')`;
    return outcome;
  });
  await waiting(harness(), worker);
  await commit(person);
  assert.equal(await worker.started.answer, "applied");
  const [{ actionable }] =
    await sql`select amc_history.count_actionable() as actionable`;
  assert.equal(actionable, 0);
  await sql`select public.resume_collection(${collection})`;
  const due =
    await sql`select from public.report_data_weeks where due_at <= ${NOW}`;
  assert.equal(due.length, 1);
});

/** A collection of one completed week that is to be restated. */
async function toBeRestated() {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, INSTANCE);
  const collection = await addCollection(sql, INSTANCE, 1);
  const [{ id }] = await sql`select id from public.report_data_weeks`;
  await sql`select public.update_week_status(${collection}, ${id}, 'completed', '{}', 'before')`;
  await sql`select public.restate_week(${id})`;
  return { sql, collection };
}

Deno.test("cancelling a collection reaches the restatement that is being claimed", async () => {
  const { sql, collection } = await toBeRestated();
  await using worker = await holds(harness(), NOW, async ({ sql }) => {
    const claimed = await sql`select * from public.claim_due_weeks()`;
    assert.equal(claimed.length, 1);
  });
  await using person = await calls(harness(), NOW, async ({ sql }) => {
    const [{ outcome }] =
      await sql`select * from public.cancel_collection(${collection})`;
    return outcome;
  });
  assert.equal(await waiting(harness(), person), true);
  await commit(worker);
  assert.equal(await person.started.answer, "applied");
  const [attempt] =
    await sql`select cancel_requested_at from public.week_attempts where state <> 'ended'`;
  assert.notEqual(
    attempt.cancel_requested_at,
    null,
    "what is about to run must be cancelled at AMC",
  );
});

Deno.test("a collection that is cancelled while its restatement is rescheduled has nothing due", async () => {
  const { sql, collection } = await toBeRestated();
  const [{ attempt_id }] = await sql`select * from public.claim_due_weeks()`;
  await sql`select public.cancel_collection(${collection})`;
  await sql`select public.report_create(${attempt_id}, 'not_sent')`;
  const [{ actionable }] =
    await sql`select amc_history.count_actionable() as actionable`;
  assert.equal(actionable, 0);
  const due =
    await sql`select from public.report_data_weeks where due_at is not null`;
  assert.equal(due.length, 0);
});
