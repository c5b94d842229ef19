/** The second door serves old clients as the tables did, and counts who goes past it. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { adopt, section } from "./support/adopt.ts";
import { withLegacyDatabase } from "./support/legacy_database.ts";
import { IDS, type OldClient, withApi } from "./support/old_client.ts";
import { readAs } from "./support/places.ts";

const BOTH = ["public", "legacy_api"];
const NOW = "2025-03-01T00:00:00Z";

/** Everything that the older service does, once; what each gave. */
async function everything(client: OldClient) {
  const three = await client.updateThree("running", NOW);
  const five = await client.updateFive("completed", NOW, { rows: 1 });
  const inserted = await client.insertWeek("2025-02-04", "2025-02-10");
  const made = await client.upsertWeek("2025-02-11", "2025-02-17", "PENDING");
  const merged = await client.upsertWeek("2025-02-11", "2025-02-17", "SUCCESS");
  const byId = await client.upsertById("completed");
  const embedded = await client.embedded();
  const deleted = await client.deleteWeek("2025-02-04");
  return [three, five, inserted, made, merged, byId, embedded, deleted].map((
    { status, error, data },
  ) => ({
    status,
    error,
    data: JSON.parse(
      JSON.stringify(data).replace(/"id":"(?!0000)[^"]*"/, '"id":"new"'),
    ),
  }));
}

Deno.test("old clients write, upsert, read what they wrote and embed through the door as they did in public", async () => {
  const answers: unknown[] = [];
  for (const schema of BOTH) {
    await withLegacyDatabase(["grown"], async (database) => {
      if (schema === "legacy_api") await adopt(database.url, "open");
      await withApi(database, BOTH, async (client) => {
        answers.push(await everything(client(schema)));
      });
    });
  }
  deepEqual(answers[1], answers[0]);
  const statuses = (answers[1] as { status: number; error: unknown }[]).map((
    { status, error },
  ) => [status, error]);
  deepEqual(
    statuses,
    [200, 200, 201, 201, 200, 200, 200, 204].map((status) => [status, null]),
  );
  deepEqual((answers[1] as { data: unknown }[])[6].data, [{
    week_start_date: "2025-01-07",
    workflow_executions: { execution_id: "exec_1" },
    report_data_collections: {
      collection_id: "reach_tuesdays",
      workflows: { name: "Reach" },
    },
  }]);
});

Deno.test("who comes through the door is not counted; who goes past it is, with role and program, and neither is refused", async () => {
  await withLegacyDatabase(["grown"], async (database) => {
    const { url, sql } = database;
    await adopt(url, "open");
    await withApi(database, BOTH, async (client) => {
      await everything(client("legacy_api"));
      const counted = () =>
        sql`select relation, statement, role, agent from legacy_adoption.public_writes order by at`;
      deepEqual([...await counted()], []);
      const late = await client("public", "forgotten worker").updateThree(
        "failed",
        NOW,
      );
      equal(late.error, null);
      await sql`set application_name = 'nightly script'`;
      await sql`delete from public.report_data_weeks where status = 'skipped'`;
      await sql`set search_path = legacy_api, public`;
      await sql`update report_data_weeks set status = 'failed' where status = 'FAILED'`;
      await sql`set search_path = public`;
      await sql`update legacy_api.report_data_weeks set status = 'failed' where status = 'FAILED'`;
      deepEqual(
        [...await counted()].map((row) => ({
          ...row,
          agent: row.agent?.split(", ").pop() ?? null,
        })),
        [
          {
            relation: "report_data_weeks",
            statement: "UPDATE",
            role: "service_role",
            agent: "forgotten worker",
          },
          {
            relation: "report_data_weeks",
            statement: "DELETE",
            role: "postgres",
            agent: null,
          },
        ],
      );
    });
    const told = section(await adopt(url, "open"), "Statements").map((
      { table, statement, role, program, statements },
    ) => [
      table,
      statement,
      role,
      `${program}`.split(", ").pop(),
      statements,
    ]);
    deepEqual(told, [
      ["report_data_weeks", "DELETE", "postgres", "nightly script", 1],
      ["report_data_weeks", "UPDATE", "service_role", "forgotten worker", 1],
    ]);
  });
});

Deno.test("counts of finished days become one row each, and are told as before", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    await adopt(url, "open");
    await sql`insert into legacy_adoption.public_writes (at, relation, statement, role, application, is_nested)
      select '2025-06-01T12:00:00Z', 'report_data_weeks', 'UPDATE', 'service_role', 'old', false
        from generate_series(1, 3)`;
    for (let time = 0; time < 2; time++) {
      const [row] = section(await adopt(url, "open"), "Statements");
      deepEqual([row["day (UTC)"], row.statements], ["2025-06-01", 3]);
    }
    equal((await sql`select from legacy_adoption.public_writes`).length, 0);
  });
});

Deno.test("a count that cannot be kept fails nobody who writes", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    await adopt(url, "open");
    await sql`drop table legacy_adoption.public_writes`;
    const { count } = await sql`
      update public.report_data_weeks set status = 'completed' where id = ${IDS.week}`;
    equal(count, 1);
    await sql`set request.headers = 'no json'`;
    const again = await sql`
      update public.report_data_weeks set status = 'completed' where id = ${IDS.week}`;
    equal(again.count, 1);
  });
});

Deno.test("rights are the tables' own, of roles and of rows", async () => {
  await withLegacyDatabase(["grown"], async ({ url, sql }) => {
    await sql`revoke all on public.users from service_role`;
    await sql`create policy done on public.report_data_weeks as restrictive to authenticated
      using (status = 'completed')`;
    await adopt(url, "open");
    const weeks = "select id from legacy_api.report_data_weeks";
    const users = "select id from legacy_api.users";
    equal(await readAs(sql, "service_role", weeks), 7);
    equal(await readAs(sql, "authenticated", weeks), 1);
    equal(await readAs(sql, "anon", weeks), "42501");
    equal(await readAs(sql, "service_role", users), "42501");
    equal(await readAs(sql, "authenticated", users), "42501");
  });
});

Deno.test("rights to single columns are told, since a view asks for all that it shows", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    await sql`grant select (id), update (email) on public.users to authenticated`;
    const { notes } = await adopt(url, "open");
    deepEqual(notes.map(({ code, subject }) => [code, subject]), [
      ["rights_of_columns", "public.users"],
    ]);
    const ids = "select id from legacy_api.users";
    equal(await readAs(sql, "authenticated", ids), "42501");
    await sql`grant select on public.users to authenticated`;
    equal((await adopt(url, "open")).notes.length, 0);
    equal(await readAs(sql, "authenticated", ids), 4);
  });
});

Deno.test("a column that was added later is shown by opening again, which changes nothing else", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    await adopt(url, "open");
    await sql`alter table public.report_data_weeks add column note text`;
    await adopt(url, "open");
    await sql`alter table public.report_data_weeks rename column updated_at to changed_at`;
    await sql`alter table public.report_data_weeks add column second text`;
    await adopt(url, "open");
    await sql`update legacy_api.report_data_weeks set updated_at = now() where id = ${IDS.week}`;
    await sql`update legacy_api.report_data_weeks set note = 'seen' where id = ${IDS.week}`;
    const triggers =
      await sql`select from pg_trigger where tgname = 'count_public_write'`;
    equal(triggers.length, 4);
  });
});

Deno.test("a dry run of each step makes nothing, and says what it would do", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    const schemas = async () =>
      (await sql`select nspname from pg_namespace where nspname like 'legacy%' order by 1`)
        .map((
          { nspname },
        ) => nspname);
    const opened = await adopt(url, "open", { dryRun: true });
    equal(section(opened, "What legacy_api").length, 8);
    deepEqual(await schemas(), []);
    await adopt(url, "open");
    const moved = await adopt(url, "make-room", { dryRun: true });
    deepEqual([moved.outcome, section(moved, "What moves").length], [
      "done",
      4,
    ]);
    deepEqual(await schemas(), ["legacy_adoption", "legacy_api"]);
    await adopt(url, "make-room");
    const back = await adopt(url, "undo", { dryRun: true, door: true });
    equal(section(back, "What goes back").length, 4);
    deepEqual(await schemas(), ["legacy", "legacy_adoption", "legacy_api"]);
  });
});

Deno.test("somebody else's schema legacy_api is left alone", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    await sql`create schema legacy_api`;
    const { outcome, refusal } = await adopt(url, "open");
    equal(outcome, "blocked");
    match(refusal!, /not made by this command/);
    ok(
      await sql`select from pg_namespace where nspname = 'legacy_adoption'`
        .then((rows) => rows.length === 0),
    );
  });
});

Deno.test("a view that was dropped and made anew is shown by opening again", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    await sql`create view public.report as select id from public.report_data_weeks`;
    await adopt(url, "open");
    await sql`drop view public.report cascade`;
    await sql`create view public.report as select id, status from public.report_data_weeks`;
    await adopt(url, "open");
    equal((await sql`select status from legacy_api.report`).length, 7);
  });
});
