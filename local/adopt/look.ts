import type { Context } from "./context.ts";
import { findBlockers } from "./blockers.ts";
import { countRows, fullName } from "./counts.ts";
import type { Sql } from "./database.ts";
import { type Finding, newReport, type Report } from "./report.ts";
import {
  type Dependent,
  findDependents,
  findTables,
  type Tables,
} from "./survey.ts";

/** Reads what is there and what hangs on it, in one transaction that can change nothing. */
export async function look({ sql, dryRun }: Context): Promise<Report> {
  const report = newReport("look", dryRun);
  await sql.begin("isolation level repeatable read read only", async (tx) => {
    // A million rows are grouped and joined: in memory, where there is some.
    await tx.unsafe(
      "set local statement_timeout = '15min'; set local work_mem = '64MB'",
    );
    const tables = await findTables(tx);
    const dependents = await findDependents(tx, [
      ...tables.moving,
      ...tables.moved,
    ]);
    const counted = await countRows(tx, tables);
    report.sections = [
      await describeTables(tx, tables),
      ...counted.sections,
      {
        title: "What hangs on the tables that move, and goes with them",
        rows: dependents.map((one) => ({ ...one })),
      },
    ];
    report.blockers = await findBlockers(tx, tables, dependents);
    report.notes = [...notesOn(tables, dependents), ...counted.notes];
  });
  report.next = nextAfter(report);
  return report;
}

async function describeTables(sql: Sql, { all }: Tables) {
  const rows = [];
  for (const table of all) {
    const [{ rows: count }] = await sql.unsafe(
      `select count(*)::int as rows from ${fullName(table)}`,
    );
    const { definition, columns, shape } = table;
    const theirs = shape === "theirs" ? "the older service's" : shape;
    rows.push({
      table: `${table.schema}.${table.name}`,
      shape: theirs,
      rows: count as number,
      "has of what some have": definition.some.filter((name) =>
        columns.has(name)
      ).join(" "),
      "has not": definition.some.filter((name) => !columns.has(name)).join(" "),
    });
  }
  return { title: "Tables of the older service's names", rows };
}

/** What no look into the catalog can tell. */
function notesOn(tables: Tables, dependents: Dependent[]): Finding[] {
  if (tables.moving.length === 0) return [];
  const note = (code: string, subject: string, words: string): Finding => ({
    code,
    subject,
    words,
    remedy: null,
  });
  const of = (kind: string) =>
    dependents.filter((dependent) => dependent.kind === kind);
  return [
    note(
      "not_seen",
      "functions and jobs",
      "A name that a function puts together when it runs is not seen, nor are jobs of other roles, edge functions and programs elsewhere that read by SQL.",
    ),
    ...of("publication").map(({ subject, detail }) =>
      note(
        "published",
        subject,
        `The publication ${detail} goes on with it, under the schema legacy. Who listens to changes of the schema public (Realtime) must ask for legacy.`,
      )
    ),
    ...of("partition or heir").map(({ subject, detail }) =>
      note(
        "heir_stays",
        subject,
        `It is a part of ${
          detail.slice(3)
        } and stays where it is; rows and queries are not touched.`,
      )
    ),
    ...of("trigger").filter(({ detail }) => /http_request/.test(detail)).map((
      { subject, detail },
    ) =>
      note(
        "webhook",
        subject,
        `The database webhook ${
          detail.split(" ")[0]
        } goes on; what it sends will say the schema legacy.`,
      )
    ),
  ];
}

function nextAfter({ sections, blockers }: Report): string[] {
  const [tables] = sections;
  if (!tables.rows.some(({ shape }) => shape === "the older service's")) {
    return [
      "Nothing of the older service is here: follow docs/DEPLOYING.md.",
    ];
  }
  return [
    ...(blockers.length > 0
      ? ["Do what stands behind each arrow, then look again."]
      : []),
    "Open the second door: npm run adopt -- open",
  ];
}
