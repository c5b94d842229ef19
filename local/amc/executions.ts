/** AMC simulator: create, list, get, cancel and download links of executions (SPEC and captured, H). */
import { z } from "zod";
import { createExecution } from "./create.ts";
import { ApiError, TEXTS } from "./errors.ts";
import {
  badToken,
  type Call,
  decodeToken,
  encodeToken,
  json,
  limitOf,
  nextTokenField,
  parseBody,
  query,
  type Reply,
  wantsWorkflow,
} from "./http.ts";
import { renderCreated, renderExecution } from "./render.ts";
import { columnsOf } from "./results/columns.ts";
import { signLinks } from "./storage.ts";
import { isTimeZone, localToInstant, readLocalTime } from "./time.ts";
import { type Execution, isTerminal } from "./types.ts";
import type { InstanceState, SimulatorState } from "./state.ts";

const FAMILY = "amcworkflowexecutions";

/** `POST …/workflowExecutions`: 200 with a flat object (captured, H; SPEC wraps it). */
export function create(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): { reply: () => Reply; execution: Execution } {
  const execution = createExecution(state, instance, call.body);
  const reply = () =>
    single(state, renderCreated(execution, state.settings.answers));
  return { reply, execution };
}

/** `GET …/workflowExecutions/{id}`. */
export function get(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): Reply {
  const execution = find(state, instance, call);
  return single(state, render(state, execution, wantsWorkflow(call)));
}

/** `PUT …/workflowExecutions/{id}` with `{"status":"CANCELLED"}`; other fields are ignored (SPEC, H). */
export function update(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): Reply {
  const execution = find(state, instance, call);
  const body = parseBody(
    z.looseObject({ status: z.unknown().optional() }),
    call.body,
  );
  if (body.status === undefined) return json(FAMILY, {});
  if (body.status !== "CANCELLED") {
    throw new ApiError(400, "status can only be changed to CANCELLED.");
  }
  const cancellable = !isTerminal(execution.status) &&
    execution.status !== "PUBLISHING";
  if (!cancellable || !state.cancel(execution)) {
    const { executionId, status } = execution;
    throw new ApiError(400, TEXTS.ended(executionId, status));
  }
  return json(FAMILY, {});
}

/** `GET …/workflowExecutions/{id}/downloadUrls`: at most five links of each kind (SPEC, H). */
export function downloadUrls(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): Reply {
  const execution = find(state, instance, call);
  const ready = execution.status === "SUCCEEDED" && !execution.dryRun &&
    !execution.skipPublish &&
    (execution.result.channel?.status ?? "AVAILABLE") === "AVAILABLE";
  if (!ready) throw unavailable(state, execution.executionId);
  return json(FAMILY, signLinks(state, execution));
}

/** The error for a result that cannot be downloaded (the text: guide, M; its status is unknown). */
export function unavailable(
  state: SimulatorState,
  executionId: string,
): ApiError {
  const { unavailableStatus } = state.settings.answers;
  return new ApiError(unavailableStatus, TEXTS.unavailable(executionId));
}

/** `GET …/workflowExecutions`: filters, order and pages (SPEC, H). */
export function list(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): Reply {
  state.settle(instance);
  const filter = readFilter(call);
  const ascending = query(call, "sortAscending") === "true";
  const includeCancelled = query(call, "includeCancelled") === "true";
  const now = state.clock.now();
  const hidesDryRuns = state.settings.dryRuns.handling === "not_listed";
  const matching = instance.queue.all.filter((execution) =>
    !(hidesDryRuns && execution.dryRun) &&
    execution.acceptedAt + execution.listLagSeconds * 1000 <= now &&
    (includeCancelled || execution.status !== "CANCELLED") &&
    filter(execution)
  );
  matching.sort((a, b) => (ascending ? 1 : -1) * newer(a, b));
  const { page, nextToken } = cut(matching, call, ascending);
  const executions = page.map((execution) =>
    render(state, execution, wantsWorkflow(call))
  );
  const { nextTokenAtEnd } = state.settings.answers;
  return json(FAMILY, {
    executions,
    ...nextTokenField(nextToken, nextTokenAtEnd),
  });
}

function readFilter(call: Call): (execution: Execution) => boolean {
  const workflowId = query(call, "workflowId");
  const zone = query(call, "timeZone") ?? "UTC";
  if (!isTimeZone(zone)) throw new ApiError(400, "timeZone is not valid.");
  const [least, most] = ["minCreationTime", "maxCreationTime"].map((name) => {
    const text = query(call, name);
    if (text === null) return null;
    const local = readLocalTime(text, "reject");
    if (local !== null) return localToInstant(local, zone);
    throw new ApiError(
      400,
      `${name} must have the form yyyy-MM-dd'T'HH:mm:ss.`,
    );
  });
  if (workflowId === null && least === null) {
    throw new ApiError(
      400,
      "minCreationTime is required unless workflowId is given.",
    );
  }
  return (execution) => {
    // Whole seconds, as createTime shows them, so that a client can ask from a createTime that it was given.
    const created = Math.floor(execution.createdAt / 1000) * 1000;
    return (workflowId === null || execution.workflowId === workflowId) &&
      (least === null || created >= least) &&
      (most === null || created <= most);
  };
}

function newer(a: Execution, b: Execution): number {
  return a.createdAt - b.createdAt || a.sequence - b.sequence;
}

/** A page token names the last execution shown, so that new ones do not shift the pages that follow. */
function cut(
  matching: Execution[],
  call: Call,
  ascending: boolean,
): { page: Execution[]; nextToken: string | null } {
  const token = query(call, "nextToken");
  let rest = matching;
  if (token !== null) {
    const [createdAt, sequence] = decodeToken(token).split(" ").map(Number);
    if (!Number.isFinite(createdAt) || !Number.isInteger(sequence)) badToken();
    const last = { createdAt, sequence } as Execution;
    rest = matching.filter((execution) =>
      (ascending ? 1 : -1) * newer(execution, last) > 0
    );
  }
  const page = rest.slice(0, limitOf(call));
  const last = page.at(-1);
  const nextToken = last && page.length < rest.length
    ? encodeToken(`${last.createdAt} ${last.sequence}`)
    : null;
  return { page, nextToken };
}

function render(
  state: SimulatorState,
  execution: Execution,
  includeWorkflow: boolean,
) {
  const { answers } = state.settings;
  const columns = columnsOf(execution.workflow);
  return renderExecution(execution, { answers, columns, includeWorkflow });
}

function single(state: SimulatorState, body: Record<string, unknown>): Reply {
  const { wrapped } = state.settings.answers;
  return json(FAMILY, wrapped ? { workflowExecution: body } : body);
}

function find(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): Execution {
  state.settle(instance);
  const { executionId } = call.params;
  const execution = state.executions.get(executionId);
  if (!execution || execution.instanceId !== instance.settings.instanceId) {
    const { unknownExecutionStatus } = state.settings.answers;
    throw new ApiError(unknownExecutionStatus, TEXTS.noExecution(executionId));
  }
  const visibleAt = execution.acceptedAt + execution.getLagSeconds * 1000;
  if (visibleAt > state.clock.now()) {
    throw new ApiError(execution.getLagStatus, TEXTS.noExecution(executionId));
  }
  return execution;
}
