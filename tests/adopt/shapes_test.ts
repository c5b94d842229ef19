/** Databases that were changed by hand in other ways: look reads them, and what it passes can be moved and taken back. */
import { deepEqual, equal } from "node:assert/strict";
import { adopt, blockers, section } from "./support/adopt.ts";
import { withLegacyDatabase } from "./support/legacy_database.ts";
import { BEFORE, places, withSession } from "./support/places.ts";

/** Each was seen or may be: the SQL that makes it, and what look tells of it. */
const shapes: [string, string, string, Record<string, unknown>][] = [
  [
    "ids of executions as text, of every kind",
    `alter table public.report_data_weeks drop constraint report_data_weeks_execution_id_fkey,
       alter column execution_id type text;
     update public.report_data_weeks set execution_id = 'exec_2' where week_start_date = '2025-01-14';
     update public.report_data_weeks set execution_id = 'b71e04d2-9999-4000-8000-00000000aaaa'
       where week_start_date = '2025-01-21';
     update public.report_data_weeks set execution_id = 'amc-run-17' where week_start_date = '2025-01-28'`,
    "Ids",
    {
      column: "report_data_weeks.execution_id",
      ids: "only AMC's list can say",
      rows: 1,
    },
  ],
  [
    "weeks twice, since nothing forbids it",
    `alter table public.report_data_weeks drop constraint report_data_weeks_collection_id_week_start_date_key;
     insert into public.report_data_weeks (collection_id, week_start_date, week_end_date, status)
       select collection_id, week_start_date, week_end_date, 'failed' from public.report_data_weeks
        where week_start_date = '2025-01-14'`,
    "Weeks",
    { weeks: 8, "a second time": 1 },
  ],
  [
    "weeks beside their collection's, and longer than seven days",
    `update public.report_data_weeks set week_start_date = week_start_date + 2, week_end_date = week_end_date + 5
      where week_start_date = '2025-01-28'`,
    "Weeks",
    { longer: 1, "beside their collection's weeks": 1 },
  ],
  [
    "no table of executions, and none of accounts",
    `drop table public.workflow_executions cascade; drop table public.amc_accounts cascade`,
    "Tables",
    { table: "public.report_data_weeks", shape: "the older service's" },
  ],
  [
    "collections without dates, weeks without a collection of theirs",
    `alter table public.report_data_collections drop column start_date, drop column end_date;
     update public.report_data_weeks set collection_id = null where status = 'skipped'`,
    "Collections",
    { collections: 2, "not a whole number of weeks": null },
  ],
  [
    "the same collection twice",
    `insert into public.report_data_collections (collection_id, workflow_id, instance_id, start_date, end_date, status)
       select 'again', workflow_id, instance_id, start_date, end_date, 'COMPLETED'
         from public.report_data_collections where collection_id = 'reach_tuesdays'`,
    "Collections",
    { collections: 3, "same query and dates as another": 1 },
  ],
  [
    "an address with two confirmed accounts",
    `drop index auth.users_email_partial_key;
     insert into auth.users (id, email, email_confirmed_at) values (gen_random_uuid(), 'ADA@example.com', now())`,
    "Users",
    { account: "several confirmed accounts", users: 1 },
  ],
];

for (const [what, change, title, expected] of shapes) {
  Deno.test(`${what}: told, moved, and taken back`, async () => {
    await withLegacyDatabase([], async (database) => {
      const { url, adminUrl } = database;
      await withSession(adminUrl, (admin) => admin.unsafe(change));
      const before = await places(database);
      const report = await adopt(url, "look");
      deepEqual(blockers(report), []);
      const keys = Object.keys(expected);
      const found = section(report, title).map((row) =>
        JSON.stringify(keys.map((key) => row[key]))
      );
      const row = JSON.stringify(Object.values(expected));
      equal(found.includes(row), true, `${row} in ${found.join()}`);
      for (const step of ["open", "make-room", "undo"]) {
        equal((await adopt(url, step)).outcome, "done", step);
      }
      deepEqual(await places(database), before);
    });
  });
}

const blocking: [string, string, string][] = [
  [
    "a publication of all of public",
    "create publication everything for tables in schema public",
    "published_by_schema public.report_data_weeks",
  ],
  [
    "a schema legacy of somebody's",
    "create schema legacy",
    "schema_taken legacy",
  ],
  [
    "a view of one of our names",
    "create view public.week_states as select 1 as one",
    "name_taken public.week_states",
  ],
  [
    "a type of one of our names",
    "create type public.control_report as (a int)",
    "name_taken public.control_report",
  ],
  [
    "a view in place of one of the tables",
    "alter table public.amc_instances rename to their_instances; create view public.amc_instances as select * from public.their_instances",
    "table_of_neither_shape public.amc_instances",
  ],
];

for (const [what, change, expected] of blocking) {
  Deno.test(`${what}: blocks, and nothing is moved`, async () => {
    await withLegacyDatabase([], async (database) => {
      const { url, adminUrl } = database;
      await withSession(adminUrl, (admin) => admin.unsafe(change));
      const before = await places(database);
      const found = blockers(await adopt(url, "look"));
      equal(found.includes(expected), true, found.join("; "));
      await adopt(url, "open");
      equal((await adopt(url, "make-room")).outcome, "blocked");
      deepEqual(await places(database), before);
    });
  });
}

Deno.test("a table that one publication has as part of public, and by itself, moves", async () => {
  await withLegacyDatabase([], async (database) => {
    const { url, adminUrl } = database;
    await withSession(adminUrl, (admin) =>
      admin.unsafe(
        "create publication everything for tables in schema public",
      ));
    const { blockers: found } = await adopt(url, "look");
    await withSession(adminUrl, async (admin) => {
      for (const { remedy } of found) await admin.unsafe(remedy!);
    });
    await adopt(url, "open");
    equal((await adopt(url, "make-room")).outcome, "done");
    await adopt(url, "undo");
    deepEqual(await places(database), BEFORE);
  });
});
