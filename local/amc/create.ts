/** AMC simulator: making an execution: the checks of a create, its limits, and the run it starts. */
import { z } from "zod";
import { ApiError, TEXTS } from "./errors.ts";
import { parseBody } from "./http.ts";
import { seededRandom, within } from "./random.ts";
import {
  isTimeZone,
  localToInstant,
  readLocalTime,
  relativeWindow,
} from "./time.ts";
import type { Execution, Plan, Workflow } from "./types.ts";
import { applyRules, checkLimits, isOld } from "./run_rules.ts";
import { AdHocWorkflow, checkCompiles } from "./workflow_rules.ts";
import type { InstanceState, SimulatorState } from "./state.ts";

/** Fields of a create (SPEC, H). Unknown ones are tolerated (inferred from clients that send some, M). */
const CreateBody = z.looseObject({
  workflowId: z.string().min(1).optional(),
  workflow: AdHocWorkflow.optional(),
  /** Left out it silently means one day (SPEC, H). */
  timeWindowType: z.enum([
    "ALL",
    "CURRENT_MONTH",
    "EXPLICIT",
    "MOST_RECENT_DAY",
    "MOST_RECENT_WEEK",
    "PREVIOUS_MONTH",
  ]).default("MOST_RECENT_DAY"),
  timeWindowStart: z.string().optional(),
  timeWindowEnd: z.string().optional(),
  timeWindowTimeZone: z.string().refine(isTimeZone, {
    error: "expected a name of the tz database",
  }).default("UTC"),
  parameterValues: z.record(z.string(), z.unknown()).default({}),
  dryRun: z.boolean().default(false),
  skipPublish: z.boolean().default(false),
  requireSyntheticData: z.boolean().default(false),
  disableAggregationControls: z.boolean().default(false),
  ignoreDataGaps: z.boolean().default(false),
  /** 900..86400 (SPEC, H); without it the response shows 21600 (captured, H). */
  workflowExecutionTimeoutSeconds: z.number().int().min(900).max(86400)
    .default(21600),
});
type CreateBody = z.output<typeof CreateBody>;

type Window = Pick<
  Execution,
  "windowStart" | "windowEnd" | "windowStartAt" | "windowEndAt"
>;

/**
 * Creates an execution from a request body.
 *
 * @throws ApiError 400 for a body, window, workflow or parameter that is wrong; 422 or 429 above a limit
 */
export function createExecution(
  state: SimulatorState,
  instance: InstanceState,
  body: Uint8Array,
): Execution {
  const request = parseBody(CreateBody, body);
  const { handling } = state.settings.dryRuns;
  if (request.dryRun && handling === "refused") {
    throw new ApiError(400, TEXTS.dryRun);
  }
  const dryRun = request.dryRun && handling !== "ignored";
  const workflow = workflowOf(state, instance, request);
  const window = windowOf(state, request);
  checkParameters(workflow, request.parameterValues);
  if (state.settings.retention.older === "refused" && isOld(state, window)) {
    throw new ApiError(400, TEXTS.tooOld(window.windowStart));
  }
  if (!dryRun) checkLimits(state, instance);
  const execution = makeExecution(state, instance, {
    workflow,
    window,
    source: "api",
    timeZone: request.timeWindowTimeZone,
    timeoutSeconds: request.workflowExecutionTimeoutSeconds,
    parameterValues: request.parameterValues,
    dryRun,
  });
  execution.explicitWindow = request.timeWindowType === "EXPLICIT";
  execution.disableAggregationControls = request.disableAggregationControls;
  execution.ignoreDataGaps = request.ignoreDataGaps;
  execution.requireSyntheticData = request.requireSyntheticData;
  execution.dryRunAsked = request.dryRun;
  execution.skipPublish = request.skipPublish;
  applyRules(state, execution);
  return execution;
}

/** Everything of a run that does not follow from the settings. */
export interface RunRequest {
  workflow: Workflow;
  window: Window;
  source: Execution["source"];
  timeZone: string;
  timeoutSeconds: number;
  parameterValues: Record<string, unknown>;
  /** Whether it only compiles; default false. */
  dryRun?: boolean;
}

/** Builds an execution with a new id (a UUID v4: captured, H) and adds it to its instance. */
export function makeExecution(
  state: SimulatorState,
  instance: InstanceState,
  run: RunRequest,
): Execution {
  const { clock, settings } = state;
  const sequence = state.nextSequence();
  const random = seededRandom(`${settings.seed}:run:${sequence}`);
  const { windowStart } = run.window;
  const execution: Execution = {
    executionId: crypto.randomUUID(),
    instanceId: instance.settings.instanceId,
    workflowId: run.workflow.workflowId,
    source: run.source,
    sequence,
    status: "PENDING",
    statusReason: null,
    createdAt: clock.shown(),
    updatedAt: clock.shown(),
    acceptedAt: clock.now(),
    startedAt: null,
    endedAt: null,
    ...run.window,
    explicitWindow: true,
    timeZone: run.timeZone,
    timeoutSeconds: run.timeoutSeconds,
    parameterValues: run.parameterValues,
    disableAggregationControls: false,
    ignoreDataGaps: false,
    requireSyntheticData: false,
    dryRunAsked: false,
    dryRun: run.dryRun ?? false,
    skipPublish: false,
    workflow: run.workflow,
    plan: planOf(state, random),
    listLagSeconds: within(random, settings.lag.listSeconds),
    getLagSeconds: within(random, settings.lag.getSeconds),
    getLagStatus: settings.lag.getStatus,
    result: { ...settings.results, ...state.results.get(windowStart ?? "") },
  };
  state.settle(instance);
  state.add(execution);
  if (execution.dryRun) {
    const { runSeconds } = settings.dryRuns;
    execution.plan.runSeconds = within(random, runSeconds);
  }
  state.applySetOutcome(execution);
  return execution;
}

/** An explicit window as instants, checked as a create checks it. @throws ApiError 400 */
export function explicitWindow(
  start: string | undefined,
  end: string | undefined,
  timeZone: string,
  trailingZ: "strip" | "reject",
): Window {
  if (start === undefined || end === undefined) {
    throw new ApiError(
      400,
      "timeWindowStart and timeWindowEnd are both required when timeWindowType is EXPLICIT.",
    );
  }
  const [windowStart, windowEnd] = [start, end].map((text) => {
    const local = readLocalTime(text, trailingZ);
    if (local !== null) return local;
    throw new ApiError(
      400,
      `Text '${text}' could not be parsed as a local date and time (yyyy-MM-dd'T'HH:mm:ss).`,
    );
  });
  const windowStartAt = localToInstant(windowStart, timeZone);
  const windowEndAt = localToInstant(windowEnd, timeZone);
  if (windowEndAt <= windowStartAt) {
    throw new ApiError(400, "timeWindowEnd must be after timeWindowStart.");
  }
  return { windowStart, windowEnd, windowStartAt, windowEndAt };
}

function windowOf(state: SimulatorState, request: CreateBody): Window {
  const { timeWindowType: type, timeWindowTimeZone: zone } = request;
  const { trailingZ } = state.settings.answers;
  const { timeWindowStart, timeWindowEnd } = request;
  if (type === "EXPLICIT") {
    return explicitWindow(timeWindowStart, timeWindowEnd, zone, trailingZ);
  }
  const [start, end] = relativeWindow(type, state.clock.shown(), zone);
  return explicitWindow(start, end, zone, "reject");
}

/** workflowId XOR workflow (SPEC, H). An ad-hoc one without an id becomes `transient_<uuid>` (guide, M). */
function workflowOf(
  state: SimulatorState,
  instance: InstanceState,
  request: CreateBody,
): Workflow {
  if ((request.workflowId === undefined) === (request.workflow === undefined)) {
    throw new ApiError(
      400,
      "Exactly one of workflowId and workflow must be provided.",
    );
  }
  if (request.workflow !== undefined) {
    checkCompiles(request.workflow, state.settings.queries);
    const workflowId = request.workflow.workflowId ??
      `transient_${crypto.randomUUID()}`;
    return { ...request.workflow, workflowId };
  }
  const saved = instance.workflows.get(request.workflowId!);
  const visibleAt = (saved?.createdAt ?? Infinity) +
    state.settings.lag.workflowSeconds * 1000;
  if (!saved || visibleAt > state.clock.now()) {
    throw new ApiError(400, TEXTS.noWorkflow(request.workflowId!));
  }
  if (
    state.settings.answers.strictTimeWindowType &&
    request.timeWindowType === "EXPLICIT" &&
    saved.workflow.timeWindowType !== "EXPLICIT"
  ) {
    throw new ApiError(
      400,
      "timeWindowStart and timeWindowEnd are not allowed with timeWindowType MOST_RECENT_DAY.",
    );
  }
  return saved.workflow;
}

function checkParameters(
  workflow: Workflow,
  values: Record<string, unknown>,
): void {
  const declared = new Set(workflow.inputParameters?.map(({ name }) => name));
  const unknown = Object.keys(values).filter((name) => !declared.has(name));
  if (unknown.length === 0) return;
  const problem = `Parameter '${
    unknown[0]
  }' is not declared in inputParameters`;
  throw new ApiError(400, TEXTS.compile(workflow.workflowId, problem));
}

function planOf(state: SimulatorState, random: () => number): Plan {
  const { execution } = state.settings;
  return {
    pendingSeconds: within(random, execution.pendingSeconds),
    runSeconds: within(random, execution.runSeconds),
    publishingSeconds: within(random, execution.publishingSeconds),
    runningStatus: "RUNNING",
    outcome: "SUCCEEDED",
    reason: null,
  };
}
