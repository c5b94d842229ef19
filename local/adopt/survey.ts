import { LEGACY_SCHEMA, query, type Sql } from "./database.ts";
import {
  LEGACY_TABLES,
  type LegacyTable,
  ourNames,
  type Shape,
  shapeOf,
} from "./legacy_tables.ts";

/** A table that has one of the older service's names. */
export interface FoundTable {
  oid: string;
  schema: "public" | "legacy";
  name: string;
  kind: string;
  owner: string;
  isOwner: boolean;
  shape: Shape;
  columns: Map<string, string>;
  definition: LegacyTable;
}

/** The tables of the older service's names, and those that have to move. */
export interface Tables {
  all: FoundTable[];
  /** Theirs, wherever they are. */
  theirs: FoundTable[];
  /** Theirs under names that ours need, in public. */
  moving: FoundTable[];
  /** Theirs that have moved. */
  moved: FoundTable[];
}

interface Row {
  oid: string;
  schema: "public" | "legacy";
  name: string;
  kind: string;
  owner: string;
  is_owner: boolean;
  columns: Record<string, string>;
}

/** The names of the older service's that our migrations take too. */
export const NAMES_THAT_MOVE: string[] = LEGACY_TABLES
  .filter(({ ours }) => ours.length > 0).map(({ name }) => name);

/** Finds the tables of the older service's names in public and in legacy. */
export async function findTables(sql: Sql): Promise<Tables> {
  const names = JSON.stringify(LEGACY_TABLES.map(({ name }) => name));
  const rows = await query<Row>(sql, "tables", [names]);
  const all = rows.map((row): FoundTable => {
    const definition = LEGACY_TABLES.find(({ name }) => name === row.name)!;
    const columns = new Map(Object.entries(row.columns));
    const isTable = row.kind === "r" || row.kind === "p";
    return {
      oid: row.oid,
      schema: row.schema,
      name: row.name,
      kind: row.kind,
      owner: row.owner,
      isOwner: row.is_owner,
      shape: isTable ? shapeOf(definition, columns) : "neither",
      columns,
      definition,
    };
  });
  const order = LEGACY_TABLES.map(({ name }) => name);
  all.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const theirs = all.filter(({ shape }) => shape === "theirs");
  return {
    all,
    theirs,
    moving: theirs.filter(({ schema, name }) =>
      schema === "public" && NAMES_THAT_MOVE.includes(name)
    ),
    moved: theirs.filter(({ schema }) => schema === LEGACY_SCHEMA),
  };
}

/** Something that hangs on tables. */
export interface Dependent {
  kind: string;
  subject: string;
  detail: string;
}

/** Everything that hangs on tables and is known to the catalog. */
export function findDependents(
  sql: Sql,
  tables: FoundTable[],
): Promise<Dependent[]> {
  return query<Dependent>(sql, "dependents", [
    JSON.stringify(tables.map(({ oid }) => oid)),
  ]);
}

/** What stands in public under a name that our migrations take, and neither moves nor is ours. */
export async function findTakenNames(
  sql: Sql,
  { all, moving }: Tables,
): Promise<{ kind: string; subject: string }[]> {
  const ours = all.filter(({ shape }) => shape === "ours");
  return await query(sql, "taken_names", [
    JSON.stringify(ourNames()),
    JSON.stringify([...moving, ...ours].map(({ oid }) => oid)),
  ]);
}

/** Whether a table, a view or a sequence is there. @param name qualified */
export async function exists(sql: Sql, name: string): Promise<boolean> {
  const [{ there }] = await sql.unsafe(
    "select pg_catalog.to_regclass($1) is not null as there",
    [name],
  );
  return there;
}

/** Whether our migrations, or some of them, were applied. */
export async function isMigrated(sql: Sql): Promise<boolean> {
  const [{ there }] = await sql.unsafe(
    "select pg_catalog.to_regnamespace('amc_history') is not null as there",
  );
  return there;
}
