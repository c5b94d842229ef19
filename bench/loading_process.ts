import { checkout, makeCertificate } from "../local/platform/postgres/mod.ts";
import { rest } from "./loading_ways.ts";
import type { BenchDatabase } from "./support/database.ts";
import { claimLoad, RESULTS } from "./support/loads.ts";

/** Memory and CPU of a process that only loads a result. */
export interface ProcessCost {
  megabytes: number;
  files: number;
  /** Most memory that was resident, in bytes. */
  peak: number;
  seconds: number;
  /** CPU seconds of each call. */
  cpu: number[];
}

/**
 * Loads results in a process of its own each, with the heap limit of an edge function and TLS at both ends: from links to a
 * store on this machine, over a connection to Postgres.
 *
 * @param sizes megabytes of each result, in files of a hundred at most; 0: it connects and stays idle
 */
export async function loadInProcesses(
  database: BenchDatabase,
  sizes: number[],
): Promise<ProcessCost[]> {
  const certificate = await makeCertificate();
  const folder = await Deno.makeTempDir({ prefix: "amc-history-bench-" });
  const authority = `${folder}/authority.pem`;
  await Deno.writeTextFile(authority, certificate.authority);
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", "bench/file_server.ts"],
    env: { BENCH_FILES: JSON.stringify(certificate) },
    cwd: checkout,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const output = server.stdout.getReader();
    const port = new TextDecoder().decode((await output.read()).value).trim();
    output.releaseLock();
    const costs: ProcessCost[] = [];
    for (const megabytes of sizes) {
      const files = Math.ceil(megabytes / 100);
      const links = Array.from(
        { length: files },
        (_, n) => `https://localhost:${port}/${megabytes / files}/${n}.csv`,
      );
      const cost = await loadInProcess(database, links, authority);
      costs.push({ megabytes, files, ...cost });
    }
    return costs;
  } finally {
    server.kill("SIGTERM");
    await server.status;
    await server.stdout.cancel().catch(() => {});
    await Deno.remove(folder, { recursive: true });
  }
}

async function loadInProcess(
  database: BenchDatabase,
  links: string[],
  authority: string,
): Promise<Omit<ProcessCost, "megabytes" | "files">> {
  await rest(database, RESULTS.table);
  const claimed = links.length > 0 ? await claimLoad(database) : null;
  const url = `${database.url}?sslmode=require`;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--quiet",
      "--v8-flags=--max-old-space-size=256",
      "bench/load_process.ts",
    ],
    env: {
      BENCH_LOAD: JSON.stringify({ url, claimed, links }),
      DENO_CERT: authority,
    },
    cwd: checkout,
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("The process that loads ended with an error.");
  return JSON.parse(new TextDecoder().decode(stdout));
}
