import assert from "node:assert/strict";
import postgres from "postgres";
import { openSession, type Session } from "./support/sessions.ts";
import {
  addCollection,
  addInstance,
  after,
  clear,
  sharedHarness,
} from "./support/harness.ts";

// Sixteen workers claim at once, over and over.

const harness = sharedHarness();
const WORKERS = 16;
const CAP = 10;
/** Far longer than two hundred weeks take on a slow machine. */
const WEEKS_TIMEOUT_MS = 300_000;

/** Instances with two hundred due weeks in all. */
async function arrange(instances: number): Promise<postgres.Sql> {
  const { sql } = harness();
  await clear(sql);
  for (let i = 1; i <= instances; i++) {
    await addInstance(sql, `amccap${i}`, CAP);
    for (let n = 0; n < 4; n++) {
      await addCollection(sql, `amccap${i}`, 50 / instances, `Weekly ${n}`);
    }
  }
  return sql;
}

async function withWorkers(
  work: (worker: Session, n: number) => Promise<void>,
): Promise<void> {
  await using sessions = new AsyncDisposableStack();
  const opened: Session[] = [];
  for (let n = 0; n < WORKERS; n++) {
    opened.push(
      sessions.use(await openSession(harness().database.url, after(0))),
    );
  }
  await Promise.all(opened.map(work));
}

/** How many attempts of each instance live, and in which slots. */
function live(sql: postgres.Sql) {
  return sql<{ instance_id: string; slots: number[] }[]>`
    select instance_id, array_agg(slot order by slot) as slots
    from public.week_attempts where state <> 'ended' group by instance_id order by instance_id`;
}

async function claim({ sql }: Session): Promise<string[]> {
  const rows = await sql`select attempt_id from public.claim_due_weeks(10)`;
  return rows.map(({ attempt_id }) => attempt_id);
}

/** AMC runs an attempt, and fails it. */
async function end({ sql }: Session, attempt: string): Promise<void> {
  const execution = `exec-${attempt}`;
  await sql`select public.record_execution(${attempt}, ${execution})`;
  await sql`select public.update_week_status(w.collection_id, w.id, 'failed', null, ${execution})
    from public.report_data_weeks w where w.execution_id = ${execution}`;
}

for (const instances of [1, 5]) {
  const places = instances === 1 ? "an instance" : "five instances";

  Deno.test(`sixteen workers that claim at once fill exactly the ten slots of ${places}`, async () => {
    const sql = await arrange(instances);
    const taken: string[] = [];
    await withWorkers(async (worker) => {
      for (let round = 0; round < 10; round++) {
        taken.push(...await claim(worker));
      }
    });
    // An instance that was locked each time a worker came by has room left.
    for (let more = await claim({ sql } as Session); more.length > 0;) {
      taken.push(...more);
      more = await claim({ sql } as Session);
    }
    const slots = Array.from({ length: CAP }, (_, i) => i + 1);
    assert.deepEqual(
      (await live(sql)).map((row) => row.slots),
      Array(instances).fill(slots),
    );
    assert.equal(new Set(taken).size, taken.length, "no attempt comes twice");
    assert.equal(taken.length, CAP * instances);
  });

  Deno.test(`sixteen workers take two hundred weeks of ${places} once each, ten at a time`, async () => {
    const sql = await arrange(instances);
    const deadline = performance.now() + WEEKS_TIMEOUT_MS;
    let most = 0;
    const open = async () => {
      const [{ weeks }] =
        await sql`select count(*)::integer as weeks from public.report_data_weeks
        where status in ('pending', 'running')`;
      return weeks;
    };
    await withWorkers(async (worker) => {
      while (performance.now() < deadline && await open() > 0) {
        const attempts = await claim(worker);
        for (const { slots } of await live(worker.sql)) {
          most = Math.max(most, slots.length);
        }
        for (const attempt of attempts) {
          await end(worker, attempt);
          await claim(worker).then((more) => attempts.push(...more));
          for (const { slots } of await live(worker.sql)) {
            most = Math.max(most, slots.length);
          }
        }
      }
    });
    assert.equal(most, CAP, "the cap is reached and never passed");
    const [{ weeks, attempts, tried }] = await sql`
      select (select count(*) from public.report_data_weeks where status = 'failed')::integer as weeks,
        count(*)::integer as attempts, count(distinct week_id)::integer as tried from public.week_attempts`;
    assert.deepEqual([weeks, attempts, tried], [200, 200, 200]);
  });
}

Deno.test("a slot beyond the cap cannot be written, whoever writes", async () => {
  const sql = await arrange(1);
  const [{ id }] = await sql`select id from public.report_data_weeks limit 1`;
  await assert.rejects(
    async () =>
      await sql`insert into public.week_attempts
        (week_id, instance_id, number, kind, state, intended_at, settle_after, fingerprint, window_key, slot)
      values (${id}, 'amccap1', 1, 'collected', 'intended', ${after(0)}, ${
        after(1)
      }, 30000, 'w', ${CAP + 1})`,
    { code: "23514" },
  );
});
