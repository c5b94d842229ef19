import { CONNECTIONS, cycle, type CycleCount } from "./cycle.ts";
import { graphileWorker, pgBoss } from "./rivals.ts";
import {
  type BenchDatabase,
  type BenchServer,
  settle,
} from "./support/database.ts";
import {
  atLeast,
  because,
  type Section,
  short,
  stated,
} from "./support/figure.ts";
import {
  fillInstances,
  fillWeeks,
  freeAllSlots,
  takeAllSlots,
} from "./support/fill.ts";
import { keepPlans } from "./support/plans.ts";
import { interleaved, median, ratio, type Rounds } from "./support/rounds.ts";
import type { Size } from "./support/size.ts";
import { benchTick } from "./tick.ts";

const INSTANCES = 100;
const PLANS =
  "claiming reads more than it takes; which statement does is in .local/plans/claim_due_weeks_*.txt after a run.";
/** Weeks per claim, as the worker claims them. */
const CLAIM_SIZE = 10;

/** The empty tick, and what one week costs the database, each at few and at many weeks; and job queues beside it. */
export async function benchScale(
  server: BenchServer,
  size: Size,
): Promise<Section[]> {
  const finished = await filled(server, "finished", size.manyWeeks);
  const waiting = await filled(server, "waiting", 0, size.manyWeeks);
  await takeAllSlots(waiting);
  await settle(waiting);
  const ticks = await benchTick({ finished, waiting }, size);
  await freeAllSlots(waiting);
  await fillWeeks(finished, size.fewWeeks / 2, "due", "more");
  const few = await filled(server, "few", size.fewWeeks / 2, size.fewWeeks / 2);
  await settle(finished);
  await settle(waiting);
  const counts: CycleCount = { emptyClaims: 0 };
  const times = await race(server, { few, finished, waiting }, size, counts);
  for (const database of [few, finished, waiting]) {
    await keepCyclePlans(database, size.keep);
    await server.drop(database);
  }
  return [describe(times, size, counts), ticks];
}

async function filled(
  server: BenchServer,
  name: string,
  finished: number,
  due = 0,
): Promise<BenchDatabase> {
  const database = await server.database(name);
  await fillInstances(database, INSTANCES);
  if (finished > 0) await fillWeeks(database, finished, "finished", "finished");
  if (due > 0) await fillWeeks(database, due, "due", "due");
  await settle(database);
  return database;
}

type Name =
  | "few"
  | "fewSingly"
  | "finished"
  | "waiting"
  | "graphileWorker"
  | "pgBoss"
  | "pgBossTens";

/** Weeks or jobs per second. */
async function race(
  server: BenchServer,
  databases: Record<"few" | "finished" | "waiting", BenchDatabase>,
  size: Size,
  counts: CycleCount,
): Promise<Rounds<Name>> {
  const empty = (name: string) => server.database(name, { empty: true });
  await using graphile = await graphileWorker(await empty("graphile_worker"));
  await using boss = await pgBoss(await empty("pg_boss"), 1);
  await using bossTens = await pgBoss(await empty("pg_boss_tens"), CLAIM_SIZE);
  const { cycles } = size;
  const singly = Math.ceil(cycles / 8);
  const rate = async (count: number, seconds: Promise<number>) =>
    count / await seconds;
  return await interleaved<Name>(size.rounds, {
    few: () => rate(cycles, cycle(databases.few, cycles, CLAIM_SIZE, counts)),
    finished: () =>
      rate(cycles, cycle(databases.finished, cycles, CLAIM_SIZE, counts)),
    waiting: () =>
      rate(cycles, cycle(databases.waiting, cycles, CLAIM_SIZE, counts)),
    fewSingly: () => rate(singly, cycle(databases.few, singly, 1)),
    graphileWorker: () => rate(cycles, graphile.cycle(cycles)),
    pgBoss: () => rate(cycles, boss.cycle(cycles)),
    pgBossTens: () => rate(cycles, bossTens.cycle(cycles)),
  });
}

async function keepCyclePlans(
  database: BenchDatabase,
  keep: boolean,
): Promise<void> {
  await keepPlans(
    database,
    `claim_due_weeks_${database.name}`,
    "service_role",
    "select * from public.claim_due_weeks(10)",
    keep,
  );
}

function describe(
  times: Rounds<Name>,
  size: Size,
  { emptyClaims }: CycleCount,
): Section {
  const many = size.manyWeeks.toLocaleString("en");
  const few = size.fewWeeks.toLocaleString("en");
  const perSecond = median(times.few);
  const shown = (name: Name, unit = "weeks/s") =>
    `${short(median(times[name]))} ${unit}`;
  return {
    title: "Claim, record, report",
    figures: [
      {
        name: `weeks per second at ${few} weeks`,
        measured: short(perSecond),
        target: "≥ 300",
        met: perSecond >= 300,
        reason:
          "the work is CPU's, on cores that the server, the ten clients and whatever else runs share; this is a rate of the machine, so see the load that the tables name.",
      },
      because(
        atLeast(
          `at ${many} finished weeks ÷ at ${few}`,
          ratio(times.finished, times.few),
          0.85,
        ),
        PLANS,
      ),
      because(
        atLeast(
          `at ${many} waiting weeks ÷ at ${few}`,
          ratio(times.waiting, times.few),
          0.85,
        ),
        PLANS,
      ),
      stated(`at ${many} finished weeks`, shown("finished")),
      stated(`at ${many} waiting weeks`, shown("waiting")),
      stated(`at ${few} weeks, claimed one at a time`, shown("fewSingly")),
      stated(
        "graphile-worker 0.18.0, fetch and complete",
        shown("graphileWorker", "jobs/s"),
      ),
      stated("pg-boss 12.38.0, fetch and complete", shown("pgBoss", "jobs/s")),
      stated(
        "pg-boss 12.38.0, fetch ten, complete each",
        shown("pgBossTens", "jobs/s"),
      ),
    ],
    meaning: [
      `${INSTANCES} instances of ten slots, ${CONNECTIONS} connections as \`service_role\`, ${size.cycles} weeks a round. Each worker claims ten weeks, as the collector does, and for each week calls \`record_execution\` with an observation, inserts a complete load, and calls \`update_week_status('completed')\` with the summary: three transactions a week and one for each claim, all of which reach the disk. Nothing is asked of AMC and no rows are loaded. Half of the few weeks were finished before, half waited. ${emptyClaims} claims of all rounds came back empty, because other workers held the instances at that moment.`,
      `The two job queues run in the same rounds on databases of their own, with jobs that do nothing, over ${CONNECTIONS} connections, each as it comes. What is promised differs. graphile-worker: a job runs at least once; that of a dead worker is taken again after four hours; a completed job is deleted, which is two transactions a job. pg-boss: a job is handed to one worker and again after its expiry (15 minutes by default); a completed job is kept, two transactions a job. Here: the intent is committed before anything leaves, a week has one live attempt and an instance never more than its slots, the execution's id is stored before anything else is asked about it and fenced by its attempt, the week is completed only with a complete load, and each step leaves an event. That is what the third transaction and the rows beside it are for.`,
    ],
  };
}
