import { rejects } from "node:assert/strict";
import postgres from "postgres";
import { eventually } from "../../support/eventually.ts";
import { adopt, type Changes } from "./adopt.ts";
import type { LegacyDatabase } from "./legacy_database.ts";

/** Where each table is that has one of the older service's names, or stays beside them. */
export async function places({ sql }: LegacyDatabase): Promise<string[]> {
  const rows = await sql`
    select n.nspname || '.' || c.relname as place from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname in ('public', 'legacy') order by 1`;
  return rows.map(({ place }) => place);
}

/** The tables whose names ours need, after they moved. */
export const MOVED = [
  "legacy.amc_instances",
  "legacy.report_data_collections",
  "legacy.report_data_weeks",
  "legacy.workflow_executions",
];
/** Those that never move. */
export const STAYED = [
  "public.amc_accounts",
  "public.dashboards",
  "public.users",
  "public.workflows",
];
/** All of them before anything moved, and after it went back. */
export const BEFORE = [
  ...STAYED,
  ...MOVED.map((name) => name.replace("legacy", "public")),
].sort();

/** A session of its own that is waited for by nobody: it ends with the work. */
export async function withSession<T>(
  url: string,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The command's session in this database, once it waits for a lock. */
export function waitingCommand({ sql }: LegacyDatabase): Promise<number> {
  return eventually("the command to wait for a lock", async () => {
    const [found] = await sql`select pid from pg_stat_activity
      where application_name = 'amc-history adopt' and datname = current_database() and wait_event_type = 'Lock'`;
    return found?.pid as number | undefined;
  });
}

/** Ends a step's session while it waits for a lock of a table. @returns after the step failed */
export async function endWhileItWaits(
  database: LegacyDatabase,
  step: string,
  held: string,
  changes: Changes = {},
): Promise<void> {
  await withSession(database.url, async (holder) => {
    await holder.unsafe(`begin; lock table ${held} in row exclusive mode`);
    const ended = rejects(adopt(database.url, step, changes));
    const pid = await waitingCommand(database);
    await database.sql`select pg_terminate_backend(${pid})`;
    await ended;
    await holder.unsafe("rollback");
  });
}

/** How many rows a role reads, or the SQLSTATE of its refusal. */
export async function readAs(sql: postgres.Sql, role: string, query: string) {
  try {
    return await sql.begin(async (tx) => {
      await tx.unsafe(`set local role ${role}`);
      return (await tx.unsafe(query)).length;
    });
  } catch (error) {
    return (error as { code: string }).code;
  }
}
