import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { openSession, type Session, setClock } from "./support/sessions.ts";
import {
  addCollection,
  addInstance,
  after,
  clear,
  sharedHarness,
} from "./support/harness.ts";

// Only the claim that made an attempt returns it, so that one worker alone may POST it.

const harness = sharedHarness();
const WORKERS = 3;
const RUNS = 40;

/** What the workers do, one after the other: the first number says who, the second to which of its attempts. */
type Step =
  | { what: "claim" | "record" | "release" | "lose" | "list"; who: number }
  | { what: "wait"; seconds: number };

const who = fc.nat(WORKERS - 1);
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ what: fc.constant("claim" as const), who }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        what: fc.constantFrom("record", "release", "lose", "list"),
        who,
      }) as fc.Arbitrary<Step>,
    },
    {
      weight: 2,
      arbitrary: fc.record({
        what: fc.constant("wait" as const),
        seconds: fc.constantFrom(1, 61, 400, 900),
      }),
    },
  ),
  { minLength: 5, maxLength: 25 },
);

interface Play {
  workers: Session[];
  held: string[][];
  answered: string[];
  seconds: number;
}

async function play(state: Play, step: Step): Promise<void> {
  if (step.what === "wait") {
    state.seconds += step.seconds;
    for (const { sql } of state.workers) {
      await setClock(sql, after(state.seconds));
    }
    return;
  }
  const { sql } = state.workers[step.who];
  const mine = state.held[step.who];
  if (step.what === "claim") {
    const rows = await sql`select attempt_id from public.claim_due_weeks(2)`;
    const ids = rows.map(({ attempt_id }) => attempt_id);
    state.answered.push(...ids);
    mine.push(...ids);
  } else if (step.what === "list") {
    await listAndSettle(state.workers[step.who]);
  } else {
    const attempt = mine.shift();
    if (attempt === undefined) return;
    await REPORTS[step.what](sql, attempt);
  }
}

const REPORTS = {
  record: (sql: postgres.Sql, attempt: string) =>
    sql`select public.record_execution(${attempt}, ${`e-${attempt}`})`,
  release: (sql: postgres.Sql, attempt: string) =>
    sql`select public.report_create(${attempt}, 'not_sent')`,
  lose: (sql: postgres.Sql, attempt: string) =>
    sql`select public.report_create(${attempt}, 'unknown')`,
};

/** Reports a listing that shows nothing: expired intents become unknown, and what may be abandoned is abandoned. */
async function listAndSettle({ sql }: Session): Promise<void> {
  const listings =
    await sql`select instance_id, fence, began_at, attempts from public.claim_listing()`;
  for (const { instance_id, fence, began_at, attempts } of listings) {
    await sql`select public.record_listing(${instance_id}, ${fence}, '[]', true)`;
    for (const { attempt_id } of attempts) {
      await sql`select public.settle_attempt(${attempt_id}, ${began_at})`;
    }
  }
}

Deno.test("an attempt comes from one claim only, whatever is reported, lost or abandoned in between", async () => {
  await using sessions = new AsyncDisposableStack();
  const workers: Session[] = [];
  for (let i = 0; i < WORKERS; i++) {
    workers.push(
      sessions.use(await openSession(harness().database.url, after(0))),
    );
  }
  let again = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (todo) => {
      const { sql } = harness();
      await clear(sql);
      await addInstance(sql, "amconce1", 4);
      await addCollection(sql, "amconce1", 5);
      const state: Play = {
        workers,
        held: workers.map(() => []),
        answered: [],
        seconds: 0,
      };
      await play(state, { what: "wait", seconds: 0 });
      for (const step of todo) await play(state, step);
      const { answered } = state;
      assert.equal(new Set(answered).size, answered.length);
      const [{ made }] =
        await sql`select array_agg(id) as made from public.week_attempts`;
      assert.deepEqual(new Set(answered), new Set(made ?? []));
      again += Math.max(0, answered.length - 5);
    }),
    { numRuns: RUNS },
  );
  assert.ok(again > 0, "some weeks must have been claimed more than once");
});
