// An account is deleted, as Supabase's auth server does it, while the worker and people are at what it asked for: neither
// ends in a deadlock, and nothing that it asked for is touched.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { calls, commit, holds, waiting } from "./support/meeting.ts";
import type { Answer, Session } from "./support/sessions.ts";
import {
  addCollection,
  addInstance,
  after,
  clear,
  sharedHarness,
} from "./support/harness.ts";

const harness = sharedHarness();
const INSTANCE = "amcdeleted1";
const NOW = after(700);
/** Who asked for all there is, and whose account is deleted. */
const LEAVER = "a0000000-0000-4000-8000-000000000004";

/** A collection that the leaver started and has kept current, as a member still or as a former one. */
async function prepare(isMember: boolean): Promise<string> {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, INSTANCE);
  await sql`insert into auth.users (id, email, email_confirmed_at)
    values (${LEAVER}, 'leaver@concurrency.test', now()) on conflict do nothing`;
  await sql`select amc_history.add_member(${INSTANCE}, ${LEAVER}, 'analyst')`;
  const collection = await addCollection(sql, INSTANCE, 2);
  await sql`update public.report_data_weeks set requested_by = ${LEAVER}`;
  // A week has settled since its last one.
  await sql`update public.report_data_collections set created_by = ${LEAVER}, keep_current = true, kept_by = ${LEAVER},
    settle_days = 2`;
  await sql`insert into public.collection_backers values (${collection}, ${LEAVER})`;
  await sql`update public.collection_requests set requested_by = ${LEAVER}`;
  await sql`update public.amc_workflows set saved_by = ${LEAVER}`;
  if (!isMember) {
    await sql`delete from public.amc_instance_members where user_id = ${LEAVER}`;
  }
  return collection;
}

/** Has the instance locked, as every claim and every request of a person does first. */
async function locksInstance({ sql }: Session): Promise<void> {
  await sql`select from public.amc_instances where id = ${INSTANCE} for no key update`;
}

/** What else goes on, with the instance locked. */
const OTHERS: Record<
  string,
  (sql: postgres.Sql, id: string) => Promise<Answer>
> = {
  "a claim": async (sql) =>
    `${(await sql`select from public.claim_due_weeks()`).length} claimed`,
  "keeping it current": async (sql) => {
    const [{ added }] = await sql`
        select amc_history.add_settled_weeks(id) as added from public.report_data_collections`;
    return `${added} added`;
  },
  "a new version": async (sql, collection) => {
    const [{ workflow }] = await sql`
        select (public.save_workflow(${INSTANCE}, 'Weekly', 'select 2 as two from a_table')).workflow_id as workflow`;
    const [{ weeks }] = await sql`
        select public.continue_with(${collection}, ${workflow}) ->> 'weeks' as weeks`;
    return `${weeks} added`;
  },
  "a retry": async (sql) => {
    await sql`update public.report_data_weeks set requested_by = ${LEAVER}`;
    return "retried";
  },
};
const ANSWERS: Record<string, Answer> = {
  "a claim": "2 claimed",
  "keeping it current": "1 added",
  "a new version": "1 added",
  "a retry": "retried",
};

for (const isMember of [true, false]) {
  for (const [what, act] of Object.entries(OTHERS)) {
    Deno.test(`${what} and the deletion of a ${isMember ? "member" : "former member"}'s account pass each other`, async () => {
      const collection = await prepare(isMember);
      const { sql, database } = harness();
      await using other = await holds(harness(), NOW, locksInstance);
      await other.sql.unsafe("set role postgres");
      const auth = { sql, database: { ...database, url: database.adminUrl } };
      await using account = await calls(auth, NOW, async ({ sql }) => {
        await sql`set role supabase_auth_admin`;
        const { count } =
          await sql`delete from auth.users where id = ${LEAVER}`;
        return `${count} deleted`;
      });
      // Of a former member nothing needs the instance.
      assert.equal(await waiting(harness(), account), isMember);
      assert.equal(await act(other.sql, collection), ANSWERS[what]);
      await commit(other);
      assert.equal(await account.started.answer, "1 deleted");
      const [row] = await sql`select c.created_by, r.requested_by, b.user_id
        from public.report_data_collections c join public.collection_requests r on r.collection_id = c.id
        join public.collection_backers b on b.collection_id = c.id and b.user_id = ${LEAVER}
        where c.id = ${collection}`;
      assert.deepEqual(
        Object.values(row),
        [LEAVER, LEAVER, LEAVER],
        "its id stays",
      );
    });
  }
}
