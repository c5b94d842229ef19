import {
  createDatabase,
  databaseUrl,
  migrate,
  startCluster,
} from "../postgres/mod.ts";
import { stopOnSignals } from "../signals.ts";

/**
 * Gives some work a database with the checkout's migrations, on a server of its own that ends afterwards.
 *
 * @param work gets a connection URL of the role postgres
 */
export async function withMigratedDatabase<T>(
  work: (url: string) => Promise<T>,
): Promise<T> {
  await using parts = new AsyncDisposableStack();
  parts.defer(stopOnSignals(() => parts.disposeAsync()));
  const cluster = await startCluster();
  parts.defer(() => cluster.stop());
  await createDatabase(cluster, "migrated");
  const url = databaseUrl(cluster, "postgres", "migrated");
  await migrate(url);
  return await work(url);
}
