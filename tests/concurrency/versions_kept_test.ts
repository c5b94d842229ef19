// Two sessions that keep two versions of one query current at once: one of them is.
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
const INSTANCE = "amckept1";
const NOW = after(10);

/** Collections of two versions of one query, and the second one's workflow. */
async function versions() {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, INSTANCE);
  const first = await addCollection(sql, INSTANCE, 1);
  const [{ workflow }] = await sql`
    select (public.save_workflow(${INSTANCE}, 'Weekly', 'select 2 as two from a_table')).workflow_id as workflow`;
  const [{ second }] = await sql`
    select public.start_collection(${OWNER}, ${INSTANCE}, ${workflow}, 1) ->> 'collection_id' as second`;
  return { sql, first, second, workflow };
}

type Act = (session: Session) => Promise<Answer>;

/** Acts as the owner. @returns the outcome, or the stable code of the refusal */
function asOwner(act: Act): Act {
  return async (session) => {
    await session.sql`select set_config('request.jwt.claims',
      ${JSON.stringify({ sub: OWNER, role: "authenticated" })}, false)`;
    return await act(session).catch((error) => error.detail ?? error.code);
  };
}

function keeps(collection: string): Act {
  return asOwner(async ({ sql }) => {
    const [{ outcome }] =
      await sql`select * from public.set_keep_current(${collection}, true)`;
    return outcome;
  });
}

function moves(collection: string, workflow: string): Act {
  return asOwner(async ({ sql }) => {
    const [{ moved }] = await sql`
      select public.continue_with(${collection}, ${workflow}) ->> 'collection_id' as moved`;
    return moved;
  });
}

/** Lets a second act wait for a first one until that commits. @returns the second one's answer, and what is kept then */
async function inTurn(first: Act, second: Act): Promise<[Answer, string[]]> {
  await using a = await holds(harness(), NOW, first);
  await using b = await calls(harness(), NOW, second);
  assert.equal(await waiting(harness(), b), true);
  await commit(a);
  const answer = await b.started.answer;
  const kept = await harness().sql`
    select id from public.report_data_collections where keep_current`;
  return [answer, kept.map(({ id }) => id)];
}

Deno.test("of two people who keep two versions current the second is told so", async () => {
  const { first, second } = await versions();
  assert.deepEqual(await inTurn(keeps(first), keeps(second)), [
    "another_version_kept_current",
    [first],
  ]);
});

Deno.test("who keeps a version current while the other one moves on to it finds it so", async () => {
  const { sql, first, second, workflow } = await versions();
  await sql`update public.report_data_collections set keep_current = true where id = ${first}`;
  assert.deepEqual(await inTurn(moves(first, workflow), keeps(second)), [
    "already_applied",
    [second],
  ]);
});

Deno.test("the old version is not kept again while it is moved on", async () => {
  const { sql, first, second, workflow } = await versions();
  await sql`update public.report_data_collections set keep_current = true where id = ${first}`;
  assert.deepEqual(await inTurn(moves(first, workflow), keeps(first)), [
    "another_version_kept_current",
    [second],
  ]);
});

Deno.test("statements that lock no instance keep one version current too", async () => {
  const { first, second } = await versions();
  const writes = (id: string): Act => async ({ sql }) => {
    await sql`update public.report_data_collections set keep_current = true where id = ${id}`;
    return "kept";
  };
  assert.deepEqual(await inTurn(writes(first), writes(second)), [
    "23505",
    [first],
  ]);
});
