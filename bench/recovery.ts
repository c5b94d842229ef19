import { type CadenceRun, openCadenceRun } from "./support/cadence_run.ts";
import type { BenchServer } from "./support/database.ts";
import { type Figure, type Section, stated } from "./support/figure.ts";
import type { Size } from "./support/size.ts";

/** Seconds between two runs of the job. */
const TICK = 60;
/** More ticks than any wait here lasts. */
const MAX_TICKS = 30;

/** A point at which a worker dies, its lease there, and what shows that another worker took over. */
interface Death {
  point: string;
  leaseSeconds: number;
  /** Whether the first execution must end before. */
  afterExecution?: boolean;
  seen: string;
}

const ATTEMPT = "select state || ' ' || fence from public.week_attempts";
const DEATHS: Death[] = [
  { point: "after_claim", leaseSeconds: 60, seen: ATTEMPT },
  { point: "after_post", leaseSeconds: 60, seen: ATTEMPT },
  {
    point: "after_list",
    leaseSeconds: 60,
    afterExecution: true,
    seen: "select list_fence::text from public.amc_instances",
  },
  {
    point: "before_copy",
    leaseSeconds: 150,
    afterExecution: true,
    seen: ATTEMPT,
  },
];

/** Measures how long a week waits after its worker died, or after the answer to its create was lost. */
export async function benchRecovery(
  server: BenchServer,
  _size: Size,
): Promise<Section[]> {
  const figures: Figure[] = [];
  for (const death of DEATHS) figures.push(await afterDeath(server, death));
  figures.push(
    await afterLoss(
      server,
      "created",
      "adopted from the list",
      (run) => run.sql`select id from public.workflow_executions where adopted`,
    ),
    await afterLoss(
      server,
      "not created",
      "created anew",
      (run) => run.sql`select id from public.workflow_executions`,
    ),
  );
  return [{
    title: "After a death, after a loss",
    figures,
    meaning: [
      "One instance with one week; the collector's own code against the simulator, one tick a minute of a clock that moves only between the ticks, so times are multiples of a minute. *Died*: the worker stops at that point for good; the time runs until another worker has taken up what it held. *Lost*: the connection is dropped before (not created) or after (created) AMC has read the create, on an instance whose matcher is proved and whose list may lag by 300 s at most; a lost create that is not in the list waits for the longest life of a worker (400 s), the gateway (120 s) and the list's lag (300 s).",
    ],
  }];
}

async function withRun<T>(
  server: BenchServer,
  name: string,
  work: (run: CadenceRun) => Promise<T>,
): Promise<T> {
  const database = await server.database(name);
  try {
    await using run = await openCadenceRun(server.cluster, database, 1, 1);
    return await work(run);
  } finally {
    await server.drop(database);
  }
}

async function afterDeath(
  server: BenchServer,
  { point, leaseSeconds, afterExecution, seen }: Death,
): Promise<Figure> {
  const seconds = await withRun(server, `died_${point}`, async (run) => {
    if (afterExecution) {
      await run.tick(0);
      // The longest execution here takes seven minutes.
      run.simulator.clock.advance(480);
    }
    await run
      .sql`update public.amc_instances set list_due_at = now(), list_leased_until = null`;
    await run.tickUntil(point);
    const state = () =>
      run.sql.unsafe(seen).then((rows) => JSON.stringify(rows));
    const before = await state();
    return await ticksUntil(run, async () => await state() !== before);
  });
  const target = leaseSeconds + TICK;
  return {
    name: `died at ${point} (lease ${leaseSeconds} s), until it is taken up`,
    measured: `${seconds} s`,
    target: `≤ ${target} s`,
    met: seconds <= target,
  };
}

async function afterLoss(
  server: BenchServer,
  what: "created" | "not created",
  end: string,
  found: (run: CadenceRun) => PromiseLike<readonly unknown[]>,
): Promise<Figure> {
  const name = `lost_${what.replace(" ", "_")}`;
  const seconds = await withRun(server, name, async (run) => {
    await run.sql`update public.amc_instances set matcher_proved_at = now()`;
    run.simulator.script({
      operation: "createExecution",
      fault: { kind: "drop", point: what === "created" ? "after" : "before" },
    });
    await run.tick(0);
    return await ticksUntil(run, async () => (await found(run)).length > 0);
  });
  return stated(`create lost, ${what}: until it is ${end}`, `${seconds} s`);
}

/** @returns seconds that went by until something is so */
async function ticksUntil(
  run: CadenceRun,
  isSo: () => Promise<boolean>,
): Promise<number> {
  for (let tick = 1; tick <= MAX_TICKS; tick++) {
    await run.tick(TICK);
    if (await isSo()) return tick * TICK;
  }
  throw new Error(`Expected an end within ${MAX_TICKS} ticks.`);
}
