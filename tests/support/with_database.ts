import { randomBytes } from "node:crypto";
import {
  createDatabase,
  databaseUrl,
  dropDatabase,
} from "../../local/platform/postgres/mod.ts";
import { testCluster } from "./cluster.ts";

/** A database of a test's own, with the migrations applied. */
export interface TestDatabase {
  name: string;
  /** Connection URL of the role postgres. */
  url: string;
  /** Connection URL of the role authenticator. */
  authenticatorUrl: string;
  /** Connection URL of the superuser. */
  adminUrl: string;
}

/**
 * Gives some work a fresh database, copied from the template with the migrations applied, and drops it afterwards.
 *
 * @returns what the work returns
 */
export async function withDatabase<T>(
  work: (database: TestDatabase) => Promise<T>,
): Promise<T> {
  const { cluster, template } = testCluster();
  const name = `test_${randomBytes(6).toString("hex")}`;
  await createDatabase(cluster, name, { template });
  try {
    return await work({
      name,
      url: databaseUrl(cluster, "postgres", name),
      authenticatorUrl: databaseUrl(cluster, "authenticator", name),
      adminUrl: databaseUrl(cluster, "supabase_admin", name),
    });
  } finally {
    await dropDatabase(cluster, name);
  }
}
