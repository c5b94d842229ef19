import { isRedirect, isSuccess, readErrorAnswer } from "./response_errors.ts";
import {
  AbortedError,
  AmcError,
  CredentialError,
  UnavailableError,
} from "./errors.ts";
import { parseError } from "./error_body.ts";
import {
  isQuotaText,
  saysNotCreated,
  saysWorkflowMissing,
} from "./error_texts.ts";
import type {
  CreateOptions,
  CreateOutcome,
  CreateRequest,
} from "./create_outcome.ts";
import { parseExecution } from "./execution.ts";
import { type AmcResponse, exchange, guard } from "./http.ts";
import { parseJson } from "./json.ts";
import { normalizeLocalTime } from "./local_time.ts";
import { matchExecution } from "./matcher.ts";
import { outgoing, type Transport } from "./transport.ts";

const REPLACING_TOKEN_MS = 10_000;

/**
 * Asks AMC to run a workflow, at most once: no retry whatever comes back, no redirect followed, since AMC has no
 * idempotency key (SPEC, PM, NB, DOC; H).
 *
 * @param request what to run
 * @param options until when it may be sent
 * @returns the outcome; never throws
 */
export async function createExecution(
  transport: Transport,
  request: CreateRequest,
  options: CreateOptions,
): Promise<CreateOutcome> {
  const { runtime, tokens } = transport;
  const problem = problemOf(request);
  if (problem !== null) return notSent("invalid_request", problem);
  const token = await tokenBefore(transport, options);
  if (typeof token !== "string") return token;
  const sending = outgoing(
    transport,
    {
      operation: "create_execution",
      method: "POST",
      path: "/workflowExecutions",
      body: bodyOf(request),
      signal: options.signal,
    },
    token,
    transport.createTimeoutMs,
  );
  if (!areHeaders(sending.headers)) {
    return notSent(
      "invalid_request",
      "Expected a client id, entity id, marketplace id and token that can be sent as headers.",
    );
  }
  const sentAt = runtime.wallNow();
  if (options.signal?.aborted) return aborted();
  // Right before the fetch: there is no await between this line and it.
  if (!(runtime.now() < options.deadline)) return windowOver();
  const result = await exchange(runtime, sending);
  if (result.kind === "no_response") {
    const { reason, message } = result;
    return unknown(reason, { status: null, message, requestId: null });
  }
  if (result.status === 401) {
    tokens.invalidate(token);
    return await unauthorized(transport, result, options.signal);
  }
  return isSuccess(result)
    ? successOf(transport, request, result, sentAt)
    : failureOf(transport, request, result);
}

function problemOf(request: CreateRequest): string | null {
  const { timeoutSeconds } = request;
  if (request.workflowId === "" || request.timeZone === "") {
    return "Expected a workflow id and a time zone; one is empty.";
  }
  for (const time of [request.timeWindowStart, request.timeWindowEnd]) {
    if (normalizeLocalTime(time) !== time) {
      return `Expected local times yyyy-MM-ddTHH:mm:ss without a zone, got ${time}.`;
    }
  }
  if (!(request.timeWindowStart < request.timeWindowEnd)) {
    return "Expected a window that ends after it starts.";
  }
  if (
    !Number.isInteger(timeoutSeconds) || timeoutSeconds < 900 ||
    timeoutSeconds > 86_400
  ) return `Expected a timeout of 900 to 86400 seconds, got ${timeoutSeconds}.`;
  try {
    JSON.stringify(request.parameterValues);
    return null;
  } catch {
    return "Expected parameter values that can be written as JSON.";
  }
}

/** Checked before the fetch, whose failure would count as an unknown outcome. */
function areHeaders(headers: Record<string, string>): boolean {
  try {
    new Headers(headers);
    return true;
  } catch {
    return false;
  }
}

function bodyOf(request: CreateRequest): Record<string, unknown> {
  return {
    workflowId: request.workflowId,
    // Left out, AMC takes one day (SPEC's default MOST_RECENT_DAY, SKILL2).
    timeWindowType: "EXPLICIT",
    timeWindowStart: request.timeWindowStart,
    timeWindowEnd: request.timeWindowEnd,
    timeWindowTimeZone: request.timeZone,
    parameterValues: request.parameterValues,
    workflowExecutionTimeoutSeconds: request.timeoutSeconds,
    ...(request.dryRun ? { dryRun: true } : {}),
  };
}

/** A token, or the outcome when there is none before the deadline. */
async function tokenBefore(
  transport: Transport,
  options: CreateOptions,
): Promise<string | CreateOutcome> {
  const { runtime, tokens } = transport;
  if (options.signal?.aborted) return aborted();
  const left = options.deadline - runtime.now();
  if (!(left > 0)) return windowOver();
  const limit = guard(runtime, left, options.signal);
  try {
    return await tokens.token(limit.signal);
  } catch (error) {
    if (options.signal?.aborted) return aborted();
    if (limit.ended() === "timeout") return windowOver();
    return error instanceof CredentialError
      ? notSent("credential", error.message, error)
      : notSent("token", wordsOf(error, tokens.redact), asAmcError(error));
  } finally {
    limit.release();
  }
}

function successOf(
  { runtime }: Transport,
  request: CreateRequest,
  response: AmcResponse,
  sentAt: number,
): CreateOutcome {
  const { requestId, status } = response;
  const execution = parseExecution(
    parseJson(response.text),
    requestId,
    runtime.redact,
  );
  if (execution === null) {
    const message = response.text === null
      ? "The response broke off."
      : "The response holds no well-formed workflowExecutionId.";
    return unknown("no_id", { status, message, requestId });
  }
  const isFoundBy = (fingerprint: number | null) =>
    matchExecution(
      {
        workflow_id: request.workflowId,
        time_window_start: request.timeWindowStart,
        time_window_end: request.timeWindowEnd,
        time_zone: request.timeZone,
        fingerprint,
        intended_at: new Date(sentAt).toISOString(),
      },
      [execution],
      [],
    ).kind === "one";
  return {
    kind: "created",
    execution,
    matches: isFoundBy(request.timeoutSeconds),
    matchesWindow: isFoundBy(null),
    requestId,
  };
}

function failureOf(
  transport: Transport,
  request: CreateRequest,
  response: AmcResponse,
): CreateOutcome {
  const { status, requestId } = response;
  const answer = readErrorAnswer(transport.runtime, response);
  const { message, code, retryAfterSeconds } = answer;
  const said = { status, message, requestId };
  if (status === 429) return { kind: "throttled", ...said, retryAfterSeconds };
  if (answer.fromAmc && status >= 400 && status < 500 && status !== 408) {
    if (isQuotaText(`${code ?? ""} ${message}`)) {
      return { kind: "quota", ...said, retryAfterSeconds };
    }
    if (saysWorkflowMissing(message, request.workflowId)) {
      return { kind: "workflow_not_visible", ...said };
    }
    // What a 409 conflicts with may be the execution itself.
    if (status !== 409 || saysNotCreated(message)) {
      return { kind: "refused", ...said };
    }
  }
  const reason = isRedirect(status) ? "redirect" : "status";
  return { ...unknown(reason, said), retryAfterSeconds };
}

type Unknown = Extract<CreateOutcome, { kind: "unknown" }>;

function unknown(
  reason: Unknown["reason"],
  said: Pick<Unknown, "status" | "message" | "requestId">,
): Unknown {
  return { kind: "unknown", reason, ...said, retryAfterSeconds: null };
}

/** After a 401 the token is replaced once; the create is not sent again: an attempt is POSTed at most once. */
async function unauthorized(
  transport: Transport,
  response: AmcResponse,
  signal: AbortSignal | undefined,
): Promise<CreateOutcome> {
  const { runtime, tokens } = transport;
  const limit = guard(runtime, REPLACING_TOKEN_MS, signal);
  let error: AmcError | null = null;
  try {
    await tokens.token(limit.signal);
  } catch (thrown) {
    error = asAmcError(thrown) ??
      new UnavailableError(wordsOf(thrown, tokens.redact));
  } finally {
    limit.release();
  }
  return {
    kind: "unauthorized",
    status: response.status,
    message: parseError(response.text, runtime.redact).message,
    error,
    requestId: response.requestId,
  };
}

function notSent(
  reason: Extract<CreateOutcome, { kind: "not_sent" }>["reason"],
  message: string,
  error: AmcError | null = null,
): CreateOutcome {
  const requestId = error?.requestId ?? null;
  return { kind: "not_sent", reason, message, error, requestId };
}

function windowOver(): CreateOutcome {
  return notSent(
    "window_over",
    "The time in which the create could be sent is over.",
  );
}

function aborted(): CreateOutcome {
  return notSent("aborted", new AbortedError().message);
}

function asAmcError(error: unknown): AmcError | null {
  return error instanceof AmcError ? error : null;
}

function wordsOf(error: unknown, redact: (text: string) => string): string {
  return redact(error instanceof Error ? error.message : String(error));
}
