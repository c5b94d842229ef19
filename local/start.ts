/**
 * `npm start`: the embedded platform, the AMC simulator, and 52 weeks of history arriving.
 *
 * What runs between the signed-in user and the rows is what a Supabase project would run; local/platform and local/amc
 * stand in for Supabase's services and for Amazon.
 */
import { ArgumentError, parseArguments, USAGE } from "./demo/arguments.ts";
import { startDemo } from "./demo/demo.ts";
import { openFunctionLog } from "./demo/function_log.ts";
import { ProgressDisplay } from "./demo/progress.ts";
import { accessText, isWhole, summaryTable } from "./demo/summary.ts";
import { chaosSummaryTable } from "./demo/chaos_summary.ts";

const encoder = new TextEncoder();

async function main(args: string[]): Promise<number> {
  const asked = parseArguments(args);
  if (asked === null) {
    console.log(USAGE);
    return 0;
  }
  const out = asked.json ? Deno.stderr : Deno.stdout;
  const write = (text: string) => out.writeSync(encoder.encode(text));
  const log = openFunctionLog();
  const display = new ProgressDisplay(write, out.isTerminal());
  const demo = await startDemo({
    weeks: asked.weeks,
    port: asked.port,
    chaos: asked.chaos,
    functionLog: log.write,
    say: (line) => write(`${line}\n`),
  });
  await demo.finished((progress, seconds) => display.show(progress, seconds));
  display.end();
  const summary = await demo.summarize();
  write(`\n${summaryTable(summary)}\n\n`);
  if (summary.chaos) write(`${chaosSummaryTable(summary.chaos)}\n\n`);
  write(`${accessText(demo.access)}\n`);
  write(`  functions' log    ${log.path}\n`);
  if (!isWhole(summary)) write("\nNot every week was collected.\n");
  if (asked.json) {
    if (asked.exit) await demo.stop();
    Deno.stdout.writeSync(encoder.encode(`${JSON.stringify(summary)}\n`));
  }
  if (!asked.exit) {
    write("\nIt stays up until Ctrl-C.\n");
    await new Promise(() => {});
  }
  await demo.stop();
  return isWhole(summary) ? 0 : 1;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  const sentence = error instanceof Error ? error.message : String(error);
  console.error(sentence);
  Deno.exit(error instanceof ArgumentError ? 2 : 1);
}
