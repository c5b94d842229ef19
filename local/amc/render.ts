/** AMC simulator: the execution object as AMC writes it (captured, H: the same keys, in alphabetical order). */
import { EXPIRE_MS } from "./lifecycle.ts";
import type { Settings } from "./settings.ts";
import { toMillisecond, toSecond } from "./time.ts";
import type { Execution, OutputColumn } from "./types.ts";

const HOUR_MS = 3600 * 1000;

/** Which form of the object a client asked for. */
export interface RenderOptions {
  answers: Settings["answers"];
  /** The columns of the result, shown once it has succeeded. */
  columns: OutputColumn[];
  /** Adds `sqlQuery` (SPEC, H). */
  includeWorkflow: boolean;
}

/** The response to a create: 16 keys with a window, fewer for a relative window (captured H; guide M). */
export function renderCreated(
  execution: Execution,
  answers: Settings["answers"],
): Record<string, unknown> {
  return sortKeys({
    ...common(execution, answers),
    ...(execution.explicitWindow ? windowOf(execution, answers) : {}),
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
    ...common(execution, options.answers),
    ...windowOf(execution, options.answers),
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
    ...channelsOf(execution),
    ...(execution.statusReason === null
      ? {}
      : { statusReason: execution.statusReason }),
    ...(options.includeWorkflow && execution.workflow.sqlQuery !== undefined
      ? { sqlQuery: execution.workflow.sqlQuery }
      : {}),
  });
}

function common(
  execution: Execution,
  answers: Settings["answers"],
): Record<string, unknown> {
  return {
    createTime: toSecond(execution.createdAt),
    dataGaps: [],
    disableAggregationControls: execution.disableAggregationControls,
    executionCategory: "AD_HOC",
    expireTime: toSecond(execution.createdAt + EXPIRE_MS),
    ignoreDataGaps: execution.ignoreDataGaps,
    lastUpdatedTime: toSecond(execution.updatedAt),
    parameterValues: execution.parameterValues,
    status: shownStatus(execution.status, answers),
    timeWindowTimeZoneOriginal: execution.timeZone,
    waitUntil: toSecond(execution.createdAt - HOUR_MS),
    workflowExecutionId: execution.executionId,
    ...timeoutOf(execution, answers),
    workflowId: execution.workflowId,
  };
}

function shownStatus(
  status: string,
  { statusCase, cancelledWord }: Settings["answers"],
): string {
  const word = status === "CANCELLED" ? cancelledWord : status;
  if (statusCase === "upper") return word;
  const lower = word.toLowerCase();
  return statusCase === "lower" ? lower : word[0] + lower.slice(1);
}

function timeoutOf(
  { timeoutSeconds }: Execution,
  { timeoutEcho }: Settings["answers"],
): Record<string, unknown> {
  if (timeoutEcho === "absent") return {};
  const shown = timeoutEcho === "sent" ? timeoutSeconds : 21600;
  return { workflowExecutionTimeoutSeconds: shown };
}

/** SPEC's `outputChannels` (M; absent from the captured execution). */
function channelsOf({ result, status }: Execution): Record<string, unknown> {
  if (result.channel === null) return {};
  const { status: ended, statusReason } = result.channel;
  const channelStatus = status === "SUCCEEDED" ? ended : "PENDING";
  return {
    outputChannels: [{
      channel: { type: "DOWNLOAD" },
      status: channelStatus,
      ...(statusReason === null || channelStatus === "PENDING"
        ? {}
        : { statusReason }),
    }],
  };
}

function windowOf(
  execution: Execution,
  { windowHoursOff }: Settings["answers"],
): Record<string, unknown> {
  const { windowStart, windowEnd, windowStartAt, windowEndAt } = execution;
  if (windowStartAt === null || windowEndAt === null) return {};
  const off = windowHoursOff * HOUR_MS;
  return {
    timeWindowStart: toSecond(windowStartAt + off),
    timeWindowStartOriginal: windowStart,
    timeWindowEnd: toSecond(windowEndAt + off),
    timeWindowEndOriginal: windowEnd,
  };
}

function sortKeys(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).sort(([a], [b]) => a < b ? -1 : 1),
  );
}
