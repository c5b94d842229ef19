/** Functions are called through the second door, and change under it; so do columns and views. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type postgres from "postgres";
import { adopt } from "./support/adopt.ts";
import { withLegacyDatabase } from "./support/legacy_database.ts";
import { IDS, withApi } from "./support/old_client.ts";
import { readAs } from "./support/places.ts";

const BOTH = ["public", "legacy_api"];

Deno.test("functions are called through the door, and may be renamed under it", async () => {
  await withLegacyDatabase([], async (database) => {
    const { url, sql } = database;
    await sql.unsafe(`
      create function public.claim_due_weeks(lower int, upper int default 3) returns table (week date, n int)
        language sql stable as $$ select date '2025-01-07', upper - lower $$;
      create function public.touch(week uuid) returns void language plpgsql set search_path = legacy_api, public as $$
        begin update report_data_weeks set updated_at = now() where id = week; end $$;
      create function public.of_any(variadic words text[]) returns int language sql as $$ select 1 $$;
      create function public.plain(a numeric) returns numeric language sql immutable as $$ select a + 1 $$;`);
    const report = await adopt(url, "open");
    deepEqual(report.notes.map(({ code, subject }) => [code, subject]), [
      ["function_not_shown", "public.of_any(text[])"],
    ]);
    await sql`alter function public.claim_due_weeks(int, int) rename to their_claim_due_weeks`;
    await withApi(database, BOTH, async (client) => {
      const { api } = client("legacy_api");
      const rows = await api.rpc("claim_due_weeks", { lower: 1 });
      deepEqual(rows.data, [{ week: "2025-01-07", n: 2 }]);
      equal((await api.rpc("plain", { a: 41 })).data, 42);
      equal((await api.rpc("touch", { week: IDS.week })).error, null);
    });
    equal((await sql`select from legacy_adoption.public_writes`).length, 0);
  });
});

/** The functions of the door, as Postgres shows their heads. */
async function doorFunctions(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql`
    select p.oid::regprocedure || ' ' || pg_get_function_result(p.oid) as head from pg_proc p
     where p.pronamespace = 'legacy_api'::regnamespace order by 1`;
  return rows.map(({ head }) => head);
}

const changedFunctions: [string, string, string[], RegExp | null][] = [
  [
    "its result",
    `alter function public.f(int) rename to f_before;
     create function public.f(a int) returns text language sql as $$select text 'new'$$`,
    ["f(integer) text", "f_before(integer) integer"],
    null,
  ],
  [
    "a name of its arguments",
    `alter function public.f(int) rename to f_before;
     create function public.f(b int) returns int language sql as 'select b'`,
    ["f(integer) integer", "f_before(integer) integer"],
    null,
  ],
  [
    "a type of its arguments",
    `drop function public.f(int) cascade;
     create function public.f(a text) returns int language sql as 'select 2'`,
    ["f(text) integer"],
    null,
  ],
  [
    "its being: it was dropped",
    "drop function public.f(int) cascade",
    [],
    null,
  ],
  [
    "its result, while a view of somebody's in legacy_api reads the door's",
    `create view legacy_api.mine as select legacy_api.f(1) as one;
     alter function public.f(int) rename to f_before;
     create function public.f(a int) returns text language sql as $$select text 'new'$$`,
    ["f(integer) integer", "f_before(integer) integer"],
    /cannot drop function .*view .*mine depends/,
  ],
];

for (const [what, change, expected, words] of changedFunctions) {
  Deno.test(`a function that changed ${what}: opening again stops at nothing`, async () => {
    await withLegacyDatabase([], async ({ url, sql }) => {
      await sql`create function public.f(a int) returns int language sql as 'select a'`;
      await adopt(url, "open");
      await sql.unsafe(change);
      await sql`create function public.late(a int) returns int language sql as 'select a'`;
      const { outcome, notes } = await adopt(url, "open");
      equal(outcome, "done");
      deepEqual(
        await doorFunctions(sql),
        [...expected, "late(integer) integer"].map((head) =>
          `legacy_api.${head}`
        ),
      );
      deepEqual(
        notes.map(({ code, subject }) => [code, subject]),
        words ? [["function_not_shown", "public.f(integer)"]] : [],
      );
      if (words) match(notes[0].words, words);
    });
  });
}

Deno.test("a function that somebody put into the door stays theirs", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    await adopt(url, "open");
    await sql`create function public.f(a int) returns int language sql as 'select a'`;
    await sql`create function legacy_api.f(a int) returns text language sql as $$select text 'mine'$$`;
    await adopt(url, "open");
    deepEqual(await doorFunctions(sql), ["legacy_api.f(integer) text"]);
  });
});

/** What the page says Postgres refuses while the door is open: a change, and what stands for its subject in the door. */
const refused: [string, string, string][] = [
  [
    "alter table public.report_data_weeks alter column status type text",
    "drop view legacy_api.report_data_weeks",
    "select status from legacy_api.report_data_weeks",
  ],
  [
    "drop view public.report",
    "drop view legacy_api.report",
    "select from (select to_regclass('legacy_api.report') as gone) r where gone is null",
  ],
  [
    "drop function public.f(int)",
    "drop function legacy_api.f(int)",
    "select from (select to_regproc('legacy_api.f') as gone) r where gone is null",
  ],
];

Deno.test("what Postgres refuses for the door is done as the page says", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    await sql.unsafe(`create view public.report as select id from public.users;
      create function public.f(a int) returns int language sql as 'select a'`);
    await adopt(url, "open");
    for (const [change, drop, query] of refused) {
      await rejects(sql.unsafe(change), /depends? on|used by a view/, change);
      await sql.unsafe(`begin; ${drop}; ${change}; commit`);
      equal((await adopt(url, "open")).outcome, "done");
      ok((await sql.unsafe(query)).length > 0, query);
    }
    equal(await readAs(sql, "service_role", refused[0][2]), 7);
    equal((await adopt(url, "make-room")).outcome, "done");
  });
});
