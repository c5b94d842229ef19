import type { Context } from "./context.ts";
import {
  DOOR_SCHEMA,
  LEGACY_SCHEMA,
  literal,
  query,
  quoted,
  type Sql,
  STATE_SCHEMA,
} from "./database.ts";
import { underLocks } from "./locks.ts";
import { newReport, refuse, type Report } from "./report.ts";
import { ourNames, ourVersions } from "./legacy_tables.ts";
import { hasState, makeState, type MovedTable, movedTables } from "./state.ts";
import { exists, isMigrated } from "./survey.ts";

/** Takes the older tables back to public, with what was written since; and the second door away, if that is asked for. */
export async function undo(context: Context): Promise<Report> {
  const { sql, dryRun, door, dropOurs } = context;
  const report = newReport("undo", dryRun);
  if (!await hasState(sql)) return { ...report, outcome: "unchanged" };
  const moved = await movedTables(sql);
  report.sections = [{
    title: "What goes back",
    rows: moved.map(({ name }) => ({
      from: `${LEGACY_SCHEMA}.${name}`,
      to: `public.${name}`,
    })),
  }];
  if (moved.length === 0 && !door) report.outcome = "unchanged";
  const refusal = await mustStay(sql, moved, context);
  if (refusal !== null) return refuse(report, refusal);
  if (!door) {
    report.next = [
      `The second door stays open for the clients that use it. Once they ask for public again: undo --door.`,
    ];
  }
  if (dryRun) return report;
  await makeState(sql);
  if (dropOurs) {
    const work = await dropOurTables(context);
    if (work !== null) return refuse(report, work);
  }
  await moveBack(context, moved);
  if (door) await takeDoorAway(context);
  return report;
}

/** A transaction of its own: who is ended after it goes on with moving back. @returns why they must stay; null if they are gone */
async function dropOurTables(context: Context): Promise<string | null> {
  const [names, versions] = [ourNames(), ourVersions()].map((all) =>
    literal(JSON.stringify(all))
  );
  const ours = await context.sql.unsafe(
    `select t::text as oid from ${STATE_SCHEMA}.our_tables(${names}) t`,
  );
  try {
    await underLocks(context, {
      relations: ours.map(({ oid }) => oid),
      mode: "access exclusive",
      statements: [
        `select ${STATE_SCHEMA}.drop_ours(${names}, ${versions}, ${context.lockWaitMs})`,
      ],
    });
    return null;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== "LA002") throw error;
    return `${message} Nothing was changed.`;
  }
}

async function moveBack(context: Context, moved: MovedTable[]): Promise<void> {
  const { sql } = context;
  await underLocks(context, {
    relations: moved.map(({ oid }) => oid),
    mode: "access exclusive",
    statements: moved.length === 0 ? [] : [
      ...moved.map(({ name }) =>
        `alter table ${LEGACY_SCHEMA}.${quoted(name)} set schema public`
      ),
      `insert into ${STATE_SCHEMA}.steps (step, detail) values ('undo', ${
        literal(JSON.stringify({ moved: moved.map(({ name }) => name) }))
      })`,
      "notify pgrst, 'reload schema'",
    ],
  });
  const [{ empty }] = await sql.unsafe(
    `select to_regnamespace('${LEGACY_SCHEMA}') is not null and not exists (select from pg_depend
       where refclassid = 'pg_namespace'::regclass and refobjid = to_regnamespace('${LEGACY_SCHEMA}')) as "empty"`,
  );
  if (empty) await sql.unsafe(`drop schema if exists ${LEGACY_SCHEMA}`);
}

/** Why it cannot be undone; null if it can. */
async function mustStay(
  sql: Sql,
  moved: MovedTable[],
  { door, dropOurs }: Context,
): Promise<string | null> {
  if (moved.length > 0 && !dropOurs && await isMigrated(sql)) {
    return "Our tables stand in public under the older tables' names. To drop them, while they hold nothing that the older service does not have: undo --drop-ours";
  }
  const namers = door
    ? [...await whoNamesTheDoor(sql), ...await whatHangsOnTheDoor(sql)]
    : [];
  if (namers.length === 0) return null;
  return `These name ${DOOR_SCHEMA} and would fail without it: ${
    namers.join(", ")
  }. Let them name public again; the door stays as it is.`;
}

async function whoNamesTheDoor(sql: Sql): Promise<string[]> {
  const named = await sql.unsafe(`
    select p.oid::regprocedure::text as who from pg_proc p
      join pg_namespace n on n.oid = p.pronamespace
     where n.nspname not in ('${DOOR_SCHEMA}', '${STATE_SCHEMA}', 'pg_catalog', 'information_schema')
       and p.prosrc ~* '\\m${DOOR_SCHEMA}\\M' order by 1`);
  const jobs = await exists(sql, "cron.job")
    ? await sql.unsafe(
      `select coalesce(jobname, 'job ' || jobid) as who from cron.job where command ~* '\\m${DOOR_SCHEMA}\\M' order by 1`,
    )
    : [];
  return [...named, ...jobs].map(({ who }) => who);
}

interface Drop {
  statement: string;
}

/** What is not the door's own, and stands in its schema or is built on its views and functions. */
async function whatHangsOnTheDoor(sql: Sql): Promise<string[]> {
  const hanging = await query<{ who: string }>(sql, "hangs_on_door");
  return hanging.map(({ who }) => who);
}

/** First the triggers, so that nobody who writes needs the counts; then the views; then what was kept of it all. */
async function takeDoorAway(context: Context): Promise<void> {
  const { sql } = context;
  const counted = await sql.unsafe(
    `select tgrelid::text as oid, tgrelid::regclass::text as name, tgname::text as trigger from pg_trigger
      where tgfoid = to_regproc('${STATE_SCHEMA}.count_public_write')`,
  );
  for (const { oid, name, trigger } of counted) {
    await underLocks(context, {
      relations: [oid],
      mode: "access exclusive",
      statements: [`drop trigger ${quoted(trigger)} on ${name}`],
    });
  }
  await sql.begin(async (tx) => {
    await tx.unsafe("set local lock_timeout = '900ms'");
    for (const { statement } of await query<Drop>(tx, "drops_of_door")) {
      await tx.unsafe(statement);
    }
    // Without cascade: what somebody put there since is not taken along.
    await tx.unsafe(`drop schema if exists ${DOOR_SCHEMA}`);
    await tx.unsafe(`drop schema if exists ${STATE_SCHEMA} cascade`);
    await tx.unsafe("notify pgrst, 'reload schema'");
  });
}
