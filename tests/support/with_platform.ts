import {
  type Platform,
  type PlatformOptions,
  startPlatform,
} from "../../local/platform/platform.ts";
import { testCluster } from "./cluster.ts";
import { withDatabase } from "./with_database.ts";

/**
 * Gives some work a platform on a database of its own, and stops it afterwards. It uses the cluster that all tests share;
 * a test that kills the server starts a platform of its own with `startPlatform`.
 *
 * @returns what the work returns
 */
export async function withPlatform<T>(
  options: Omit<PlatformOptions, "database">,
  work: (platform: Platform) => Promise<T>,
): Promise<T> {
  const { cluster } = testCluster();
  return await withDatabase(async ({ name }) => {
    const platform = await startPlatform({
      stopOnSignals: false,
      ...options,
      database: { cluster, name },
    });
    try {
      return await work(platform);
    } finally {
      await platform.stop();
    }
  });
}
