import { databaseUrl } from "../../../local/platform/postgres/mod.ts";
import { connected } from "../../support/connected.ts";
import type { DebianCluster } from "./debian_cluster.ts";

const ROLE = "cli_login_postgres";

/**
 * A login role that becomes postgres with each session, as the one is by which Supabase's CLI connects to a project.
 *
 * @returns its connection URL
 */
export async function asLoginRole(
  cluster: DebianCluster,
  database: string,
): Promise<string> {
  const { postgres: password } = cluster.passwords;
  const admin = databaseUrl(cluster, "supabase_admin", database);
  await connected(admin, async (sql) => {
    await sql.unsafe(
      `create role ${ROLE} login noinherit password '${password}'`,
    );
    await sql.unsafe(`grant postgres to ${ROLE}`);
    await sql.unsafe(`alter role ${ROLE} set role = 'postgres'`);
  });
  return databaseUrl(cluster, "postgres", database)
    .replace("//postgres:", `//${ROLE}:`);
}
