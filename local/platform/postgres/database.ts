import postgres from "postgres";
import { type ClusterAddress, databaseUrl } from "./address.ts";

/**
 * Creates a database that `postgres` owns: with what a Supabase project holds before its first migration, or as a copy
 * of a template database (which nobody may be connected to meanwhile).
 *
 * @param name letters, digits and underscores
 */
export async function createDatabase(
  cluster: ClusterAddress,
  name: string,
  options: { template?: string } = {},
): Promise<void> {
  await asAdmin(cluster, "postgres", async (sql) => {
    await sql`create database ${sql(name)} owner postgres template ${
      sql(options.template ?? "template0")
    } strategy ${sql.unsafe(options.template ? "file_copy" : "wal_log")}`;
  });
  await asAdmin(cluster, name, async (sql) => {
    if (options.template !== undefined) return await takeJobsOver(sql);
    await sql.unsafe(
      await Deno.readTextFile(new URL("./sql/database.sql", import.meta.url)),
    );
  });
}

/** A job runs in the database that it names: those of a copy are to run in the copy. */
async function takeJobsOver(sql: postgres.Sql): Promise<void> {
  const [{ there }] =
    await sql`select to_regclass('cron.job') is not null as there`;
  if (there) await sql`update cron.job set database = current_database()`;
}

/** Drops a database if it is there, ending the sessions that use it. */
export async function dropDatabase(
  cluster: ClusterAddress,
  name: string,
): Promise<void> {
  await asAdmin(cluster, "postgres", async (sql) => {
    await sql`drop database if exists ${sql(name)} with (force)`;
  });
}

async function asAdmin(
  cluster: ClusterAddress,
  database: string,
  work: (sql: postgres.Sql) => Promise<void>,
): Promise<void> {
  const sql = postgres(databaseUrl(cluster, "supabase_admin", database), {
    max: 1,
    onnotice: () => {},
  });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
