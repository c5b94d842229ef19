/** What our migrations made is dropped only while nothing would be lost with it. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { migrate } from "../../local/platform/postgres/mod.ts";
import { adopt } from "./support/adopt.ts";
import { withLegacyDatabase } from "./support/legacy_database.ts";
import {
  MOVED,
  places,
  STAYED,
  waitingCommand,
  withSession,
} from "./support/places.ts";

const INSTANCE =
  `insert into public.amc_instances (id, entity_id, marketplace_id, region, credential_name)
     values ('amcx1', 'ENTITY1', 'ATVPDKIKX0DER', 'NA', 'x')`;

/** What a person made, and by which word the refusal names it. */
const made: [string, string, RegExp][] = [
  ["an instance", INSTANCE, /public\.amc_instances \(1\)/],
  [
    "an allowance that was changed",
    "update amc_history.allowances set post_window = '21 seconds' where true",
    /amc_history\.allowances \(1\)/,
  ],
  [
    "a view of the owner's",
    "create view public.my_report as select count(*) from public.report_data_weeks",
    /view (public\.)?my_report/,
  ],
  [
    "a function bound to a function of ours",
    `create function public.mine() returns setof public.amc_instances language sql
       begin atomic select * from public.amc_instances; end`,
    /function (public\.)?mine\(\)/,
  ],
  [
    "a foreign key of the owner's",
    "create table public.notes (instance_id text references public.amc_instances (id))",
    /notes_instance_id_fkey/,
  ],
];

Deno.test("what a person made, or hung on ours, keeps ours from being dropped", async () => {
  await withLegacyDatabase([], async ({ url, sql }) => {
    await adopt(url, "open");
    await adopt(url, "make-room");
    await migrate(url);
    for (const [what, statement, words] of made) {
      await sql.unsafe(statement);
      const { outcome, refusal } = await adopt(url, "undo", { dropOurs: true });
      equal(outcome, "blocked", what);
      match(refusal!, words, what);
      await sql.unsafe(
        `drop view if exists public.my_report; drop function if exists public.mine();
         drop table if exists public.notes; delete from public.amc_instances where true;
         update amc_history.allowances set post_window = default where true`,
      );
    }
    equal((await adopt(url, "undo", { dropOurs: true })).outcome, "done");
  });
});

Deno.test("an instance that is being connected is waited for, and then keeps ours", async () => {
  await withLegacyDatabase([], async (database) => {
    const { url } = database;
    await adopt(url, "open");
    await adopt(url, "make-room");
    await migrate(url);
    const before = await places(database);
    await withSession(url, async (other) => {
      await other.unsafe(`begin; ${INSTANCE}`);
      const undone = adopt(url, "undo", { dropOurs: true, lockWaitMs: 900 });
      await waitingCommand(database);
      await other.unsafe("commit");
      match((await undone).refusal!, /public\.amc_instances \(1\)/);
    });
    deepEqual(await places(database), before);
    equal(before.length > [...MOVED, ...STAYED].length, true);
  });
});

Deno.test("each drop waits for what is left of the patience", async () => {
  await withLegacyDatabase([], async ({ url, sql, adminUrl }) => {
    await adopt(url, "open");
    await adopt(url, "make-room");
    await migrate(url);
    await withSession(adminUrl, (admin) =>
      admin.unsafe(`
        create schema seen;
        create table seen.drops (id int generated always as identity, patience int);
        create function seen.note() returns event_trigger language plpgsql security definer as $$ begin
          insert into seen.drops (patience) select setting::int from pg_settings where name = 'lock_timeout';
        end $$;
        create event trigger note_drops on ddl_command_start when tag in ('DROP TABLE', 'DROP SCHEMA', 'DROP FUNCTION',
          'DROP ROUTINE', 'DROP VIEW') execute function seen.note();
        grant usage on schema seen to postgres; grant select on seen.drops to postgres`));
    equal(
      (await adopt(url, "undo", { dropOurs: true, lockWaitMs: 900 })).outcome,
      "done",
    );
    // Without one: what is dropped outside of that transaction.
    const drops =
      (await sql`select patience from seen.drops where patience > 0 order by id`)
        .map(({ patience }) => patience as number);
    ok(drops.length > 10);
    ok(
      drops.every((left, at) => at === 0 || left <= drops[at - 1]),
      `${drops}`,
    );
    ok(drops.at(-1)! < drops[0], `${drops}`);
  });
});
