import assert from "node:assert/strict";
import { openSession, type Session, setClock } from "./support/sessions.ts";
import { calls, commit, holds, waiting } from "./support/meeting.ts";
import {
  addCollection,
  addInstance,
  after,
  clear,
  sharedHarness,
} from "./support/harness.ts";

// One gate for all workers: a throttle pauses the instance, and instances do not starve each other.

const harness = sharedHarness();

async function claim({ sql }: Session, weeks = 10): Promise<string[]> {
  const rows =
    await sql`select instance_id from public.claim_due_weeks(${weeks})`;
  return rows.map(({ instance_id }) => instance_id);
}

async function withWorkers<T>(
  count: number,
  work: (workers: Session[]) => Promise<T>,
): Promise<T> {
  await using sessions = new AsyncDisposableStack();
  const workers: Session[] = [];
  for (let i = 0; i < count; i++) {
    workers.push(
      sessions.use(await openSession(harness().database.url, after(0))),
    );
  }
  return await work(workers);
}

Deno.test("a throttle seen by one worker stops all of them until it ends by itself", async () => {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, "amcgate1");
  await addCollection(sql, "amcgate1", 60);
  await withWorkers(4, async (workers) => {
    const [seer] = workers;
    const [first] = await seer
      .sql`select attempt_id from public.claim_due_weeks(1)`;
    await seer
      .sql`select public.report_create(${first.attempt_id}, 'throttled', 429, 'Slow down', null, 100)`;
    const claimedAt = async (seconds: number) => {
      const claimed: number[] = [];
      for (const worker of workers) {
        await setClock(worker.sql, after(seconds));
        claimed.push((await claim(worker, 1)).length);
      }
      return claimed;
    };
    assert.deepEqual(await claimedAt(0), [0, 0, 0, 0]);
    assert.deepEqual(await claimedAt(99), [0, 0, 0, 0]);
    assert.deepEqual(await claimedAt(100), [1, 1, 1, 1]);
  });
});

Deno.test("a claim that meets a throttle being reported takes nothing of that instance", async () => {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, "amcgate1");
  await addCollection(sql, "amcgate1", 10);
  await using seer = await holds(
    harness(),
    after(0),
    ({ sql }) =>
      sql`select public.pause_instance('amcgate1', 'throttled', 100)`,
  );
  await using other = await calls(
    harness(),
    after(0),
    async (session) => `${(await claim(session)).length} claimed`,
  );
  assert.equal(await waiting(harness(), other), false);
  assert.equal(await other.started.answer, "0 claimed");
  await commit(seer);
  assert.deepEqual(await claim(other.session), []);
});

Deno.test("a shorter wait does not shorten a pause", async () => {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, "amcgate1");
  await using long = await holds(
    harness(),
    after(0),
    ({ sql }) =>
      sql`select public.pause_instance('amcgate1', 'throttled', 100)`,
  );
  await using short = await calls(harness(), after(0), async ({ sql }) => {
    const [{ until }] =
      await sql`select public.pause_instance('amcgate1', 'throttled', 5) as until`;
    return until.toISOString();
  });
  assert.equal(await waiting(harness(), short), true);
  await commit(long);
  assert.equal(await short.started.answer, after(100));
});

Deno.test("a thousand waiting weeks of one instance do not delay those of another", async () => {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, "amcgate1", 100);
  await addInstance(sql, "amcgate2", 100);
  for (let i = 0; i < 17; i++) {
    await addCollection(sql, "amcgate1", 60, `Weekly ${i}`);
  }
  const [{ waiting }] =
    await sql`select count(*)::integer as waiting from public.report_data_weeks where due_at is not null`;
  assert.ok(waiting > 1000, `expected more than 1000, got ${waiting}`);
  await setClock(sql, after(60));
  await addCollection(sql, "amcgate2", 5);
  await withWorkers(2, async ([one, two]) => {
    for (const worker of [one, two]) await setClock(worker.sql, after(60));
    assert.deepEqual(new Set(await claim(one)), new Set(["amcgate1"]));
    assert.deepEqual(
      (await claim(two)).slice(0, 5),
      Array(5).fill("amcgate2"),
      "the instance served longest ago comes first",
    );
  });
});
