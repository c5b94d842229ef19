import assert from "node:assert/strict";
import { calls, commit, holds, waiting } from "./support/meeting.ts";
import type { Session } from "./support/sessions.ts";
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

async function workflow() {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, INSTANCE);
  const collection = await addCollection(sql, INSTANCE, 1);
  const [{ workflow_id }] =
    await sql`select workflow_id from public.report_data_collections where id = ${collection}`;
  return { sql, workflow: workflow_id as string };
}

function request(session: Session, workflow: string, key: string | null) {
  return session
    .sql`select made ->> 'collection_id' as id, (made ->> 'created')::boolean as created
    from public.create_collection(${OWNER}, ${INSTANCE}, ${workflow}, 52, idempotency_key => ${key}) made`;
}

for (const key of [null, "button-1"]) {
  const how = key === null ? "without a key" : "with one key";
  Deno.test(`two equal requests at once ${how} make one collection: the second waits for the first`, async () => {
    const { sql, workflow: id } = await workflow();
    let first = "";
    await using a = await holds(harness(), NOW, async (session) => {
      const [made] = await request(session, id, key);
      assert.equal(made.created, true);
      first = made.id;
    });
    await using b = await calls(harness(), NOW, async (session) => {
      const [made] = await request(session, id, key);
      return `${made.id} ${made.created}`;
    });
    assert.equal(await waiting(harness(), b), true);
    const [{ advisory }] =
      await sql`select count(*)::integer as advisory from pg_locks
      where pid = ${b.session.pid} and locktype = 'advisory' and not granted`;
    assert.equal(advisory, 1, "it waits for the lock of its request");
    await commit(a);
    assert.equal(await b.started.answer, `${first} false`);
    const [{ weeks }] =
      await sql`select count(*)::integer as weeks from public.report_data_weeks`;
    assert.equal(weeks, 1 + 52);
  });
}

Deno.test("a request whose twin is rolled back makes the collection itself", async () => {
  const { workflow: id } = await workflow();
  await using a = await holds(
    harness(),
    NOW,
    (session) => request(session, id, "button-1"),
  );
  await using b = await calls(harness(), NOW, async (session) => {
    const [made] = await request(session, id, "button-1");
    return `${made.created}`;
  });
  assert.equal(await waiting(harness(), b), true);
  await a.sql.unsafe("rollback");
  assert.equal(await b.started.answer, "true");
});
