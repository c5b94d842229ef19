// Helpers for the tests of the stand-ins of pg_net, pg_cron and Vault: a database with all three.
import type postgres from "postgres";
import { connected } from "../../support/connected.ts";
import {
  type TestDatabase,
  withDatabase,
} from "../../support/with_database.ts";

/** A request's timeout that no loaded machine reaches. */
export const PATIENT_MS = 120_000;

/** A database with the three extensions, created by postgres in the way a migration does. */
export async function withExtensions(
  work: (sql: postgres.Sql, database: TestDatabase) => Promise<void>,
): Promise<void> {
  await withDatabase((database) =>
    connected(database.url, async (sql) => {
      await sql.unsafe(`
        create extension if not exists pg_cron with schema pg_catalog;
        create extension if not exists pg_net with schema extensions;
        create extension if not exists supabase_vault with schema vault;`);
      await work(sql, database);
    })
  );
}
