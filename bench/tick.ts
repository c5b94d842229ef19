import { type BenchDatabase } from "./support/database.ts";
import {
  because,
  type Section,
  short,
  stated,
  under,
} from "./support/figure.ts";
import { keepPlans } from "./support/plans.ts";
import { median } from "./support/rounds.ts";
import type { Size } from "./support/size.ts";

const TICK = "select amc_history.dispatch_collect()";
const CALLS = 50;
const EACH =
  "the weeks cost nothing, the instances do: what is asked of each of the hundred is in .local/plans/empty_tick_*.txt after a run.";

interface Ticks {
  /** Milliseconds in a session that has ticked before. */
  warm: number;
  /** Milliseconds of the first tick of a session, as pg_cron's is. */
  first: number;
}

/** Measures what a tick that finds nothing to do costs the database, and checks that it sends nothing. */
export async function benchTick(
  databases: Record<"finished" | "waiting", BenchDatabase>,
  size: Size,
): Promise<Section> {
  const finished = await measure(databases.finished, size);
  const waiting = await measure(databases.waiting, size);
  const many = size.manyWeeks.toLocaleString("en");
  return {
    title: "An empty tick",
    figures: [
      because(under(`at ${many} finished weeks`, finished.warm, 2, "ms"), EACH),
      because(
        under(`at ${many} weeks behind full gates`, waiting.warm, 2, "ms"),
        EACH,
      ),
      stated(
        "first of a session, finished weeks",
        `${short(finished.first)} ms`,
      ),
      stated("first of a session, full gates", `${short(waiting.first)} ms`),
      {
        name: "requests queued by all of these ticks",
        measured: "0",
        target: "0",
        met: true,
      },
    ],
    meaning: [
      `\`${TICK}\` as the role postgres, by the execution time of \`explain analyze\`; the median of ${CALLS} ticks in one session, and of ${size.rounds} first ticks of new sessions, since pg_cron opens one for each run. 100 instances: *finished* with nothing but completed weeks, each with its execution, attempt and load; *full gates* with all ten slots of each taken by executions that run at AMC and the rest of the weeks due. After all ticks \`net.http_request_queue\` was empty; a row in it would have failed the run.`,
    ],
  };
}

async function measure(database: BenchDatabase, size: Size): Promise<Ticks> {
  const first: number[] = [];
  for (let round = 0; round < size.rounds; round++) {
    first.push((await ticks(database, 1))[0]);
  }
  const warm = (await ticks(database, CALLS + 1)).slice(1);
  await keepPlans(
    database,
    `empty_tick_${database.name}`,
    "postgres",
    TICK,
    size.keep,
  );
  return { warm: median(warm), first: median(first) };
}

/** Ticks in a new session. @returns milliseconds of each, in the database */
async function ticks(
  database: BenchDatabase,
  count: number,
): Promise<number[]> {
  const sql = database.asOwner(1);
  try {
    const spent: number[] = [];
    for (let tick = 0; tick < count; tick++) {
      const plan = await sql.unsafe(`explain (analyze, timing off) ${TICK}`);
      const line = plan.map((row) => row["QUERY PLAN"] as string)
        .find((text) => text.startsWith("Execution Time"));
      spent.push(Number(/[\d.]+/.exec(line ?? "")?.[0]));
    }
    const [{ queued }] = await sql`
      select count(*)::integer as queued from net.http_request_queue`;
    if (queued > 0) throw new Error(`An empty tick queued ${queued} requests.`);
    return spent;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
