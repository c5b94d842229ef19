import postgres from "postgres";
import {
  createDatabase,
  databaseUrl,
  migrate,
  startCluster,
} from "../../local/platform/postgres/mod.ts";
import type { TestCluster } from "./cluster.ts";

const TEMPLATE = "template_migrated";

/** Where one file runs at a time: a cluster of its own, so that no test sees or waits for another. */
export interface Lane {
  /** What its Deno tests are told. */
  told: TestCluster;
  /** Connection URL of the role postgres to a database for pgTAP files, which leave nothing in it. */
  databaseTestsUrl(): Promise<string>;
}

/**
 * Starts a cluster with a template database that has the migrations.
 *
 * @param folder where its data is to be; null: where a cluster's data is by default
 * @param parts stops the cluster
 * @param signal ends the start
 */
export async function startLane(
  folder: string | null,
  parts: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<Lane> {
  const cluster = await startCluster({
    // Nothing of it outlives the run; a crash of the server alone loses nothing either.
    settings: ["fsync=off", "max_wal_size=256MB"],
    folder: folder ?? undefined,
    signal,
  });
  parts.defer(() => cluster.stop());
  await createDatabase(cluster, TEMPLATE);
  await migrate(
    databaseUrl(cluster, "postgres", TEMPLATE),
    undefined,
    signal,
  );
  const { host, port, passwords, authority } = cluster;
  let databaseTests: Promise<string> | undefined;
  return {
    told: {
      cluster: { host, port, passwords, authority },
      template: TEMPLATE,
    },
    databaseTestsUrl() {
      return databaseTests ??= (async () => {
        const name = "database_tests";
        await createDatabase(cluster, name, { template: TEMPLATE });
        const url = databaseUrl(cluster, "postgres", name);
        const sql = postgres(url, { max: 1, onnotice: () => {} });
        await sql`create extension if not exists pgtap with schema extensions`;
        await sql.end();
        return url;
      })();
    },
  };
}
