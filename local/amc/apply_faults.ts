/** AMC simulator: changes executions and responses as faults say. */
import { ApiError } from "./errors.ts";
import { unavailable } from "./executions.ts";
import { decidesResponse, type Fault } from "./faults.ts";
import { errorBody } from "./error_bodies.ts";
import { type Call, errorReply, type Reply } from "./http.ts";
import { oauthError } from "./lwa.ts";
import { expiredLink, xmlError } from "./storage.ts";
import type { Execution } from "./types.ts";
import type { SimulatorState } from "./state.ts";

/** Applies the faults that change an execution to the one that was just created. */
export function applyExecutionFaults(
  execution: Execution,
  faults: Fault[],
): void {
  const { plan } = execution;
  for (const fault of faults) {
    if (fault.kind === "list_lag") {
      execution.listLagSeconds = Number(fault.seconds);
    } else if (fault.kind === "get_lag") {
      execution.getLagSeconds = Number(fault.seconds);
      execution.getLagStatus = fault.status;
    } else if (fault.kind === "outcome") {
      plan.outcome = fault.status;
      plan.reason = fault.reason;
    } else if (fault.kind === "run") {
      plan.pendingSeconds = seconds(fault.pendingSeconds, plan.pendingSeconds);
      plan.runSeconds = seconds(fault.runSeconds, plan.runSeconds);
      plan.publishingSeconds = seconds(
        fault.publishingSeconds,
        plan.publishingSeconds,
      );
      plan.runningStatus = fault.runningStatus ?? plan.runningStatus;
    } else if (fault.kind === "result") {
      const { kind: _, ...result } = fault;
      execution.result = { ...execution.result, ...result };
    }
  }
}

/** Whether a fault that decides the response keeps the request from being handled at all. */
export function preventsHandling(fault: Fault): boolean {
  if (fault.kind === "drop") return fault.point === "before";
  if ("when" in fault && decidesResponse(fault)) return fault.when === "before";
  return decidesResponse(fault);
}

/** The response of a fault that decides it; null when the fault has none of its own (drop, hang). */
export function faultReply(
  state: SimulatorState,
  call: Call,
  fault: Fault,
): Reply | null {
  switch (fault.kind) {
    case "status":
      return statusReply(state, call, fault);
    case "redirect":
      return {
        status: fault.status,
        headers: { location: fault.location ?? call.url.href },
        body: "",
      };
    case "expired_link":
      return expiredLink(state);
    case "oauth_error":
      return oauthError(fault.error);
    case "unavailable": {
      const error: ApiError = unavailable(state, call.params.executionId ?? "");
      return errorReply(error.status, error.details);
    }
    default:
      return null;
  }
}

function seconds(given: unknown, otherwise: number): number {
  if (given === undefined) return otherwise;
  return given === "forever" ? Infinity : Number(given);
}

const REASONS: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  408: "Request Timeout",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Time-out",
};

function statusReply(
  state: SimulatorState,
  call: Call,
  fault: Extract<Fault, { kind: "status" }>,
): Reply {
  const reason = REASONS[fault.status] ?? "Error";
  const headers: Record<string, string> = {};
  if (fault.retryAfter !== undefined) {
    const wait = Number(fault.retryAfter);
    headers["retry-after"] = fault.retryAfterForm === "seconds"
      ? String(Math.ceil(wait))
      : new Date(state.clock.shown() + wait * 1000).toUTCString();
  }
  if (fault.body === "json" && call.operation === "download") {
    const code = fault.status === 503 ? "SlowDown" : "InternalError";
    const reply = xmlError(fault.status, code, fault.details ?? reason);
    return { ...reply, headers: { ...reply.headers, ...headers } };
  }
  const reply = errorBody(fault, reason);
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
