import { isForeign } from "./blockers.ts";
import type { Context } from "./context.ts";
import {
  DOOR_SCHEMA,
  literal,
  query,
  quoted,
  type Sql,
  STATE_SCHEMA,
} from "./database.ts";
import { underLocks } from "./locks.ts";
import { type Finding, newReport, refuse, type Report } from "./report.ts";
import { type DoorFunction, doorFunctions, makeFunctions } from "./routines.ts";
import {
  doors,
  hasState,
  makeState,
  noteStep,
  rollUpWrites,
  writesPastTheDoor,
} from "./state.ts";
import { findTables, isMigrated, NAMES_THAT_MOVE } from "./survey.ts";

interface Grant {
  /** A role; empty for everyone. */
  grantee: string;
  privilege: string;
  /** A column, quoted; empty for all. */
  columns: string;
}

interface Relation {
  oid: string;
  name: string;
  kind: string;
  owner: string;
  columns: string[];
  shown: string[];
  grants: Grant[];
}

/** Shows the tables and views of public a second time, under a schema of its own, and counts who still goes past it. */
export async function open(context: Context): Promise<Report> {
  const { sql, dryRun } = context;
  const report = newReport("open", dryRun);
  const tables = await findTables(sql);
  if (tables.moved.length > 0 || await isMigrated(sql)) {
    return await afterwards(context, report);
  }
  if (tables.theirs.length === 0) {
    return refuse(
      report,
      "Nothing of the older service is in public: there is nothing to show.",
    );
  }
  if (await isForeign(sql, DOOR_SCHEMA)) {
    return refuse(
      report,
      `There is a schema ${DOOR_SCHEMA} that was not made by this command: rename it, and open again.`,
    );
  }
  const relations = await query<Relation>(sql, "relations");
  const { functions, notes } = await doorFunctions(sql);
  const uncounted = await uncountedTables(sql, tables.moving);
  report.sections = [{
    title: `What ${DOOR_SCHEMA} shows of public`,
    rows: relations.map(({ name, kind, columns, shown }) => ({
      relation: name,
      columns: columns.length,
      now: shown.length === 0 ? "new" : "as it was",
      "can be written": kind === "r" || kind === "p",
      "makes room": isMoving(name, kind),
    })),
  }];
  report.notes = [...notes, ...relations.flatMap(columnRights)];
  report.next = toldNext();
  if (dryRun) return report;
  await makeState(sql);
  report.notes.push(...await makeDoor(sql, relations, functions));
  await countWriters(context, uncounted);
  await rollUpWrites(sql);
  report.sections.push({
    title: "Statements that changed an older table past the door",
    rows: await writesPastTheDoor(sql),
  });
  return report;
}

/** Once room is made, the door stands as it was opened; only the counts are new. */
async function afterwards(
  { sql, dryRun }: Context,
  report: Report,
): Promise<Report> {
  if (!await hasState(sql)) {
    return refuse(
      report,
      "Our migrations were applied here, and no door was opened before: there is no older service to adopt.",
    );
  }
  if (!dryRun) await rollUpWrites(sql);
  report.outcome = "unchanged";
  report.sections = [{
    title: "Statements that changed an older table past the door",
    rows: await writesPastTheDoor(sql),
  }];
  return report;
}

/** Who may read some columns of a table alone reads none of its view, which asks for all that it shows. */
function columnRights({ name, grants }: Relation): Finding[] {
  const reads = grants.filter(({ privilege }) => privilege === "SELECT");
  const roles = reads.filter(({ columns, grantee }) =>
    columns !== "" &&
    !reads.some((one) => one.columns === "" && one.grantee === grantee)
  ).map(({ grantee }) => grantee || "everyone");
  if (roles.length === 0) return [];
  return [{
    code: "rights_of_columns",
    subject: `public.${name}`,
    words: `${
      [...new Set(roles)].join(", ")
    } may read single columns of it, and so nothing of its view, which asks for all columns that it shows.`,
    remedy:
      "Grant select on the whole table, or make a view of those columns for that role.",
  }];
}

function isMoving(name: string, kind: string): boolean {
  return NAMES_THAT_MOVE.includes(name) && (kind === "r" || kind === "p");
}

/** A view whose table has lost the name of a column goes on by the old name, and is left as it is. */
function isLonger(columns: string[], shown: string[]): boolean {
  return shown.every((column) => columns.includes(column));
}

/** What makes the views, and those of them anew whose table has got another column. */
function doorStatements(relations: Relation[]): string[] {
  const grantees = new Set<string>();
  const views = relations.flatMap(({ name, columns, shown, grants }) => {
    const view = `${DOOR_SCHEMA}.${quoted(name)}`;
    // Columns that are there keep their place: a view can only be lengthened.
    const list = [
      ...shown,
      ...columns.filter((column) => !shown.includes(column)),
    ].map(quoted).join(", ");
    const isWhole = shown.length === columns.length ||
      !isLonger(columns, shown);
    const made = isWhole ? [] : [
      `create or replace view ${view} with (security_invoker = true) as select ${list} from public.${
        quoted(name)
      }`,
      `comment on view ${view} is ${
        literal(`The older service's ${name}, wherever it is.`)
      }`,
    ];
    if (shown.length === 0) {
      made.push(
        `revoke all on ${view} from public, anon, authenticated, service_role`,
      );
    }
    return [
      ...made,
      ...grants.map(({ grantee, privilege, columns }) => {
        const role = grantee === "" ? "public" : quoted(grantee);
        grantees.add(role);
        const of = columns === "" ? "" : ` (${columns})`;
        return `grant ${privilege.toLowerCase()}${of} on ${view} to ${role}`;
      }),
    ];
  });
  return [
    `create schema if not exists ${DOOR_SCHEMA}`,
    `comment on schema ${DOOR_SCHEMA} is ${
      literal(
        "The older service's tables for its clients, wherever they are (docs/ADOPTING.md).",
      )
    }`,
    ...views,
    ...[...grantees].map((role) =>
      `grant usage on schema ${DOOR_SCHEMA} to ${role}`
    ),
    "notify pgrst, 'reload schema'",
  ];
}

/** All of the door but functions that Postgres refuses, or nothing of it: reading a table's columns waits for nobody who writes. */
async function makeDoor(
  sql: Context["sql"],
  relations: Relation[],
  functions: DoorFunction[],
): Promise<Finding[]> {
  return await sql.begin(async (tx) => {
    await tx.unsafe("set local lock_timeout = '900ms'");
    for (const statement of doorStatements(relations)) {
      await tx.unsafe(statement);
    }
    const notes = await makeFunctions(tx, functions);
    for (const { oid, name, kind } of relations) {
      await tx.unsafe(
        `delete from ${STATE_SCHEMA}.doors where relation = ($1::text)::oid and name <> $2`,
        [oid, name],
      );
      // One that was dropped and made anew is another relation under the name.
      await tx.unsafe(
        `insert into ${STATE_SCHEMA}.doors as d (relation, name, moves) values (($1::text)::oid, $2, $3)
         on conflict (name) do update set relation = excluded.relation, moves = excluded.moves,
           counted_since = case when d.relation = excluded.relation then d.counted_since end`,
        [oid, name, isMoving(name, kind)],
      );
    }
    await noteStep(tx, "open", { relations: relations.length });
    return notes;
  });
}

const TRIGGER = "count_public_write";

async function uncountedTables(
  sql: Sql,
  moving: { oid: string; name: string }[],
): Promise<{ oid: string; name: string }[]> {
  const counted = await sql.unsafe(
    "select tgrelid::text as oid from pg_trigger where tgname = $1 and tgenabled <> 'D'",
    [TRIGGER],
  );
  const since = (await doors(sql)).filter((door) => door.countedSince !== null);
  return moving.filter(({ oid }) =>
    !counted.some((one) => one.oid === oid) ||
    !since.some(({ relation }) => relation === oid)
  );
}

/**
 * A statement came through the door if it names it, or if its search path begins with it, as the API sets it for a request
 * that asks for this schema.
 */
const PAST_THE_DOOR =
  `current_setting('search_path') !~ '^\\s*"?${DOOR_SCHEMA}"?\\s*(,|$)'
  and current_query() !~* '\\m${DOOR_SCHEMA}\\M'`;

/** Table by table, each under its own lock: who was ended here goes on with those that are left. */
async function countWriters(
  context: Context,
  tables: { oid: string; name: string }[],
): Promise<void> {
  for (const { oid, name } of tables) {
    await underLocks(context, {
      relations: [oid],
      mode: "share row exclusive",
      statements: [
        `create or replace trigger ${TRIGGER} after insert or update or delete or truncate on public.${
          quoted(name)
        } for each statement when (${PAST_THE_DOOR}) execute function ${STATE_SCHEMA}.count_public_write()`,
        `update ${STATE_SCHEMA}.doors set counted_since = clock_timestamp() where relation = ${oid}`,
      ],
    });
  }
}

function toldNext(): string[] {
  return [
    `Expose ${DOOR_SCHEMA} beside public: in the dashboard under Project Settings, Data API, Exposed schemas.`,
    `In each old client set the schema: createClient(url, key, { db: { schema: '${DOOR_SCHEMA}' } }); in Python, ClientOptions(schema='${DOOR_SCHEMA}').`,
    "Programs that write by SQL name legacy_api.report_data_weeks, or set search_path = legacy_api, public.",
    "Open again whenever you like: it shows who still writes past the door, and takes up new columns.",
    "Once nobody does: npm run adopt -- make-room",
  ];
}

/** Whether each table that moves is counted, and since when the last of them is. */
export async function countedSince(sql: Sql): Promise<Date | null> {
  const moving = (await doors(sql)).filter(({ moves }) => moves);
  const since = moving.map(({ countedSince }) => countedSince);
  if (since.length === 0 || since.includes(null)) return null;
  return since.reduce((a, b) => a! > b! ? a : b);
}
