import { LoadBudget } from "../results/load_budget.ts";
import { DEFAULT_LIMITS } from "../results/load_limits.ts";
import { logFailure } from "../log.ts";
import { cancel } from "./cancel.ts";
import { check } from "./check.ts";
import { tryCredentials } from "./credentials.ts";
import type { Collector } from "./collector.ts";
import { deliver } from "./deliver.ts";
import { finish } from "./finish.ts";
import { list } from "./listing.ts";
import { load } from "./load.ts";
import { searchLostIds } from "./search_lost_ids.ts";
import { submit } from "./submit.ts";

/** How much one tick may do. A function cannot see its CPU time, so rounds and time bound it. */
export interface Budget {
  rounds: number;
  milliseconds: number;
  /** How much may be loaded; absent: as much as one call may load. */
  loading?: LoadBudget;
  /** While a result is loaded and nothing else is to do: after so many milliseconds it is looked again. */
  lookAgainMilliseconds?: number;
}

type StepName =
  | "list"
  | "cancel"
  | "finish"
  | "load"
  | "check"
  | "submit"
  | "deliver"
  | "search";

/** What a tick did: how many items each step handled, and with which message a step failed as a whole. */
export interface TickReport extends Record<StepName, number> {
  failed: Partial<Record<StepName | "credentials", string>>;
}

/** Well within the 150 s that a worker may live on the free plan. */
export const DEFAULT_BUDGET: Budget = { rounds: 50, milliseconds: 90_000 };
/** Seldom enough that looking costs little CPU time, which the load needs. */
const LOOK_AGAIN_MS = 5_000;

type Step = (collector: Collector) => Promise<number>;

/** What is done one after the other. Listing first: it frees the slots that submitting fills. */
const STEPS: [Exclude<StepName, "load" | "deliver" | "search">, Step][] = [
  ["list", list],
  ["cancel", cancel],
  ["finish", finish],
  ["check", check],
  ["submit", submit],
];

/**
 * One tick: tries new credentials, then lists, cancels, finishes, checks and submits until there is nothing to do or the budget is
 * used up; then lost execution ids are searched, and webhooks told. Each step ends with exactly one call that changes its week, so the process may die anywhere. Results are loaded
 * and webhooks told beside the other steps, which never wait for one, however long it takes.
 *
 * @returns how many items each step handled
 */
export async function runTick(
  collector: Collector,
  budget: Budget = DEFAULT_BUDGET,
): Promise<TickReport> {
  const end = collector.now() + budget.milliseconds;
  const report: TickReport = {
    list: 0,
    cancel: 0,
    finish: 0,
    load: 0,
    check: 0,
    submit: 0,
    deliver: 0,
    search: 0,
    failed: {},
  };
  const loading = budget.loading ?? budgetOf(collector, end);
  const loads = new Lane(
    collector,
    report,
    "load",
    (collector) => load(collector, loading),
  );
  const deliveries = new Lane(collector, report, "deliver", deliver);
  await step(collector, report, "credentials", tryCredentials);
  for (let round = 0; round < budget.rounds && collector.now() < end; round++) {
    let moved = loads.takeCount();
    report.load += moved;
    for (const [name, work] of STEPS) {
      if (collector.now() >= end) break;
      const count = await step(collector, report, name, work);
      report[name] += count;
      moved += count;
      // What a listing has just shown to be ready is loaded from now on.
      if (name === "finish") loads.begin();
    }
    if (moved > 0) continue;
    if (!loads.isBusy) break;
    deliveries.begin();
    await loads.wait(budget.lookAgainMilliseconds ?? LOOK_AGAIN_MS);
  }
  deliveries.begin();
  // Once, when collecting has nothing more to do now: its turn is a few calls.
  report.search = await step(
    collector,
    report,
    "search",
    (collector) => searchLostIds(collector, end),
  );
  await Promise.all([loads.wait(Infinity), deliveries.wait(Infinity)]);
  report.load += loads.takeCount();
  report.deliver += deliveries.takeCount();
  return report;
}

/** Tells the database that a tick ended, which watches for it, and which steps failed as a whole. */
export async function recordTick(
  { rpc }: Collector,
  { failed, ...handled }: TickReport,
): Promise<void> {
  const steps = ["credentials", ...Object.keys(handled)];
  const succeeded = steps.filter((step) => !(step in failed));
  await rpc("record_tick", { succeeded, failed });
}

/** Does a step's work beside the other steps, one call of it after the other. */
class Lane {
  readonly #work: () => Promise<number>;
  #current: Promise<void> | null = null;
  #count = 0;

  constructor(
    collector: Collector,
    report: TickReport,
    name: StepName,
    work: Step,
  ) {
    this.#work = () => step(collector, report, name, work);
  }

  get isBusy(): boolean {
    return this.#current !== null;
  }

  /** Begins to do what is ready, unless it is at it. */
  begin(): void {
    this.#current ??= this.#do().finally(() => (this.#current = null));
  }

  async #do(): Promise<void> {
    this.#count += await this.#work();
  }

  /** How many items were claimed since it was asked last. */
  takeCount(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  /** Waits until the current call ends, at most so many milliseconds. */
  async wait(milliseconds: number): Promise<void> {
    if (this.#current === null) return;
    if (milliseconds === Infinity) return await this.#current;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const time = new Promise<void>((done) => {
      timer = setTimeout(done, milliseconds);
    });
    await Promise.race([this.#current, time]);
    clearTimeout(timer);
  }
}

/**
 * How much one call of the worker may load.
 *
 * @param end when no further segment may begin: milliseconds on the collector's clock
 */
export function budgetOf(collector: Collector, end: number): LoadBudget {
  const { callBytes } = collector.limits ?? DEFAULT_LIMITS;
  return new LoadBudget(callBytes, end, () => collector.now());
}

/** A step that fails as a whole is logged and reported, and the others go on. */
async function step(
  collector: Collector,
  report: TickReport,
  name: StepName | "credentials",
  work: Step,
): Promise<number> {
  try {
    return await work(collector);
  } catch (error) {
    logFailure(collector.log, `${name}_failed`, error);
    report.failed[name] = (error as Error).message;
    return 0;
  }
}
