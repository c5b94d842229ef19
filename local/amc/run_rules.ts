/** AMC simulator: limits on creates, and what becomes of a run because of its query and its window. */
import { ApiError, TEXTS } from "./errors.ts";
import type { InstanceState, SimulatorState } from "./state.ts";
import type { Execution } from "./types.ts";
import { compileProblem } from "./workflow_rules.ts";

/** Refuses a create above a limit. @throws ApiError */
export function checkLimits(
  state: SimulatorState,
  instance: InstanceState,
): void {
  const { limits } = state.settings;
  state.settle(instance);
  const active = instance.queue.active().filter(({ dryRun }) => !dryRun).length;
  if (limits.aboveActive !== "queue" && active >= limits.active) {
    throw new ApiError(
      Number(limits.aboveActive),
      limits.words ?? TEXTS.activeLimit(limits.active),
    );
  }
  if (limits.daily === null) return;
  const since = state.clock.now() - 24 * 3600 * 1000;
  const today = instance.queue.all.filter((execution) =>
    execution.source === "api" && !execution.dryRun &&
    execution.acceptedAt > since
  );
  if (today.length >= limits.daily) {
    throw new ApiError(
      limits.dailyStatus,
      limits.words ?? TEXTS.dailyLimit(limits.daily),
    );
  }
}

/** Lets a run end as its query and its window make it. */
export function applyRules(state: SimulatorState, execution: Execution): void {
  const { queries, retention } = state.settings;
  const { workflow, plan, result } = execution;
  const old = isOld(state, execution);
  const problem = compileProblem(workflow, queries) ??
    (old && retention.older === "REJECTED"
      ? TEXTS.tooOld(execution.windowStart)
      : null);
  if (problem !== null) {
    plan.outcome = "REJECTED";
    plan.reason = problem;
  }
  const cut = queries.semicolon === "empty_result" &&
    /;\s*$/.test(workflow.sqlQuery ?? "");
  if (cut || old) result.headerOnly = true;
}

/** Whether a window begins before the data that AMC keeps. */
export function isOld(
  state: SimulatorState,
  { windowStartAt }: Pick<Execution, "windowStartAt">,
): boolean {
  const { months } = state.settings.retention;
  if (months === null || windowStartAt === null) return false;
  const today = Temporal.Instant.fromEpochMilliseconds(
    Math.floor(state.clock.now()),
  ).toZonedDateTimeISO("UTC");
  return windowStartAt < today.subtract({ months }).epochMilliseconds;
}
