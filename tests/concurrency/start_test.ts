// Requests for weeks of one query that meet: whoever asks, in whatever order, there is one collection, each window once.
import assert from "node:assert/strict";
import { calls, commit, holds, waiting } from "./support/meeting.ts";
import type { Answer, Session } from "./support/sessions.ts";
import {
  addCollection,
  addInstance,
  after,
  clear,
  OWNER,
  sharedHarness,
} from "./support/harness.ts";

const harness = sharedHarness();
const NOW = after(700);
const INSTANCE = "amcstart1";

/** Another member of the instance. */
const COLLEAGUE = "a0000000-0000-4000-8000-000000000002";

/** An instance with two members and a workflow, of which nothing is collected, or a collection of so many weeks. */
async function prepare(weeks = 0): Promise<string> {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, INSTANCE);
  await sql`insert into auth.users (id, email) values (${COLLEAGUE}, 'colleague@concurrency.test')
    on conflict do nothing`;
  await sql`insert into public.amc_instance_members (instance_id, user_id)
    values (${INSTANCE}, ${COLLEAGUE})`;
  const collection = await addCollection(sql, INSTANCE, Math.max(1, weeks));
  if (weeks === 0) await sql`delete from public.report_data_collections`;
  return collection;
}

/** What a person asks for. */
interface Request {
  who?: string;
  key?: string;
  /** The newest of so many weeks. */
  weeks?: number;
  /** How many weeks before the newest one the last one is. */
  before?: number;
}

/** @returns what it changed: "created", or how many weeks it added and opened again */
async function ask(
  { sql }: Session,
  { who = OWNER, key, weeks = 4, before = 0 }: Request,
): Promise<Answer> {
  // On the second of June 2025 the newest week that has settled ends on 18 May.
  const [{ answer }] = await sql`
    select public.start_collection(${who}, ${INSTANCE},
      (select id from public.amc_workflows where instance_id = ${INSTANCE}),
      start_date => '2025-05-19'::date - 7 * ${before + weeks}::integer,
      end_date => '2025-05-18'::date - 7 * ${before}::integer,
      idempotency_key => ${key ?? null}) as answer`;
  return answer.created
    ? `created with ${answer.weeks.length}`
    : `${answer.extended} added, ${answer.reopened} opened`;
}

async function cancel({ sql }: Session, collection: string): Promise<Answer> {
  const [{ outcome, weeks }] = await sql`
    select * from public.cancel_collection(${collection})`;
  return `${outcome}, ${weeks} cancelled`;
}

/** All weeks by their status, in words: "4 pending". */
async function weeks(): Promise<string> {
  const [{ all_of_them }] = await harness().sql`
    select string_agg(n || ' ' || status, ', ' order by status) as all_of_them
    from (select status, count(*) as n from public.report_data_weeks group by status) s`;
  return all_of_them;
}

async function requests(): Promise<string[]> {
  const rows = await harness().sql`
    select concat_ws(' ', created, extended, reopened) as request from public.collection_requests order by id`;
  return rows.map(({ request }) => request);
}

type Case = [string, Request, string, Request, string, string];

/** What meets, the two requests and their answers, and the weeks in the end. */
const CASES: Case[] = [
  [
    "equal ones of one person",
    {},
    "created with 4",
    {},
    "0 added, 0 opened",
    "4 pending",
  ],
  [
    "equal ones with one key",
    { key: "button" },
    "created with 4",
    { key: "button" },
    "created with 4",
    "4 pending",
  ],
  [
    "equal ones of two persons",
    {},
    "created with 4",
    { who: COLLEAGUE },
    "0 added, 0 opened",
    "4 pending",
  ],
  [
    "two persons' with the same key",
    { key: "button" },
    "created with 4",
    { who: COLLEAGUE, key: "button" },
    "0 added, 0 opened",
    "4 pending",
  ],
  [
    "ones that overlap in part",
    { weeks: 4 },
    "created with 4",
    { who: COLLEAGUE, weeks: 4, before: 2 },
    "2 added, 0 opened",
    "6 pending",
  ],
  [
    "a part and the whole",
    { weeks: 2, before: 3 },
    "created with 2",
    { who: COLLEAGUE, weeks: 8 },
    "6 added, 0 opened",
    "8 pending",
  ],
  [
    "ones with a gap between",
    { weeks: 2 },
    "created with 2",
    { who: COLLEAGUE, weeks: 2, before: 5 },
    "2 added, 0 opened",
    "4 pending",
  ],
];

for (const [what, first, answer, second, other, end] of CASES) {
  Deno.test(`of two requests at once the second waits for the first: ${what}`, async () => {
    await prepare();
    await using a = await holds(harness(), NOW, async (session) => {
      assert.equal(await ask(session, first), answer);
    });
    await using b = await calls(
      harness(),
      NOW,
      (session) => ask(session, second),
    );
    assert.equal(await waiting(harness(), b), true);
    await commit(a);
    assert.equal(await b.started.answer, other);
    assert.equal(await weeks(), end);
    const [{ collections }] = await harness()
      .sql`select count(*)::integer as collections from public.report_data_collections`;
    assert.equal(collections, 1);
    // What is answered by its key is no second request.
    const asked = await requests();
    assert.equal(asked.length, answer === other ? 1 : 2);
  });

  Deno.test(`a request whose twin is rolled back makes the collection itself: ${what}`, async () => {
    await prepare();
    await using a = await holds(
      harness(),
      NOW,
      (session) => ask(session, first),
    );
    await using b = await calls(
      harness(),
      NOW,
      (session) => ask(session, second),
    );
    assert.equal(await waiting(harness(), b), true);
    await a.sql.unsafe("rollback");
    assert.equal(await b.started.answer, `created with ${second.weeks ?? 4}`);
  });
}

Deno.test("a request during a cancel waits for it, and opens again what it ended", async () => {
  const collection = await prepare(4);
  await using a = await holds(harness(), NOW, async (session) => {
    assert.equal(await cancel(session, collection), "applied, 4 cancelled");
  });
  await using b = await calls(
    harness(),
    NOW,
    (session) => ask(session, { who: COLLEAGUE, weeks: 6 }),
  );
  assert.equal(await waiting(harness(), b), true);
  await commit(a);
  assert.equal(await b.started.answer, "2 added, 4 opened");
  assert.equal(await weeks(), "6 pending");
  const [{ cancelled_at }] = await harness()
    .sql`select cancelled_at from public.report_data_collections`;
  assert.equal(cancelled_at, null);
});

Deno.test("a cancel during a request waits for it, and ends all of its weeks", async () => {
  const collection = await prepare(4);
  await using a = await holds(harness(), NOW, async (session) => {
    assert.equal(await ask(session, { weeks: 6 }), "2 added, 0 opened");
  });
  await using b = await calls(
    harness(),
    NOW,
    (session) => cancel(session, collection),
  );
  assert.equal(await waiting(harness(), b), true);
  await commit(a);
  assert.equal(await b.started.answer, "applied, 6 cancelled");
  assert.equal(await weeks(), "6 cancelled");
});

Deno.test("two requests for what was cancelled open it once", async () => {
  const collection = await prepare(4);
  const { sql } = harness();
  await sql`select public.cancel_collection(${collection})`;
  await using a = await holds(harness(), NOW, async (session) => {
    assert.equal(await ask(session, { weeks: 2 }), "0 added, 2 opened");
  });
  await using b = await calls(
    harness(),
    NOW,
    (session) => ask(session, { who: COLLEAGUE, weeks: 4 }),
  );
  assert.equal(await waiting(harness(), b), true);
  await commit(a);
  assert.equal(await b.started.answer, "0 added, 2 opened");
  const [{ mine, theirs }] = await sql`
    select count(*) filter (where requested_by = ${OWNER})::integer as mine,
      count(*) filter (where requested_by = ${COLLEAGUE})::integer as theirs from public.report_data_weeks`;
  assert.deepEqual([mine, theirs], [2, 2], "each week is whose who opened it");
});

Deno.test("a request waits for a claim under way, and runs nothing beside it", async () => {
  const collection = await prepare(4);
  const { sql } = harness();
  await sql`select public.cancel_collection(${collection})`;
  await sql`select public.start_collection(${OWNER}, ${INSTANCE}, workflow_id, 2)
    from public.report_data_collections`;
  await using a = await holds(harness(), NOW, async (session) => {
    const claimed = await session.sql`select from public.claim_due_weeks(10)`;
    assert.equal(claimed.length, 2);
  });
  await using b = await calls(
    harness(),
    NOW,
    (session) => ask(session, { who: COLLEAGUE, weeks: 4 }),
  );
  assert.equal(await waiting(harness(), b), true);
  await commit(a);
  assert.equal(await b.started.answer, "0 added, 2 opened");
  assert.equal(await weeks(), "2 pending, 2 running");
  const [{ attempts }] = await sql`
    select count(*)::integer as attempts from public.week_attempts`;
  assert.equal(attempts, 2);
});
