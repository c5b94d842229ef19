import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { checkout } from "../platform/postgres/checkout.ts";

/** How a table of the older service looks, whatever was done to it by hand. */
export interface LegacyTable {
  name: string;
  /** The columns that each of them has, with the family of their type. */
  required: Record<string, "uuid" | "text" | "date">;
  /** The columns that only some have. */
  some: string[];
  /** Columns that only our table of this name has; empty where we have none. */
  ours: string[];
}

/** The older service's tables; what writes most comes first, which is the order in which locks are taken. */
export const LEGACY_TABLES: LegacyTable[] = [
  {
    name: "report_data_weeks",
    required: {
      id: "uuid",
      collection_id: "uuid",
      week_start_date: "date",
      week_end_date: "date",
      status: "text",
    },
    some: [
      "execution_id",
      "workflow_execution_id",
      "amc_execution_id",
      "data_checksum",
      "record_count",
      "row_count",
      "data",
      "summary_stats",
    ],
    ours: ["time_window_start", "due_at"],
  },
  {
    name: "workflow_executions",
    required: { id: "uuid", execution_id: "text", status: "text" },
    some: ["amc_execution_id", "workflow_id", "row_count", "size_bytes"],
    ours: ["week_id", "has_ended"],
  },
  {
    name: "report_data_collections",
    required: { id: "uuid", collection_id: "text", status: "text" },
    some: [
      "workflow_id",
      "instance_id",
      "user_id",
      "collection_type",
      "start_date",
      "end_date",
      "target_weeks",
      "weeks_completed",
      "progress_percentage",
      "configuration",
    ],
    ours: ["week_starts_on", "time_zone"],
  },
  {
    name: "workflows",
    required: { id: "uuid", workflow_id: "text" },
    some: ["name", "instance_id", "sql_query", "parameters"],
    ours: [],
  },
  {
    name: "amc_instances",
    required: { id: "uuid", instance_id: "text" },
    some: ["instance_name", "region", "account_id"],
    ours: ["entity_id", "credential_name"],
  },
  {
    name: "amc_accounts",
    required: { id: "uuid", account_id: "text" },
    some: ["marketplace_id", "region", "user_id"],
    ours: [],
  },
  {
    name: "users",
    required: { id: "uuid", email: "text" },
    some: ["auth_tokens"],
    ours: [],
  },
];

/** What a table is: the older service's, ours, or neither. */
export type Shape = "theirs" | "ours" | "neither";

/** @param columns the family of the type of each column that is there */
export function shapeOf(
  { required, ours }: LegacyTable,
  columns: Map<string, string>,
): Shape {
  if (ours.length > 0 && ours.every((name) => columns.has(name))) return "ours";
  const isTheirs = Object.entries(required).every(([name, family]) =>
    columns.get(name) === family
  );
  return isTheirs ? "theirs" : "neither";
}

/** A name in `public` that our migrations take. */
export interface OurName {
  kind: "relation" | "function" | "type";
  name: string;
}

const MIGRATIONS = "supabase/migrations/*.sql";

/** The versions of our migrations, in their order. */
export function ourVersions(): string[] {
  return globSync(MIGRATIONS, { cwd: checkout })
    .map((file) => basename(file).split("_")[0]).sort();
}

/** Every name in `public` that our migrations take. A table and its row type count as a relation. */
export function ourNames(): OurName[] {
  const made =
    /^create (?:(?:unlogged )?(table|view|materialized view|sequence)|(function|procedure)|(type|domain)) public\.(\w+)|^create (?:unique )?index (\w+)\s+on public\./gm;
  return globSync(MIGRATIONS, { cwd: checkout }).sort()
    .flatMap((file) => {
      const text = Deno.readTextFileSync(join(checkout, file));
      return [...text.matchAll(made)].map((
        [, , routine, type, name, index],
      ): OurName => ({
        kind: routine ? "function" : type ? "type" : "relation",
        name: name ?? index,
      }));
    });
}
