/**
 * `npm start`: the embedded platform, the AMC simulator, and 52 weeks of history arriving.
 *
 * What runs between the signed-in user and the rows is what a Supabase project would run; local/platform and local/amc
 * stand in for Supabase's services and for Amazon.
 */
import { join } from "node:path";
import {
  ArgumentError,
  parseArguments,
  type StartArguments,
  USAGE,
} from "./demo/arguments.ts";
import { chaosSummaryTable } from "./demo/chaos_summary.ts";
import { type Demo, startDemo } from "./demo/demo.ts";
import { openFunctionLog } from "./demo/function_log.ts";
import {
  Interrupted,
  listenForInterruption,
  orInterrupted,
} from "./demo/interruption.ts";
import { type Kept, openKept } from "./demo/kept.ts";
import { Output } from "./demo/output.ts";
import { ProgressDisplay } from "./demo/progress.ts";
import { sentenceOf } from "./demo/sentence.ts";
import {
  accessText,
  isWhole,
  type Summary,
  summaryJson,
  summaryTable,
} from "./demo/summary.ts";
import { local } from "./platform/postgres/mod.ts";

/** Starts, collects, and shows what came of it. @returns the exit status */
async function run(
  asked: StartArguments,
  out: Output,
  signal: AbortSignal,
  kept: Kept | undefined,
): Promise<number> {
  const log = openFunctionLog(join(local, "logs"), out.line);
  const demo = await startDemo({
    weeks: asked.weeks,
    port: asked.port,
    chaos: asked.chaos,
    kept,
    signal,
    functionLog: log.write,
    say: out.line,
  });
  let summary: Summary;
  try {
    summary = await collect(demo, out, signal);
    if (!asked.exit) {
      if (asked.json) print(summaryJson(summary, demo.access));
      out.line(accessText(demo.access));
      if (log.path) out.line(`\n  The functions' log is ${log.path}`);
      if (kept) {
        out.line(`  What a front end needs is in ${join(local, "env")}`);
      }
      out.line("\nIt stays up until Ctrl-C.");
      await orInterrupted(signal, new Promise(() => {}));
    }
  } finally {
    await demo.stop();
  }
  if (log.path) out.line(`The functions' log is ${log.path}`);
  if (asked.json) print(summaryJson(summary));
  return isWhole(summary) ? 0 : 1;
}

async function collect(
  demo: Demo,
  out: Output,
  signal: AbortSignal,
): Promise<Summary> {
  const display = new ProgressDisplay(out);
  try {
    await demo.finished((progress, seconds) => display.show(progress, seconds));
  } finally {
    // An interruption has begun a line of its own.
    if (!signal.aborted) display.end();
  }
  const summary = await demo.summarize();
  out.line(`\n${summaryTable(summary)}\n`);
  if (summary.chaos) out.line(`${chaosSummaryTable(summary.chaos)}\n`);
  if (!isWhole(summary)) out.line("Not every week was collected.\n");
  return summary;
}

/** Prints to stdout, whatever else is told elsewhere. */
function print(line: string): void {
  new Output(Deno.stdout).line(line);
}

async function main(args: string[]): Promise<number> {
  const asked = parseArguments(args);
  if (asked === null) {
    console.log(USAGE);
    return 0;
  }
  const out = new Output(asked.json ? Deno.stderr : Deno.stdout);
  const signal = listenForInterruption(() => out.write("\nStopping … "));
  let kept: Kept | undefined;
  try {
    kept = asked.keep ? await openKept() : undefined;
    return await run(asked, out, signal, kept);
  } catch (error) {
    if (!signal.aborted) throw error;
    // The end of the line that the interruption has begun.
    out.write(
      kept
        ? `nothing is left running; the data is kept in ${kept.folder}.\n`
        : "nothing is left running.\n",
    );
    return (signal.reason as Interrupted).status;
  } finally {
    kept?.close();
  }
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  console.error(sentenceOf(error));
  Deno.exit(error instanceof ArgumentError ? 2 : 1);
}
