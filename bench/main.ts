// `npm run bench`: measures, prints the tables and writes them into bench/README.md. `--quick` tries it out with small
// sizes; it writes nothing, and neither do runs that name the groups to measure (`npm run bench -- status scale`).
import { benchUpdateWeekStatus } from "./update_week_status.ts";
import { benchScale } from "./scale.ts";
import { benchLoad } from "./load.ts";
import { benchCadence } from "./cadence.ts";
import { benchPlanning } from "./planning.ts";
import { benchReaders } from "./readers.ts";
import { benchRecovery } from "./recovery.ts";
import { stopOnSignals } from "../local/platform/signals.ts";
import { type BenchServer, startBenchServer } from "./support/database.ts";
import type { Measured, Section } from "./support/figure.ts";
import { describeMachine } from "./support/machine.ts";
import { printed, writeReadme } from "./support/report.ts";
import { FULL, QUICK, type Size } from "./support/size.ts";

const GROUPS: Record<
  string,
  (server: BenchServer, size: Size) => Promise<Section[]>
> = {
  status: benchUpdateWeekStatus,
  scale: benchScale,
  load: benchLoad,
  reading: benchReaders,
  planning: benchPlanning,
  cadence: benchCadence,
  recovery: benchRecovery,
};

const QUICKLY = "--quick";

function chosenGroups(): string[] {
  const named = Deno.args.filter((argument) => argument !== QUICKLY);
  const unknown = named.find((name) => !Object.hasOwn(GROUPS, name));
  if (unknown !== undefined) {
    console.error(
      `Expected ${QUICKLY} or one of ${
        Object.keys(GROUPS).join(", ")
      }, and got ${unknown}: for example, npm run bench -- ${QUICKLY} status.`,
    );
    Deno.exit(2);
  }
  return named.length > 0 ? named : Object.keys(GROUPS);
}

async function main(): Promise<void> {
  const groups = chosenGroups();
  const quick = Deno.args.includes(QUICKLY);
  const whole = groups.length === Object.keys(GROUPS).length;
  const start = performance.now();
  await using parts = new AsyncDisposableStack();
  parts.defer(stopOnSignals(() => parts.disposeAsync()));
  const server = parts.use(await startBenchServer());
  const machine = await describeMachine(server.cluster);
  const sections: Measured[] = [];
  for (const group of groups) {
    console.error(`Measuring ${group} …`);
    const measured = await GROUPS[group](server, {
      ...(quick ? QUICK : FULL),
    });
    for (const section of measured) {
      console.log(printed(section));
      sections.push({ ...section, group });
    }
  }
  const minutes = (performance.now() - start) / 60_000;
  console.error(`Measured in ${minutes.toFixed(1)} minutes.`);
  if (quick || !whole) return;
  await writeReadme(sections, machine, minutes);
}

await main();
