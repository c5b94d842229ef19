import assert from "node:assert/strict";
import type postgres from "postgres";
import { calls, commit, holds, waiting } from "./support/meeting.ts";
import {
  addCollection,
  addInstance,
  after,
  clear,
  OWNER,
  sharedHarness,
} from "./support/harness.ts";

// Two members change one team at once: the second sees what the first one did.

const harness = sharedHarness();
const INSTANCE = "amcteam1";
const NOW = after(10);
const SECOND = "a0000000-0000-4000-8000-000000000002";
const THIRD = "a0000000-0000-4000-8000-000000000003";

/** An instance with these admins, beside the owner. */
async function team(...admins: string[]): Promise<postgres.Sql> {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, INSTANCE);
  for (const id of [SECOND, THIRD]) {
    await sql`insert into auth.users (id, email, email_confirmed_at)
      values (${id}, ${
      id + "@concurrency.test"
    }, now()) on conflict do nothing`;
  }
  for (const id of admins) {
    await sql`select amc_history.add_member(${INSTANCE}, ${id})`;
  }
  return sql;
}

/** Makes a user the caller of a session's requests. */
async function signIn(sql: postgres.Sql, user: string): Promise<void> {
  await sql`select set_config('request.jwt.claims',
    ${JSON.stringify({ sub: user, role: "authenticated" })}, false)`;
}

/** Demotes a member as another one. @returns what came of it */
async function demotes(
  sql: postgres.Sql,
  user: string,
  member: string,
): Promise<string> {
  await signIn(sql, user);
  const [{ outcome }] =
    await sql`select * from public.set_role(${INSTANCE}, ${member}, 'viewer')`;
  return outcome;
}

/** The stable code with which a call is refused. */
async function refusal(answer: Promise<unknown>): Promise<string> {
  try {
    return String(await answer);
  } catch (error) {
    return (error as postgres.PostgresError).detail ?? String(error);
  }
}

async function admins(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql`select user_id from public.amc_instance_members
    where instance_id = ${INSTANCE} and role = 'admin' order by user_id`;
  return rows.map(({ user_id }) => user_id);
}

/** Ends a user's own membership. @returns what came of it */
async function leaves(sql: postgres.Sql, user: string): Promise<string> {
  await signIn(sql, user);
  const [{ outcome }] =
    await sql`select * from public.leave_instance(${INSTANCE})`;
  return outcome;
}

/** Lets a second session wait for what a first one does, until that commits. @returns what came of the second one's */
async function oneAfterTheOther(
  first: (sql: postgres.Sql) => Promise<unknown>,
  second: (sql: postgres.Sql) => Promise<unknown>,
): Promise<string> {
  await using a = await holds(harness(), NOW, ({ sql }) => first(sql));
  await using b = await calls(
    harness(),
    NOW,
    ({ sql }) => refusal(second(sql)),
  );
  assert.equal(await waiting(harness(), b), true);
  await commit(a);
  return await b.started.answer;
}

Deno.test("of two admins who demote each other at once the first one stays", async () => {
  const sql = await team(SECOND);
  const answer = await oneAfterTheOther(
    (sql) => demotes(sql, OWNER, SECOND),
    (sql) => demotes(sql, SECOND, OWNER),
  );
  assert.equal(answer, "role_too_low");
  assert.deepEqual(await admins(sql), [OWNER]);
});

Deno.test("of the last two admins who leave at once one stays", async () => {
  const sql = await team(SECOND);
  const answer = await oneAfterTheOther(
    (sql) => leaves(sql, OWNER),
    (sql) => leaves(sql, SECOND),
  );
  assert.equal(answer, "last_admin");
  assert.deepEqual(await admins(sql), [SECOND]);
});

Deno.test("two statements that take one admin each leave one, whoever sends them", async () => {
  const sql = await team(SECOND);
  const removes = (session: postgres.Sql, user: string) =>
    session`delete from public.amc_instance_members where instance_id = ${INSTANCE} and user_id = ${user}`;
  const answer = await oneAfterTheOther(
    (sql) => removes(sql, OWNER),
    (sql) => removes(sql, SECOND),
  );
  assert.equal(answer, "last_admin");
  assert.deepEqual(await admins(sql), [SECOND]);
});

Deno.test("an account that is deleted while its role changes is gone, and nothing is in a deadlock", async () => {
  const sql = await team(SECOND, THIRD);
  const { database } = harness();
  // Both wait for the membership, and then go on at once.
  await using keeper = await holds(
    harness(),
    NOW,
    ({ sql }) =>
      sql`select from public.amc_instance_members where user_id = ${THIRD} for update`,
  );
  // As Supabase's auth server does, which has no right on a table of ours.
  const auth = { sql, database: { ...database, url: database.adminUrl } };
  await using account = await calls(auth, NOW, async ({ sql }) => {
    await sql`set role supabase_auth_admin`;
    return await refusal(sql`delete from auth.users where id = ${THIRD}`);
  });
  assert.equal(await waiting(harness(), account), true);
  await using person = await calls(
    harness(),
    NOW,
    ({ sql }) => refusal(demotes(sql, SECOND, THIRD)),
  );
  assert.equal(await waiting(harness(), person), true);
  await commit(keeper);
  assert.equal(await account.started.answer, "");
  assert.equal(await person.started.answer, "member_not_found");
  assert.deepEqual(await admins(sql), [OWNER, SECOND]);
});

Deno.test("of two people who accept one invitation at once the first one is in", async () => {
  const sql = await team();
  const [{ token }] = await sql`
    select public.invite(array[${INSTANCE}], 'analyst') ->> 'token' as token`;
  const accepts = async (session: postgres.Sql, user: string) => {
    await signIn(session, user);
    const [{ role }] =
      await session`select * from public.accept_invitation(${token})`;
    return role as string;
  };
  const answer = await oneAfterTheOther(
    (sql) => accepts(sql, SECOND),
    (sql) => accepts(sql, THIRD),
  );
  assert.equal(answer, "invitation_used");
  const members = await sql`select user_id from public.amc_instance_members
    where instance_id = ${INSTANCE} order by user_id`;
  assert.deepEqual(members.map(({ user_id }) => user_id), [OWNER, SECOND]);
});

Deno.test("when the two who stand behind a collection leave at once nothing of it begins", async () => {
  const sql = await team(SECOND, THIRD);
  const collection = await addCollection(sql, INSTANCE, 1);
  await sql`insert into public.collection_backers values (${collection}, ${SECOND})`;
  const answer = await oneAfterTheOther(
    (sql) => leaves(sql, OWNER),
    (sql) => leaves(sql, SECOND),
  );
  assert.equal(answer, "applied");
  const held = await sql`select kind, subject from public.stoppages
    where ended_at is null and kind = 'standing'`;
  assert.deepEqual(held.map((row) => ({ ...row })), [
    { kind: "standing", subject: collection },
  ]);
});
