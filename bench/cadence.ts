import { median, quantile } from "./support/rounds.ts";
import type { BenchServer } from "./support/database.ts";
import { type Section, short, stated } from "./support/figure.ts";
import {
  type CadenceRun,
  openCadenceRun,
  type SlotHistory,
} from "./support/cadence_run.ts";
import type { Size } from "./support/size.ts";

/** Seconds between two runs of the job. */
const TICK = 60;
/** Ticks in which the slots fill and results begin to come. */
const WARM_UP = 5;
const INSTANCES = 10;

interface Counts {
  amc: number;
  listings: number;
  completed: number;
}

/** Calls of AMC for each week, and how long a slot stays empty, at the schedule's cadence. */
export async function benchCadence(
  server: BenchServer,
  size: Size,
): Promise<Section[]> {
  const database = await server.database("cadence");
  await using run = await openCadenceRun(server.cluster, database, INSTANCES);
  const durations: number[] = [];
  let before = await count(run);
  for (let tick = 0; tick < size.ticks; tick++) {
    if (tick === WARM_UP) before = await count(run);
    durations.push(await run.tick(TICK));
  }
  const after = await count(run);
  const running = await run.running();
  const idle = idleTimes(await run.slots(), durations);
  return [describe(before, after, { running, idle, durations, size })];
}

async function count(run: CadenceRun): Promise<Counts> {
  const calls = run.simulator.requestCounts();
  const listings = calls.listExecutions ?? 0;
  // Tokens come from Login with Amazon, files from the store that a link names.
  const amc = Object.entries(calls)
    .filter(([name]) => !["token", "download"].includes(name))
    .reduce((sum, [, calls]) => sum + calls, 0);
  return { amc, listings, completed: await run.completed() };
}

/** Seconds from the end of an execution at AMC to the next create in its slot, and the duration of that tick. */
function idleTimes(slots: SlotHistory[], durations: number[]): number[] {
  const idle: number[] = [];
  for (let i = 1; i < slots.length; i++) {
    const [earlier, later] = [slots[i - 1], slots[i]];
    const sameSlot = earlier.instanceId === later.instanceId &&
      earlier.slot === later.slot;
    if (!sameSlot || earlier.endedAt === null) continue;
    const gap = (later.acceptedAt - earlier.endedAt) / 1000;
    idle.push(gap + (durations[later.tick] ?? 0));
  }
  return idle;
}

function describe(
  before: Counts,
  after: Counts,
  { running, idle, durations, size }: {
    running: number;
    idle: number[];
    durations: number[];
    size: Size;
  },
): Section {
  const completed = after.completed - before.completed;
  const perWeek = (after.amc - before.amc) / completed;
  const listings = (after.listings - before.listings) / completed;
  const longest = Math.max(...idle);
  return {
    title: "Calls of AMC, and empty slots",
    figures: [
      {
        name: "AMC calls per completed week",
        measured: perWeek.toFixed(2),
        target: "≤ 4",
        met: perWeek <= 4,
      },
      stated("of these, listings", listings.toFixed(2)),
      {
        name: "longest time a slot stayed empty",
        measured: `${short(longest)} s`,
        target: `≤ ${TICK + 5} s`,
        met: longest <= TICK + 5,
      },
      stated("median of that", `${short(median(idle))} s`),
      stated("95th percentile of that", `${short(quantile(idle, 0.95))} s`),
      stated("duration of a tick", `${short(median(durations))} s`),
    ],
    meaning: [
      `${INSTANCES} instances of ten slots with more weeks waiting than run, executions of 40 s to 7 min at AMC, ${running} running at the end. The collector's own code works against the simulator through the embedded API, one tick a minute for ${size.ticks} minutes of a clock that moves only between the ticks: AMC's clock stands still during a tick, and the times in the database are shifted by a minute for each. Counted over the last ${
        size.ticks - WARM_UP
      } ticks and ${completed} completed weeks: create, listing, download links, and any other call of the reporting API, but neither tokens nor the files. A week takes one create and one request for links; what is left are listings, one per instance and minute however many run, so executions that take longer cost more of them: about one tenth of the minutes that a week runs, with ten running.`,
      "*A slot stayed empty* from the end of an execution at AMC until the next create in the same slot was accepted; the duration of the tick that made it is added, since AMC's clock stood still meanwhile.",
    ],
  };
}
