import { checkout } from "../local/platform/postgres/mod.ts";
import type { BenchDatabase } from "./support/database.ts";
import { claimLoad, RESULTS } from "./support/loads.ts";
import { rest } from "./loading_ways.ts";

/** What loading a result took of a process that does nothing else. */
export interface ProcessCost {
  megabytes: number;
  /** Most memory that was resident, in bytes. */
  peak: number;
  seconds: number;
  cpuSeconds: number;
}

/**
 * Loads a result in a process of its own, with the heap limit of an edge function.
 *
 * @param megabytes 0: it connects and loads nothing, as an idle one
 */
export async function loadInProcess(
  database: BenchDatabase,
  megabytes: number,
): Promise<ProcessCost> {
  await rest(database, RESULTS.table);
  const claimed = megabytes > 0 ? await claimLoad(database) : null;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--quiet",
      "--v8-flags=--max-old-space-size=256",
      "bench/load_process.ts",
    ],
    env: {
      BENCH_LOAD: JSON.stringify({ url: database.url, claimed, megabytes }),
    },
    cwd: checkout,
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("The process that loads ended with an error.");
  return { megabytes, ...JSON.parse(new TextDecoder().decode(stdout)) };
}
