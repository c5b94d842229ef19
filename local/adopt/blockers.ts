import { LEGACY_SCHEMA, query, type Sql } from "./database.ts";
import { leadsThroughTheDoor, mentionsIn, throughTheDoor } from "./mentions.ts";
import type { Finding } from "./report.ts";
import {
  type Dependent,
  exists,
  findTakenNames,
  isMigrated,
  NAMES_THAT_MOVE,
  type Tables,
} from "./survey.ts";

/** What keeps the tables from being moved, each with what to do about it. */
export async function findBlockers(
  sql: Sql,
  tables: Tables,
  dependents: Dependent[],
): Promise<Finding[]> {
  return [
    ...shapeBlockers(tables),
    ...await nameBlockers(sql, tables),
    ...await functionBlockers(sql, tables),
    ...await jobBlockers(sql, tables),
    ...catalogBlockers(dependents),
  ];
}

function shapeBlockers({ all, moving }: Tables): Finding[] {
  const odd = all.filter(({ schema, name, shape }) =>
    schema === "public" && shape === "neither" && NAMES_THAT_MOVE.includes(name)
  ).map(({ name, definition, columns }): Finding => ({
    code: "table_of_neither_shape",
    subject: `public.${name}`,
    words:
      `It has a name that amc-history needs, and is neither a table of the older service (expected ${
        Object.entries(definition.required).map((pair) => pair.join(" ")).join(
          ", ",
        )
      }; got ${
        [...columns].map((pair) => pair.join(" ")).join(", ")
      }) nor ours. It is left alone.`,
    remedy:
      `If nothing needs the name: alter table public.${name} rename to …;`,
  }));
  const foreign = moving.filter(({ isOwner }) => !isOwner).map((
    { name, owner },
  ): Finding => ({
    code: "table_of_another_owner",
    subject: `public.${name}`,
    words:
      `It belongs to ${owner}, and only its owner may move it to another schema.`,
    remedy: `Have ${owner} run: alter table public.${name} owner to postgres;`,
  }));
  return [...odd, ...foreign];
}

async function nameBlockers(sql: Sql, tables: Tables): Promise<Finding[]> {
  const migrated = await isMigrated(sql);
  const taken = migrated ? [] : await findTakenNames(sql, tables);
  const findings = taken.filter(({ subject }) =>
    !tables.all.some(({ name }) => subject === `public.${name}`)
  ).map(({ kind, subject }): Finding => ({
    code: "name_taken",
    subject,
    words: `Our migrations make a ${kind} of this name in public.`,
    remedy: kind === "function"
      ? `alter function ${subject} rename to …; and in what calls it`
      : `alter ${kind === "type" ? "type" : "table"} ${subject} rename to …;`,
  }));
  const foreign = await isForeign(sql, LEGACY_SCHEMA);
  if (foreign) {
    findings.push({
      code: "schema_taken",
      subject: LEGACY_SCHEMA,
      words:
        "There is a schema of this name that was not made by this command.",
      remedy: `alter schema ${LEGACY_SCHEMA} rename to …;`,
    });
  }
  if (migrated && tables.moving.length > 0) {
    findings.push({
      code: "migrated_in_part",
      subject: "amc_history",
      words:
        "Our migrations were begun while the older tables stood in public: they stopped at the first name that was taken.",
      remedy:
        "Restore the backup from before, or drop what the migrations made (schemas amc_history and amc_results) if it holds nothing.",
    });
  }
  return findings;
}

/** Whether there is a schema of this name that this command did not make: those that it made say so in their comment. */
export async function isForeign(sql: Sql, schema: string): Promise<boolean> {
  const [{ foreign }] = await sql.unsafe(
    `select to_regnamespace($1) is not null
       and coalesce(obj_description(to_regnamespace($1), 'pg_namespace'), '') not like '%(docs/ADOPTING.md)%' as "foreign"`,
    [schema],
  );
  return foreign;
}

interface FunctionRow {
  schema: string;
  signature: string;
  language: string;
  body: string;
  definition: string;
  path: string | null;
}

async function functionBlockers(
  sql: Sql,
  { moving }: Tables,
): Promise<Finding[]> {
  const names = moving.map(({ name }) => name);
  if (names.length === 0) return [];
  const rows = await query<FunctionRow>(sql, "functions", [
    `\\m(${names.join("|")})\\M`,
  ]);
  return rows.flatMap((row): Finding[] => {
    const { qualified, bare } = mentionsIn(row.body, names);
    const isPinned = leadsThroughTheDoor(row.path);
    if (qualified.length > 0) {
      const pin = bare.length === 0 || isPinned ? "" : `\n${pinned(row)}`;
      return [{
        code: "function_names_public",
        subject: row.signature,
        words: `It says public.${
          qualified.join(", public.")
        }, which would be our table afterwards.`,
        remedy: `-- after the step open\n${
          withBody(row, throughTheDoor(row.body, qualified))
        };${pin}`,
      }];
    }
    if (bare.length === 0 || isPinned) return [];
    return [{
      code: "function_names_table",
      subject: row.signature,
      words: `It names ${
        bare.join(", ")
      } without a schema: which table that is, the search path of whoever runs it says.`,
      remedy: pinned(row),
    }];
  });
}

/** Its head stays: the types that it takes and returns follow a table that moves. */
function withBody({ definition, body }: FunctionRow, put: string): string {
  return definition.replace(body, () => put).trimEnd();
}

function pinned({ signature }: FunctionRow): string {
  return `alter routine ${signature} set search_path = legacy_api, public, extensions;`;
}

async function jobBlockers(sql: Sql, { moving }: Tables): Promise<Finding[]> {
  if (!await exists(sql, "cron.job")) return [];
  const names = moving.map(({ name }) => name);
  const jobs = await sql.unsafe(
    "select jobid::text as id, coalesce(jobname, 'job ' || jobid) as name, command from cron.job order by jobid",
  );
  return jobs.flatMap(({ id, name, command }): Finding[] => {
    const { qualified, bare } = mentionsIn(command, names);
    if (qualified.length + bare.length === 0) return [];
    const mended = throughTheDoor(command, names, true);
    return [{
      code: "job_names_table",
      subject: `${name}`,
      words: `Its command names ${
        [...new Set([...qualified, ...bare])].join(", ")
      }, which would be our table afterwards.`,
      remedy:
        `-- after the step open\nselect cron.alter_job(${id}, command := $job$${mended}$job$);`,
    }];
  });
}

function catalogBlockers(dependents: Dependent[]): Finding[] {
  return dependents.flatMap(({ kind, subject, detail }): Finding[] => {
    if (kind === "publication of a schema") {
      return [{
        code: "published_by_schema",
        subject: detail,
        words:
          `The publication ${subject} has it because it has all of public: it would silently lose it.`,
        remedy: `alter publication ${subject} add table ${detail};`,
      }];
    }
    if (kind === "subscription") {
      return [{
        code: "filled_by_subscription",
        subject,
        words:
          "A subscription fills it, by the name that it has where it comes from.",
        remedy:
          "Drop the subscription, or take the table out of its publication, before the move.",
      }];
    }
    return [];
  });
}
