import { LoadBudget } from "../results/load_budget.ts";
import { DEFAULT_LIMITS } from "../results/load_limits.ts";
import { logFailure } from "../log.ts";
import { cancel } from "./cancel.ts";
import { check } from "./check.ts";
import { tryCredentials } from "./credentials.ts";
import type { Collector } from "./collector.ts";
import { finish } from "./finish.ts";
import { list } from "./listing.ts";
import { load } from "./load.ts";
import { submit } from "./submit.ts";

/** How much one tick may do. A function cannot see its CPU time, so rounds and time bound it. */
export interface Budget {
  rounds: number;
  milliseconds: number;
  /** How much may be loaded; absent: as much as one call may load. */
  loading?: LoadBudget;
}

/** What a tick did: how many items each step handled. */
export type TickReport = Record<
  "list" | "cancel" | "finish" | "load" | "check" | "submit",
  number
>;

/** Well within the 150 s that a worker may live on the free plan. */
export const DEFAULT_BUDGET: Budget = { rounds: 50, milliseconds: 90_000 };

// Listing and loading first: they free the slots that submitting fills.
const STEPS: Record<
  keyof TickReport,
  (collector: Collector, loading: LoadBudget) => Promise<number>
> = { list, cancel, finish, load, check, submit };

/**
 * One tick: tries new credentials, lists, cancels, finishes, loads and submits until there is nothing to do or the budget is used up. Each step ends
 * with exactly one call that changes its week, so the process may die anywhere.
 *
 * @returns how many items each step handled
 */
export async function runTick(
  collector: Collector,
  budget: Budget = DEFAULT_BUDGET,
): Promise<TickReport> {
  const end = collector.now() + budget.milliseconds;
  const loading = budget.loading ?? budgetOf(collector, end);
  const report: TickReport = {
    list: 0,
    cancel: 0,
    finish: 0,
    load: 0,
    check: 0,
    submit: 0,
  };
  await tryCredentials(collector).catch((error) =>
    logFailure(collector.log, "credentials_failed", error)
  );
  for (let round = 0; round < budget.rounds; round++) {
    let moved = 0;
    for (const name of Object.keys(STEPS) as (keyof TickReport)[]) {
      if (collector.now() >= end) return report;
      const count = await step(collector, name, loading);
      report[name] += count;
      moved += count;
    }
    if (moved === 0) break;
  }
  return report;
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

/** A step that fails as a whole is logged, and the others go on. */
async function step(
  collector: Collector,
  name: keyof TickReport,
  loading: LoadBudget,
): Promise<number> {
  try {
    return await STEPS[name](collector, loading);
  } catch (error) {
    logFailure(collector.log, `${name}_failed`, error);
    return 0;
  }
}
