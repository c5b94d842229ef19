// A process that only loads one result, as the edge function does: from HTTPS links into Postgres over TLS, with a budget of
// bytes for each call. It prints the memory and CPU that this took. Started by loading_process.ts, with its task in BENCH_LOAD.
import process from "node:process";
import {
  createAmcClient,
  createTokenSource,
} from "../supabase/functions/_shared/amc/mod.ts";
import { ResultFiles } from "../supabase/functions/_shared/collector/result_files.ts";
import { openSql } from "../supabase/functions/_shared/database/sql.ts";
import { LoadBudget } from "../supabase/functions/_shared/results/load_budget.ts";
import { DEFAULT_LIMITS } from "../supabase/functions/_shared/results/load_limits.ts";
import { loadResult } from "../supabase/functions/_shared/results/loader.ts";
import { DIALECT, type Loadable } from "./support/loads.ts";

const { url, claimed, links } = JSON.parse(Deno.env.get("BENCH_LOAD")!) as {
  url: string;
  claimed: Loadable | null;
  links: string[];
};

const sql = openSql(url);
const [{ ssl }] = await sql<{ ssl: boolean }>`
  select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
if (!ssl) throw new Error("Expected the connection to Postgres to have TLS.");

const client = createAmcClient({
  instance: {
    instanceId: "amcbench",
    entityId: "ENTITY",
    marketplaceId: "ATVPDKIKX0DER",
    region: "NA",
  },
  tokens: createTokenSource({
    credential: { clientId: "c", clientSecret: "s", refreshToken: "r" },
    region: "NA",
  }),
  resultHosts: links.map((link) => new URL(link).host),
});
const known = {
  ...client,
  downloadUrls: () =>
    Promise.resolve({
      urls: links,
      files: links,
      metadataUrls: [],
      requestId: null,
    }),
};

/** Loads what one call of the function may. @returns whether the load is complete */
async function call({ attemptId, fence }: Loadable): Promise<boolean> {
  const ending = new AbortController();
  const files = new ResultFiles(known, "bench", ending.signal, true);
  const summary = await loadResult(sql, {
    attemptId,
    fence,
    dialect: DIALECT,
    listFiles: () => files.list(),
    limits: DEFAULT_LIMITS,
    budget: new LoadBudget(DEFAULT_LIMITS.callBytes),
    open: (index, from) => files.open(index, from),
    checkpoint: () => Promise.resolve(),
  });
  ending.abort();
  return summary !== null;
}

const cpu: number[] = [];
const start = performance.now();
for (let whole = claimed === null; !whole;) {
  const before = process.cpuUsage();
  whole = await call(claimed!);
  const { user, system } = process.cpuUsage(before);
  cpu.push((user + system) / 1e6);
}
const seconds = (performance.now() - start) / 1000;
await sql.end();

/** The most memory that was resident, in bytes, where the system says it; else what is resident now. */
function peakMemory(): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1024;
  } catch {
    return Deno.memoryUsage().rss;
  }
}

console.log(JSON.stringify({ peak: peakMemory(), seconds, cpu }));
