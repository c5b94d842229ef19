/** The older tables make room and go back, while their clients write. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Sql } from "../../local/adopt/database.ts";
import { migrate } from "../../local/platform/postgres/mod.ts";
import { eventually } from "../support/eventually.ts";
import { adopt } from "./support/adopt.ts";
import { withLegacyDatabase } from "./support/legacy_database.ts";
import { IDS, type OldClient, withApi } from "./support/old_client.ts";
import {
  BEFORE,
  endWhileItWaits,
  MOVED,
  places,
  STAYED,
} from "./support/places.ts";

const BOTH = ["public", "legacy_api"];

Deno.test("indexes, sequences, triggers, policies and rows move with their tables; the others are not touched", async () => {
  await withLegacyDatabase(["grown"], async (database) => {
    const { url, sql } = database;
    const rest = () =>
      sql`select 'public.dashboards'::regclass::oid as oid, count(*) from public.dashboards`;
    const before = [...await rest()];
    await adopt(url, "open");
    equal((await adopt(url, "make-room")).outcome, "done");
    deepEqual(await places(database), [...MOVED, ...STAYED]);
    deepEqual([...await rest()], before);
    const [found] = await sql`select
      (select count(*)::int from pg_class where relnamespace = 'legacy'::regnamespace and relkind = 'S') as sequences,
      (select count(*)::int from pg_indexes where schemaname = 'legacy') as indexes,
      (select count(*)::int from pg_policies where schemaname = 'legacy') as policies,
      (select count(*)::int from legacy_api.report_data_weeks) as weeks`;
    deepEqual({ ...found }, {
      sequences: 1,
      indexes: 8,
      policies: 1,
      weeks: 7,
    });
    equal((await adopt(url, "make-room")).outcome, "unchanged");
    equal((await adopt(url, "open")).outcome, "unchanged");
  });
});

/** Writes and reads as the older service does, again and again. */
async function keepWriting(client: OldClient, until: () => boolean) {
  const refused: unknown[] = [];
  let rounds = 0;
  for (; !until(); rounds++) {
    const at = new Date(Date.UTC(2025, 5, 1, 0, 0, rounds)).toISOString();
    const day = new Date(Date.UTC(2030, 0, 1 + 7 * rounds)).toISOString();
    const start = day.slice(0, 10);
    for (
      const answer of [
        await client.updateThree("running", at),
        await client.updateFive("completed", at, { round: rounds }),
        await client.insertWeek(start, start),
        await client.upsertWeek(start, start, "SUCCESS"),
        await client.upsertById("completed"),
        await client.embedded(),
      ]
    ) if (answer.error) refused.push(answer.error);
  }
  return { refused, rounds };
}

Deno.test("no write of an old client is refused or lost while the door opens, room is made, and all goes back", async () => {
  await withLegacyDatabase(["grown"], async (database) => {
    const { url, sql } = database;
    await adopt(url, "open");
    await withApi(database, BOTH, async (client) => {
      let ended = false;
      const written = () =>
        sql`select count(*)::int as n from legacy_api.report_data_weeks`.then((
          [{ n }],
        ) => n as number);
      const writing = keepWriting(client("legacy_api"), () => ended);
      for (const step of ["open", "make-room", "undo", "make-room", "undo"]) {
        const before = await written();
        await eventually("more weeks", async () => await written() > before);
        await adopt(url, step);
      }
      ended = true;
      const { refused, rounds } = await writing;
      deepEqual(refused, []);
      ok(rounds >= 5, `${rounds}`);
      deepEqual(await places(database), BEFORE);
      const [{ n, last }] = await sql`select
        (select count(*)::int from public.report_data_weeks) as n,
        (select (data ->> 'round')::int from public.report_data_weeks where id = ${IDS.week}) as last`;
      deepEqual([n, last], [7 + rounds, rounds - 1]);
    });
  });
});

Deno.test("beside our tables, old clients go on writing their own", async () => {
  await withLegacyDatabase(["grown"], async (database) => {
    await adopt(database.url, "open");
    await adopt(database.url, "make-room");
    // The names are ours now; what they hold is not theirs.
    await database.sql`create table public.report_data_weeks (id int)`;
    await withApi(database, BOTH, async (client) => {
      const old = client("legacy_api");
      equal(
        (await old.updateFive("completed", "2025-03-01T00:00:00Z", {})).status,
        200,
      );
      // Foreign keys still set null and cascade: they are looked up as the tables' owner.
      await old.api.from("workflow_executions").delete().eq(
        "id",
        IDS.execution,
      );
      const { data } = await old.api.from("report_data_weeks").select(
        "execution_id",
      ).eq("id", IDS.week);
      deepEqual(data, [{ execution_id: null }]);
    });
  });
});

Deno.test("it refuses before the door is open, while something blocks, and while somebody writes past the door", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    const refusal = async (changes = {}) =>
      (await adopt(url, "make-room", { quietMinutes: 60, ...changes })).refusal;
    match((await refusal())!, /No second door was opened/);
    await adopt(url, "open");
    match((await refusal())!, /for less than the 60 minutes/);
    await sql`update legacy_adoption.doors set counted_since = now() - interval '2 hours' where moves`;
    await sql`update public.report_data_weeks set status = 'failed' where id = ${IDS.week}`;
    match(
      (await refusal())!,
      /wrote to the older tables past the door in the last 60 minutes: .*report_data_weeks, UPDATE, postgres/,
    );
    await sql`create function public.reads_it() returns bigint language sql as
      'select count(*) from public.report_data_weeks'`;
    match((await refusal({ althoughWritten: true }))!, /behind each arrow/);
    await sql`drop function public.reads_it()`;
    await sql`update legacy_adoption.public_writes set at = at - interval '61 minutes' where true`;
    equal(await refusal({ dryRun: true }), null);
    equal(await refusal({ althoughWritten: true }), null);
  });
});

Deno.test("the door is not taken from what still names it", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    await adopt(url, "open");
    await sql`create function public.through_it() returns bigint language sql as
      'select count(*) from legacy_api.report_data_weeks'`;
    match(
      (await adopt(url, "undo", { door: true })).refusal!,
      /would fail without it: public\.through_it\(\)/,
    );
  });
});

Deno.test("after our migrations the tables go back too, while ours hold nothing of their own", async () => {
  await withLegacyDatabase(["grown"], async (database) => {
    const { url, sql } = database;
    const names = () =>
      sql`select p.oid::regprocedure::text as name from pg_proc p where p.pronamespace = 'public'::regnamespace
        union all select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace order by 1`;
    const before = [...await names()];
    await adopt(url, "open");
    await adopt(url, "make-room");
    await migrate(url);
    const extensions = (await sql`select extname from pg_extension`).length;
    match((await adopt(url, "undo")).refusal!, /undo --drop-ours/);
    await ownWork(sql);
    match(
      (await adopt(url, "undo", { dropOurs: true })).refusal!,
      /public\.report_data_collections \(1\)\. Nothing was changed/,
    );
    await sql`update public.report_data_collections set imported_from = 'the older service' where true`;
    // Ended between the two: ours are gone, theirs have not come back yet.
    await endWhileItWaits(database, "undo", "legacy.report_data_weeks", {
      dropOurs: true,
    });
    deepEqual(await places(database), [...MOVED, ...STAYED]);
    await adopt(url, "undo", { door: true });
    deepEqual([...await names()], before);
    deepEqual(await places(database), BEFORE);
    const [{ jobs, schemas, versions, now }] = await sql`select
      (select count(*)::int from cron.job) as jobs,
      (select count(*)::int from pg_namespace where nspname ~ '^(amc_|legacy)') as schemas,
      (select count(*)::int from supabase_migrations.schema_migrations) as versions,
      (select count(*)::int from pg_extension) as now`;
    deepEqual([jobs, schemas, versions, now], [0, 0, 0, extensions]);
  });
});

Deno.test("nothing is taken for ours while the older tables stand under our names", async () => {
  await withLegacyDatabase([], async (database) => {
    const { url, sql } = database;
    await adopt(url, "open");
    await adopt(url, "undo", { dropOurs: true });
    deepEqual(await places(database), BEFORE);
    await adopt(url, "make-room");
    await adopt(url, "undo", { dropOurs: true });
    // As a push leaves it that stopped at the first name.
    await sql`create schema amc_history`;
    await adopt(url, "undo", { dropOurs: true });
    deepEqual(await places(database), BEFORE);
    deepEqual((await adopt(url, "look")).blockers.map(({ code }) => code), [
      "migrated_in_part",
    ]);
  });
});

/** A collection that was started here. */
async function ownWork(sql: Sql): Promise<void> {
  await sql.unsafe(`
    select amc_history.connect_instance(instance_id := 'amcnew1', entity_id := 'ENTITY1NEW',
      marketplace_id := 'ATVPDKIKX0DER', region := 'NA',
      credential := '{"client_id": "amzn1.application-oa2-client.x", "client_secret": "x", "refresh_token": "Atzr|x"}');
    insert into public.amc_workflows (instance_id, name, sql_query) values ('amcnew1', 'Reach', 'select 1');
    insert into public.report_data_collections (instance_id, workflow_id, series_view, start_date, end_date)
      select f.instance_id, f.id, f.series_view, '2025-01-06', '2025-01-12' from public.amc_workflows f;`);
}

Deno.test("a table that the door does not show is not moved", async () => {
  await withLegacyDatabase([], async (database) => {
    const { url, sql } = database;
    await adopt(url, "open");
    const refusal = async () =>
      (await adopt(url, "make-room", { althoughWritten: true })).refusal;
    for (
      const change of [
        "drop view legacy_api.workflow_executions",
        "delete from legacy_adoption.doors where name = 'workflow_executions'",
        "drop trigger count_public_write on public.workflow_executions",
      ]
    ) {
      await sql.unsafe(change);
      match((await refusal())!, /does not show (public\.)?workflow_executions/);
      await adopt(url, "open");
    }
    equal(await refusal(), null);
  });
});

Deno.test("what moved goes back although its shape was changed since", async () => {
  await withLegacyDatabase([], async (database) => {
    const { url, sql } = database;
    await adopt(url, "open");
    await adopt(url, "make-room");
    await sql`alter table legacy.workflow_executions rename column execution_id to their_name`;
    equal((await adopt(url, "undo", { door: true })).outcome, "done");
    deepEqual(await places(database), BEFORE);
  });
});

Deno.test("what somebody built on the door, or put in its schema, is not taken along", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    await sql`create function public.plain(a int) returns int language sql as 'select a'`;
    await adopt(url, "open");
    for (
      const [made, kind, name] of [
        [
          "view legacy_api.mine as select 1 as a",
          "view",
          "legacy_api.mine",
        ],
        [
          "view public.done as select id from legacy_api.report_data_weeks",
          "view",
          "public.done",
        ],
        [
          "function legacy_api.own() returns int language sql as 'select 1'",
          "function",
          "legacy_api.own",
        ],
      ]
    ) {
      await sql.unsafe(`create ${made}`);
      match(
        (await adopt(url, "undo", { door: true })).refusal!,
        new RegExp(`would fail without it: .*${name.split(".")[1]}`),
      );
      await sql.unsafe(`drop ${kind} ${name}`);
    }
    equal((await adopt(url, "undo", { door: true })).outcome, "done");
  });
});
