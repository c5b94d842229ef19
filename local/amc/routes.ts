/** AMC simulator: finds a request's operation (SPEC and ADMIN, H) and calls its handler. */
import * as admin from "./admin.ts";
import { authorizeInstance } from "./auth.ts";
import { ApiError, TEXTS } from "./errors.ts";
import * as executions from "./executions.ts";
import { type Call, errorReply, type Reply } from "./http.ts";
import { answerToken } from "./lwa.ts";
import { answerDownload } from "./storage.ts";
import type { Execution, Operation } from "./types.ts";
import * as workflows from "./workflows.ts";
import type { SimulatorState } from "./state.ts";

const REPORTING = "/amc/reporting/:instanceId";

const ROUTES: [string, string, Operation][] = [
  ["POST", "/auth/o2/token", "token"],
  ["GET", "/amc/accounts", "listAccounts"],
  ["GET", "/amc/instances", "listInstances"],
  ["GET", "/amc/instances/:instanceId", "getInstance"],
  ["GET", `${REPORTING}/dataSources`, "listDataSources"],
  ["GET", `${REPORTING}/dataSources/:id`, "getDataSource"],
  ["GET", `${REPORTING}/workflows`, "listWorkflows"],
  ["POST", `${REPORTING}/workflows`, "createWorkflow"],
  ["GET", `${REPORTING}/workflows/:workflowId`, "getWorkflow"],
  ["PUT", `${REPORTING}/workflows/:workflowId`, "updateWorkflow"],
  ["DELETE", `${REPORTING}/workflows/:workflowId`, "deleteWorkflow"],
  ["GET", `${REPORTING}/schedules`, "listSchedules"],
  ["GET", `${REPORTING}/schedules/:id`, "getSchedule"],
  ["POST", `${REPORTING}/workflowExecutions`, "createExecution"],
  ["GET", `${REPORTING}/workflowExecutions`, "listExecutions"],
  ["GET", `${REPORTING}/workflowExecutions/:executionId`, "getExecution"],
  ["PUT", `${REPORTING}/workflowExecutions/:executionId`, "updateExecution"],
  ["DELETE", `${REPORTING}/workflowExecutions/:executionId`, "deleteExecution"],
  [
    "GET",
    `${REPORTING}/workflowExecutions/:executionId/downloadUrls`,
    "downloadUrls",
  ],
];

const COMPILED = ROUTES.map(([method, path, operation]) => ({
  method,
  operation,
  parts: path.split("/"),
}));

/** The operation of a request and the parameters in its path. */
export function route(
  method: string,
  path: string,
): { operation: Operation; params: Record<string, string> } {
  if (path.startsWith("/results/")) {
    return { operation: "download", params: {} };
  }
  const parts = path.split("/");
  for (const candidate of COMPILED) {
    if (candidate.method !== method) continue;
    if (candidate.parts.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = candidate.parts.every((part, index) => {
      if (!part.startsWith(":")) return part === parts[index];
      params[part.slice(1)] = decode(parts[index]);
      return parts[index] !== "";
    });
    if (fits) return { operation: candidate.operation, params };
  }
  return { operation: "unknown", params: {} };
}

/** What handling a request gave; `render` is called late, so that faults can change the execution first. */
export interface Outcome {
  created: Execution | null;
  render: () => Reply;
}

/** Handles a request; an ApiError becomes a response. */
export function handle(state: SimulatorState, call: Call): Outcome {
  try {
    if (call.operation === "createExecution") {
      const instance = authorizeInstance(state, call);
      const { reply, execution } = executions.create(state, instance, call);
      return { created: execution, render: reply };
    }
    const reply = answer(state, call);
    return { created: null, render: () => reply };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const reply = errorReply(error.status, error.details);
    return { created: null, render: () => reply };
  }
}

function answer(state: SimulatorState, call: Call): Reply {
  switch (call.operation) {
    case "token":
      return answerToken(state, call);
    case "download":
      return answerDownload(state, call);
    case "listAccounts":
      return admin.listAccounts(state, call);
    case "listInstances":
      return admin.listInstances(state, call);
    case "getInstance":
      return admin.getInstance(state, call);
    case "unknown":
      throw new ApiError(
        404,
        `No operation at ${call.method} ${call.url.pathname}`,
      );
    default:
      return answerReporting(state, call);
  }
}

function answerReporting(state: SimulatorState, call: Call): Reply {
  const instance = authorizeInstance(state, call);
  switch (call.operation) {
    case "listDataSources":
      return admin.listDataSources(state, call);
    case "getDataSource":
      return admin.getDataSource(call);
    case "listSchedules":
      return admin.listSchedules(state, instance, call);
    case "getSchedule":
      return admin.getSchedule(instance, call);
    case "listWorkflows":
      return workflows.listWorkflows(state, instance, call);
    case "createWorkflow":
      return workflows.createWorkflow(state, instance, call);
    case "getWorkflow":
      return workflows.getWorkflow(state, instance, call);
    case "updateWorkflow":
      return workflows.updateWorkflow(state, instance, call);
    case "deleteWorkflow":
      return workflows.deleteWorkflow(state, instance, call);
    case "listExecutions":
      return executions.list(state, instance, call);
    case "getExecution":
      return executions.get(state, instance, call);
    case "updateExecution":
      return executions.update(state, instance, call);
    case "downloadUrls":
      return executions.downloadUrls(state, instance, call);
    default: {
      // DELETE of an execution: in a guide, not in SPEC, called by no public client (L).
      const status = state.settings.answers.deleteExecutionStatus;
      const { executionId } = call.params;
      const text = status === 404
        ? TEXTS.noExecution(executionId)
        : "Method not allowed.";
      throw new ApiError(status, text);
    }
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
