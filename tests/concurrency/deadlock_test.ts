import assert from "node:assert/strict";
import { calls, commit, holds, waiting } from "./support/meeting.ts";
import type { Session } from "./support/sessions.ts";
import {
  addCollection,
  addInstance,
  after,
  clear,
  sharedHarness,
} from "./support/harness.ts";

// Calls that lock several rows meet where a wrong order would deadlock. A third session holds one row, so that both calls are
// seen to be under way.

const harness = sharedHarness();
const INSTANCE = "amclocks1";
const NOW = after(10);

async function collectionOf(weeks: number) {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, INSTANCE);
  const collection = await addCollection(sql, INSTANCE, weeks);
  return { sql, collection };
}

Deno.test("resuming a collection and marking it as surveyed do not lock each other out", async () => {
  const { sql, collection } = await collectionOf(1);
  await sql`update public.report_data_weeks set surveyed_at = null`;
  await sql`select public.claim_listing()`;
  await sql`select public.pause_collection(${collection})`;
  await using throttled = await holds(
    harness(),
    NOW,
    ({ sql }) => sql`select public.pause_instance(${INSTANCE}, 'throttled', 1)`,
  );
  await using worker = await calls(harness(), NOW, async ({ sql }) => {
    const [{ marked }] = await sql`select public.mark_surveyed(${INSTANCE}, 1,
        array(select id from public.report_data_weeks where collection_id = ${collection})) as marked`;
    return `${marked} marked`;
  });
  assert.equal(await waiting(harness(), worker), true);
  await using person = await calls(harness(), NOW, async ({ sql }) => {
    const [{ outcome }] =
      await sql`select * from public.resume_collection(${collection})`;
    return outcome;
  });
  assert.equal(await waiting(harness(), person), true);
  await commit(throttled);
  assert.deepEqual(
    [await worker.started.answer, await person.started.answer],
    ["1 marked", "applied"],
  );
});

/**
 * Two weeks whose executions run.
 *
 * @returns the executions: first that of the week that a cancellation locks first. The other was stored first.
 */
async function twoRunning() {
  const { collection, sql } = await collectionOf(2);
  const claimed =
    await sql`select * from public.claim_due_weeks() order by week_id desc`;
  for (const [i, { attempt_id }] of claimed.entries()) {
    await sql`select public.record_execution(${attempt_id}, ${
      ["e2", "e1"][i]
    }, '{"status": "PENDING"}')`;
  }
  await sql`update public.amc_instances set list_fence = 1`;
  return { collection, first: "e1", second: "e2" };
}

function listing(session: Session, executions: unknown[]) {
  return session.sql`select public.record_listing(${INSTANCE}, 1,
    ${session.sql.json(executions as never)}, true) ->> 'outcome' as outcome`;
}

Deno.test("a listing and a cancellation do not lock each other out, whichever execution AMC lists first", async () => {
  const { collection, first, second } = await twoRunning();
  const shown = (id: string) => ({ id, status: "RUNNING" });
  await using single = await holds(
    harness(),
    NOW,
    ({ sql }) =>
      sql`select public.record_observation(${second}, ${
        sql.json(shown(second))
      })`,
  );
  await using worker = await calls(harness(), NOW, async (session) => {
    const [{ outcome }] = await listing(session, [
      shown(second),
      shown(first),
    ]);
    return outcome;
  });
  assert.equal(await waiting(harness(), worker), true);
  await using person = await calls(harness(), NOW, async ({ sql }) => {
    const [{ outcome }] =
      await sql`select * from public.cancel_collection(${collection})`;
    return outcome;
  });
  assert.equal(await waiting(harness(), person), true);
  await commit(single);
  assert.deepEqual(
    [await worker.started.answer, await person.started.answer],
    ["recorded", "applied"],
  );
});

Deno.test("an execution that is recorded while a survey adopts it for another week is refused, not an error", async () => {
  const { sql } = await collectionOf(1);
  const [{ attempt_id }] = await sql`select * from public.claim_due_weeks()`;
  const other = await addCollection(sql, INSTANCE, 1, "Another");
  const [{ id }] =
    await sql`select id from public.report_data_weeks where collection_id = ${other}`;
  await using recording = await holds(
    harness(),
    NOW,
    ({ sql }) => sql`select public.record_execution(${attempt_id}, 'e1')`,
  );
  await using survey = await calls(harness(), NOW, async ({ sql }) => {
    const [{ outcome }] =
      await sql`select * from public.adopt_surveyed(${id}, 'e1', '{"timeout_seconds": 30000}')`;
    return outcome;
  });
  await waiting(harness(), survey);
  await commit(recording);
  assert.equal(await survey.started.answer, "already_recorded");
});
