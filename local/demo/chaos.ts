import postgres from "postgres";
import {
  type ChanceProfileInput,
  mixedProfile,
  type Simulator,
} from "../amc/mod.ts";
import { seededRandom, within } from "../amc/random.ts";
import type { Platform } from "../platform/platform.ts";
import type { ChaosSummary } from "./chaos_summary.ts";

/** Seconds from one kill of the functions' processes to the next. */
const KILL_EVERY: [number, number] = [3, 6];

/** Requests to AMC that must have arrived from one kill to the next, so that a slow machine makes progress too. */
const REQUESTS_BETWEEN_KILLS = 4;

/** What AMC's list lags at most, in seconds; {@link shortenAllowances} allows for one more. */
const LIST_LAG_SECONDS = 3;

/** Faults and kills that are under way. */
export interface Chaos {
  /** Ends faults and kills. @returns what there was of them */
  stop(): Promise<ChaosSummary>;
}

/**
 * Shortens the allowances of a test platform's database, after its instances were connected, so that a collection under
 * chaos ends within minutes. A hosted project keeps its own, which cover what the hosted platform and AMC may do; here
 * nothing holds a create up longer than the simulator's longest slow answer (2 s), and AMC's list lags 3 s at most.
 *
 * @param databaseUrl of the role postgres, which owns what is changed
 */
export async function shortenAllowances(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`
      update amc_history.allowances set
        -- The window, the slowest answer, and some seconds for a busy machine.
        post_window = '5 seconds', create_timeout = '3 seconds', create_in_flight = '10 seconds',
        list_lag = ${LIST_LAG_SECONDS + 1} * interval '1 second',
        -- How soon another worker looks. What keeps a worker that sleeps from doing harm is the fence, not the lease.
        create_lease = '8 seconds', list_lease = '8 seconds', load_lease = '8 seconds',
        -- A dry run whose answer is lost is asked again after this.
        stoppage_pause_base = '2 seconds'`;
    await sql`update public.amc_instances set list_lag_seconds = ${
      LIST_LAG_SECONDS + 1
    }`;
  } finally {
    await sql.end();
  }
}

/**
 * Whether each instance has had a create whose answer came: only from then on does the database settle lost answers by
 * itself, since AMC's list is proved to show what it has to.
 */
export async function provedAll(sql: postgres.Sql): Promise<boolean> {
  const [{ proved }] = await sql`
    select bool_and(matcher_proved_at is not null) as proved from public.amc_instances`;
  return proved;
}

/**
 * Begins chaos: AMC misbehaves by chance (transport, throttling, lag, clocks; no FAILED and no REJECTED), and, once
 * lost answers can be settled, all of the functions' processes are killed every few seconds.
 *
 * @param seed the same one draws the same faults and the same pauses between kills
 */
export function startChaos(
  platform: Pick<Platform, "functions" | "databaseUrl">,
  simulator: Simulator,
  seed: number,
): Chaos {
  simulator.chance(chaosProfile(), seed);
  const sql = postgres(platform.databaseUrl, { max: 1, onnotice: () => {} });
  const { functions } = platform;
  const hasProgressed = progressGate(simulator, REQUESTS_BETWEEN_KILLS);
  const killer = startKiller(seed, KILL_EVERY, async () => {
    if (!(await provedAll(sql)) || !hasProgressed()) return 0;
    const processes = Object.keys(functions.pids()).length;
    await functions.killAll();
    return processes;
  });
  return {
    async stop() {
      simulator.chance(null);
      const killed_processes = await killer.stop();
      await sql.end({ timeout: 5 });
      return { seed, killed_processes, faults: simulator.firedFaults() };
    },
  };
}

/** The simulator's mixed profile; what it gives in an id's place is no id by any reading. */
export function chaosProfile(): ChanceProfileInput {
  const { name, faults } = mixedProfile({ listLagSeconds: LIST_LAG_SECONDS });
  return {
    name,
    faults: faults.map((entry) =>
      entry.fault.kind === "malformed_execution_id"
        ? { ...entry, fault: { ...entry.fault, value: "not an id" } }
        : entry
    ),
  };
}

/**
 * Holds a repeated fault back until the system has made progress. Without it, a slow machine would never get past the step at
 * which the fault strikes.
 *
 * @param requests how many requests AMC must receive before the next fault
 * @returns a function that answers true once for each so many requests
 */
export function progressGate(simulator: Simulator, requests: number) {
  const total = () =>
    Object.values(simulator.requestCounts()).reduce((a, b) => a + b, 0);
  let last = total();
  return (): boolean => {
    const now = total();
    if (now < last + requests) return false;
    last = now;
    return true;
  };
}

/** Kills processes of functions again and again, until it is stopped. */
export interface Killer {
  /** How many processes were killed so far. */
  killed(): number;
  /** @returns how many processes were killed */
  stop(): Promise<number>;
}

/**
 * Starts a killer.
 *
 * @param seed the same one draws the same pauses
 * @param every the least and the most seconds from one kill to the next
 * @param kill ends all processes that there are, and says how many there were
 */
export function startKiller(
  seed: number | string,
  every: [number, number],
  kill: () => Promise<number>,
): Killer {
  const random = seededRandom(`kills:${seed}`);
  let killed = 0;
  let stopped = false;
  let killing = Promise.resolve();
  let timer = plan();

  function plan(): ReturnType<typeof setTimeout> {
    return setTimeout(() => killing = again(), within(random, every) * 1000);
  }

  async function again(): Promise<void> {
    killed += await kill();
    if (!stopped) timer = plan();
  }

  return {
    killed: () => killed,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await killing;
      return killed;
    },
  };
}
