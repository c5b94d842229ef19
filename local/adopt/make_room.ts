import { findBlockers, isForeign } from "./blockers.ts";
import type { Context } from "./context.ts";
import {
  LEGACY_SCHEMA,
  literal,
  quoted,
  type Sql,
  STATE_SCHEMA,
} from "./database.ts";
import { underLocks } from "./locks.ts";
import { countedSince } from "./open.ts";
import { newReport, refuse, type Report } from "./report.ts";
import {
  hasState,
  makeState,
  rollUpWrites,
  writesPastTheDoor,
} from "./state.ts";
import { findDependents, findTables, type Tables } from "./survey.ts";

/** Moves the older tables whose names ours need to the schema legacy, with all that hangs on them. */
export async function makeRoom(context: Context): Promise<Report> {
  const { sql, dryRun } = context;
  const report = newReport("make-room", dryRun);
  const tables = await findTables(sql);
  report.next = [
    "Apply our migrations: npx supabase db push --remote",
    "See that they are in: npm run adopt -- migrate",
  ];
  if (tables.moving.length === 0) {
    if (tables.moved.length > 0) return { ...report, outcome: "unchanged" };
    return refuse(
      { ...report, next: [] },
      "No older table stands under a name that amc-history needs.",
    );
  }
  report.sections = [{
    title: "What moves",
    rows: tables.moving.map(({ name }) => ({
      from: `public.${name}`,
      to: `${LEGACY_SCHEMA}.${name}`,
    })),
  }];
  report.blockers = await findBlockers(
    sql,
    tables,
    await findDependents(sql, tables.moving),
  );
  const refusal = report.blockers.length > 0
    ? "Do what stands behind each arrow: nothing was moved."
    : await notYet(context, tables);
  if (refusal !== null) return refuse({ ...report, next: [] }, refusal);
  if (dryRun) return report;
  return await move(context, tables, report);
}

async function move(
  context: Context,
  { moving }: Tables,
  report: Report,
): Promise<Report> {
  const { sql } = context;
  await makeState(sql);
  try {
    await underLocks(context, {
      relations: moving.map(({ oid }) => oid),
      mode: "access exclusive",
      statements: [
        `select ${STATE_SCHEMA}.refuse_without_a_door('{${
          moving.map(({ oid }) => oid)
        }}')`,
        ...(context.althoughWritten ? [] : [
          `select ${STATE_SCHEMA}.refuse_if_written(${context.quietMinutes})`,
        ]),
        ...await schemaStatements(sql, moving.map(({ owner }) => owner)),
        ...moving.map(({ name }) =>
          `alter table public.${quoted(name)} set schema ${LEGACY_SCHEMA}`
        ),
        `insert into ${STATE_SCHEMA}.steps (step, detail) values ('make-room', ${
          literal(JSON.stringify({ moved: moving.map(({ name }) => name) }))
        })`,
        "notify pgrst, 'reload schema'",
      ],
    });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === "LA003") {
      return refuse({ ...report, next: [] }, `${message} Open it again.`);
    }
    if (code !== "LA001") throw error;
    return refuse({ ...report, next: [] }, `${message} ${OVERRIDE}`);
  }
  return report;
}

/** A table's foreign keys are looked up as its owner: the owner must be able to name the schema. */
async function schemaStatements(sql: Sql, owners: string[]): Promise<string[]> {
  if (await isForeign(sql, LEGACY_SCHEMA)) {
    throw new Error(`The schema ${LEGACY_SCHEMA} is somebody else's`);
  }
  return [
    `create schema if not exists ${LEGACY_SCHEMA}`,
    `comment on schema ${LEGACY_SCHEMA} is 'The older service''s tables, moved by amc-history (docs/ADOPTING.md).'`,
    ...[...new Set(owners)].map((owner) =>
      `grant usage on schema ${LEGACY_SCHEMA} to ${quoted(owner)}`
    ),
  ];
}

const OVERRIDE =
  "The report of the step open says who. Change that client; or, if its writes may be refused, add --although-written.";

/** Why the tables must not move yet; null if they may. */
async function notYet(
  { sql, dryRun, quietMinutes, althoughWritten }: Context,
  { moving }: Tables,
): Promise<string | null> {
  if (!await hasState(sql)) {
    return "No second door was opened: whoever writes to the older tables would be refused. First: npm run adopt -- open";
  }
  const since = await countedSince(sql);
  if (since === null) {
    return "Not every table that moves is counted yet: run the step open again, it goes on where it was ended.";
  }
  const [{ closed }] = await sql.unsafe(
    `select ${STATE_SCHEMA}.without_a_door('{${
      moving.map(({ oid }) => oid)
    }}') as closed`,
  );
  if (closed !== null) {
    return `The second door does not show ${closed}, whose writers would be refused: run the step open again.`;
  }
  if (althoughWritten) return null;
  if (!dryRun) await rollUpWrites(sql);
  const [{ young, written }] = await sql.unsafe(
    `select ($1::text)::timestamptz > clock_timestamp() - make_interval(mins => $2::int) as young,
       greatest((select max(at) from ${STATE_SCHEMA}.public_writes),
         (select max(last_at) from ${STATE_SCHEMA}.public_writes_by_day))
         > clock_timestamp() - make_interval(mins => $2::int) as written`,
    [since.toISOString(), quietMinutes],
  );
  if (written) {
    const [last] = await writesPastTheDoor(sql);
    return `Somebody wrote to the older tables past the door in the last ${quietMinutes} minutes: ${
      Object.values(last).join(", ")
    }. ${OVERRIDE}`;
  }
  if (young) {
    return `Writers are counted since ${since.toISOString()}, for less than the ${quietMinutes} minutes (--quiet-minutes) in which nobody may write past the door. Wait, and call it again.`;
  }
  return null;
}
