import { randomBytes } from "node:crypto";
import postgres from "postgres";
import {
  createDatabase,
  databaseUrl,
  dropDatabase,
} from "../../../local/platform/postgres/mod.ts";
import { testCluster } from "../../support/cluster.ts";

/** The parts that a database of the older service is made of. */
export type Part = "grown" | "hanging";

/** A database in which the older service has run. */
export interface LegacyDatabase {
  /** Connection URL of the role postgres. */
  url: string;
  /** Connection URL of the role authenticator. */
  authenticatorUrl: string;
  /** Connection URL of the superuser. */
  adminUrl: string;
  /** A session of the role postgres. */
  sql: postgres.Sql;
}

/**
 * Gives some work a fresh database of the older service's: its tables with what every one of them has, and with more.
 *
 * @param parts the files of this folder that are added
 */
export async function withLegacyDatabase(
  parts: Part[],
  work: (database: LegacyDatabase) => Promise<void>,
): Promise<void> {
  const { cluster } = testCluster();
  const name = `legacy_${randomBytes(6).toString("hex")}`;
  await createDatabase(cluster, name);
  const url = databaseUrl(cluster, "postgres", name);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    for (const part of ["legacy", ...parts]) {
      await sql.unsafe(
        await Deno.readTextFile(new URL(`./${part}.sql`, import.meta.url)),
      );
    }
    await work({
      url,
      sql,
      authenticatorUrl: databaseUrl(cluster, "authenticator", name),
      adminUrl: databaseUrl(cluster, "supabase_admin", name),
    });
  } finally {
    await sql.end({ timeout: 5 });
    await dropDatabase(cluster, name);
  }
}
