// A process that does nothing but load one result, as the edge function's does; it prints what that took of memory and
// CPU. Started by loading_process.ts, with what it is to do in BENCH_LOAD.
import process from "node:process";
import { openDirect } from "../supabase/functions/_shared/database/direct.ts";
import { makeCsv, stream } from "./support/csv.ts";
import { load, type Loadable } from "./support/loads.ts";

const { url, claimed, megabytes } = JSON.parse(Deno.env.get("BENCH_LOAD")!) as {
  url: string;
  claimed: Loadable | null;
  megabytes: number;
};

// One megabyte, over and over: what is measured is the loader's memory, not the result's.
const { chunks, bytes } = makeCsv({ bytes: 1_000_000 });

async function* repeated(): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < megabytes; n++) {
    // A copy of each chunk, since a network's chunks are new memory every time.
    for await (const chunk of stream(chunks)) yield chunk.slice();
  }
}

const direct = openDirect(url);
await direct`select 1`;
const before = process.cpuUsage();
const start = performance.now();
if (claimed) await load(direct, claimed, repeated, megabytes * bytes);
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(before);
await direct.end({ timeout: 5 });

/** The most memory that was resident, in bytes, where the system tells it; else what is now. */
function peakMemory(): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1024;
  } catch {
    return Deno.memoryUsage().rss;
  }
}

console.log(JSON.stringify({
  peak: peakMemory(),
  seconds,
  cpuSeconds: (user + system) / 1e6,
}));
