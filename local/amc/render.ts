/** AMC simulator: the execution object as AMC writes it (captured, H: the same keys, in alphabetical order). */
import { EXPIRE_MS } from "./lifecycle.ts";
import { toMillisecond, toSecond } from "./time.ts";
import type { Execution, OutputColumn } from "./types.ts";

const HOUR_MS = 3600 * 1000;

/** Which form of the object a client asked for. */
export interface RenderOptions {
  /** The columns of the result, shown once it has succeeded. */
  columns: OutputColumn[];
  /** Adds `sqlQuery` (SPEC, H). */
  includeWorkflow: boolean;
}

/** The response to a create: 16 keys with a window, fewer for a relative window (captured H; guide M). */
export function renderCreated(execution: Execution): Record<string, unknown> {
  return sortKeys({
    ...common(execution),
    ...(execution.explicitWindow ? windowOf(execution) : {}),
  });
}

/** The object of get and list. A succeeded run shows its result's columns and its seconds (captured, H). */
export function renderExecution(
  execution: Execution,
  options: RenderOptions,
): Record<string, unknown> {
  const { startedAt, endedAt, status } = execution;
  const seconds = startedAt === null || endedAt === null
    ? null
    : Math.max(1, Math.round((endedAt - startedAt) / 1000));
  const skew = execution.createdAt - execution.acceptedAt;
  return sortKeys({
    ...common(execution),
    ...windowOf(execution),
    availableTimeBeforeWindowSecs: 0,
    invalidationOffsetSecs: 266400,
    outputS3URI: "N/A",
    ...(startedAt === null
      ? {}
      : { validatedTime: toMillisecond(startedAt + skew) }),
    ...(seconds === null ? {} : { executionTime: seconds }),
    ...(status === "SUCCEEDED" && !execution.dryRun
      ? { outputColumns: options.columns }
      : {}),
    ...(execution.statusReason === null
      ? {}
      : { statusReason: execution.statusReason }),
    ...(options.includeWorkflow && execution.workflow.sqlQuery !== undefined
      ? { sqlQuery: execution.workflow.sqlQuery }
      : {}),
  });
}

function common(execution: Execution): Record<string, unknown> {
  return {
    createTime: toSecond(execution.createdAt),
    dataGaps: [],
    disableAggregationControls: execution.disableAggregationControls,
    executionCategory: "AD_HOC",
    expireTime: toSecond(execution.createdAt + EXPIRE_MS),
    ignoreDataGaps: execution.ignoreDataGaps,
    lastUpdatedTime: toSecond(execution.updatedAt),
    parameterValues: execution.parameterValues,
    status: execution.status,
    timeWindowTimeZoneOriginal: execution.timeZone,
    waitUntil: toSecond(execution.createdAt - HOUR_MS),
    workflowExecutionId: execution.executionId,
    workflowExecutionTimeoutSeconds: execution.timeoutSeconds,
    workflowId: execution.workflowId,
  };
}

function windowOf(execution: Execution): Record<string, unknown> {
  const { windowStart, windowEnd, windowStartAt, windowEndAt } = execution;
  if (windowStartAt === null || windowEndAt === null) return {};
  return {
    timeWindowStart: toSecond(windowStartAt),
    timeWindowStartOriginal: windowStart,
    timeWindowEnd: toSecond(windowEndAt),
    timeWindowEndOriginal: windowEnd,
  };
}

function sortKeys(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).sort(([a], [b]) => a < b ? -1 : 1),
  );
}
