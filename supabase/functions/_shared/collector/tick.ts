import { LoadBudget } from "../results/load_budget.ts";
import { DEFAULT_LIMITS } from "../results/load_limits.ts";
import { logFailure } from "../log.ts";
import { cancel } from "./cancel.ts";
import type { Collector } from "./collector.ts";
import { finish } from "./finish.ts";
import { list } from "./listing.ts";
import { load } from "./load.ts";
import { submit } from "./submit.ts";

/** How much one tick may do. CPU time cannot be seen from inside, so rounds and time bound it. */
export interface Budget {
  rounds: number;
  milliseconds: number;
  /** What may be loaded; absent: as much as one call may. */
  loading?: LoadBudget;
}

/** What a tick did: how much each step took up. */
export type TickReport = Record<
  "list" | "cancel" | "finish" | "load" | "submit",
  number
>;

/** Well inside the 150 s that a worker has on the smallest plan. */
export const DEFAULT_BUDGET: Budget = { rounds: 50, milliseconds: 90_000 };

// Listing and loading first: they free the slots that submitting fills.
const STEPS: Record<
  keyof TickReport,
  (collector: Collector, loading: LoadBudget) => Promise<number>
> = { list, cancel, finish, load, submit };

/**
 * One tick: lists, cancels, finishes, loads and submits until nothing moves or the budget is used up. Each step ends in exactly one
 * call that moves its week on, so the process may die anywhere.
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
    submit: 0,
  };
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

/** What one call of the worker may load. @param end when it begins nothing more, on the collector's clock */
export function budgetOf(collector: Collector, end: number): LoadBudget {
  const { callBytes } = collector.limits ?? DEFAULT_LIMITS;
  return new LoadBudget(callBytes, end, () => collector.now());
}

/** A step that fails as a whole stops no other. */
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
