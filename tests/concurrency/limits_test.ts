// A limit holds for two requests at once too: the second waits for the first, and then counts what that made.
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

/** Another member of every instance. */
const COLLEAGUE = "a0000000-0000-4000-8000-000000000002";

/** Two instances with a collection of one week each, and limits that leave room for one more. */
async function limited(limits: string) {
  const { sql } = harness();
  await clear(sql);
  for (const instance of ["amclimit1", "amclimit2"]) {
    await addInstance(sql, instance);
    await addCollection(sql, instance, 1);
  }
  await sql`insert into auth.users (id, email) values (${COLLEAGUE}, 'colleague@concurrency.test')
    on conflict do nothing`;
  await sql`insert into public.amc_instance_members (instance_id, user_id)
    select id, ${COLLEAGUE} from public.amc_instances`;
  await sql.unsafe(`update amc_history.allowances set ${limits}`);
}

async function startWeek(
  { sql }: Session,
  owner: string,
  instance: string,
  zone: string,
): Promise<Answer> {
  await sql`select public.start_collection(${owner}, ${instance},
    (select id from public.amc_workflows where instance_id = ${instance}), 1, time_zone => ${zone})`;
  return "started";
}

async function save(
  { sql }: Session,
  instance: string,
  query: string,
): Promise<Answer> {
  await sql`select public.save_workflow(${instance}, 'Another', ${query})`;
  return "saved";
}

type Meeting = [
  string,
  string,
  (session: Session) => Promise<Answer>,
  (session: Session) => Promise<Answer>,
];

const MEETINGS: Meeting[] = [
  [
    "the open weeks of a member, on two instances",
    "open_weeks_of_member = 3, open_weeks_of_instance = 9",
    (session) => startWeek(session, OWNER, "amclimit1", "Asia/Tokyo"),
    (session) => startWeek(session, OWNER, "amclimit2", "Asia/Seoul"),
  ],
  [
    "the open weeks of an instance, by two members",
    "open_weeks_of_member = 9, open_weeks_of_instance = 2",
    (session) => startWeek(session, OWNER, "amclimit1", "Asia/Tokyo"),
    (session) => startWeek(session, COLLEAGUE, "amclimit1", "Asia/Seoul"),
  ],
  [
    "the requests of a member in a day",
    "daily_collections_of_member = 3, daily_collections_of_instance = 9",
    (session) => startWeek(session, OWNER, "amclimit1", "Asia/Tokyo"),
    (session) => startWeek(session, OWNER, "amclimit2", "Asia/Seoul"),
  ],
  [
    "the saved workflows of an instance",
    "workflows_of_instance = 2",
    (session) => save(session, "amclimit1", "select 1"),
    (session) => save(session, "amclimit1", "select 2"),
  ],
];

for (const [what, limits, first, second] of MEETINGS) {
  Deno.test(`two requests at once do not pass the limit together: ${what}`, async () => {
    await limited(limits);
    try {
      await using a = await holds(harness(), NOW, first);
      await using b = await calls(harness(), NOW, second);
      assert.equal(await waiting(harness(), b), true);
      await commit(a);
      assert.equal(await b.started.answer, "PT429");
    } finally {
      await harness().sql`delete from amc_history.allowances`;
      await harness().sql`insert into amc_history.allowances default values`;
    }
  });

  Deno.test(`the second is within the limit if the first is rolled back: ${what}`, async () => {
    await limited(limits);
    try {
      await using a = await holds(harness(), NOW, first);
      await using b = await calls(harness(), NOW, second);
      assert.equal(await waiting(harness(), b), true);
      await a.sql.unsafe("rollback");
      assert.match(await b.started.answer, /^(started|saved)$/);
    } finally {
      await harness().sql`delete from amc_history.allowances`;
      await harness().sql`insert into amc_history.allowances default values`;
    }
  });
}
