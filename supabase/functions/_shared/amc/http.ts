import type { AmcLogEntry, Runtime } from "./runtime.ts";
import { safeText, tidy } from "./sanitize.ts";

/** The largest body that is read, in bytes: far more than a page of 100 executions. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** The longest delay that setTimeout takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A response, with its body read. */
export interface AmcResponse {
  kind: "response";
  /** 0 for a redirect that the runtime hides. */
  status: number;
  /** What was asked; empty where the runtime does not say. */
  url: string;
  headers: Headers;
  /** The body, or null when it did not arrive whole. */
  text: string | null;
  /** Whether that was because it is larger than what is read of any. */
  tooLarge?: boolean;
  requestId: string | null;
  /** The `Date` header as ISO 8601: the server's clock. */
  serverDate: string | null;
}

/** A request without a response. */
export interface NoResponse {
  kind: "no_response";
  reason: "timeout" | "aborted" | "network";
  /** One line, without secrets. */
  message: string;
}

/** One request. */
export interface Outgoing {
  operation: string;
  method: "GET" | "POST" | "PUT";
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** Milliseconds for everything: connecting, headers and body. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** A signal that aborts after a time or with the caller's. */
export interface Guard {
  signal: AbortSignal;
  /** What ended it, if something did. */
  ended(): "timeout" | "aborted" | null;
  /** Stops the timer. */
  release(): void;
}

/**
 * Makes the signal for one request.
 *
 * @param timeoutMs milliseconds until it aborts
 * @param caller the caller's signal, which aborts it too
 */
export function guard(
  runtime: Runtime,
  timeoutMs: number,
  caller?: AbortSignal,
): Guard {
  const timer = new AbortController();
  const stop = runtime.startTimer(
    Math.min(timeoutMs, MAX_TIMER_MS),
    () => timer.abort(),
  );
  return {
    signal: caller ? AbortSignal.any([timer.signal, caller]) : timer.signal,
    ended: () =>
      caller?.aborted ? "aborted" : timer.signal.aborted ? "timeout" : null,
    release: stop,
  };
}

/**
 * Sends one request, once: no retry, here or by the runtime, and no redirect followed. Never throws. The runtime's `fetch` is called before this
 * function first waits.
 */
export async function exchange(
  runtime: Runtime,
  request: Outgoing,
): Promise<AmcResponse | NoResponse> {
  const began = runtime.now();
  const limit = guard(runtime, request.timeoutMs, request.signal);
  let result: AmcResponse | NoResponse;
  try {
    const response = await runtime.fetch(request.url, {
      method: request.method,
      headers: request.headers,
      // Deno's fetch sends a request again, once, when a connection from its pool drops before the response, though the
      // server may have read it: tried with 2.9.6. It does so for text and bytes, which it can copy; not for a Blob.
      body: request.body === undefined ? undefined : new Blob([request.body]),
      redirect: "manual",
      signal: limit.signal,
    });
    let tooLarge = false;
    const text = await readText(response, limit.signal, () => tooLarge = true);
    result = { ...toAmcResponse(response, text), tooLarge };
  } catch (error) {
    result = toNoResponse(runtime, error, limit.ended());
  } finally {
    limit.release();
  }
  runtime.log(logEntry(request, result, runtime.now() - began));
  return result;
}

/** Reads what is needed of a response's head. The caller has read the body. */
export function toAmcResponse(
  response: Response,
  text: string | null,
): AmcResponse {
  const { headers } = response;
  const requestId = headers.get("x-amz-request-id") ??
    headers.get("x-amz-rid") ?? headers.get("x-amzn-requestid");
  const date = Date.parse(headers.get("date") ?? "");
  return {
    kind: "response",
    status: response.status,
    url: response.url,
    headers,
    text,
    requestId: requestId ? safeText(requestId, undefined, 200) : null,
    serverDate: Number.isNaN(date) ? null : new Date(date).toISOString(),
  };
}

/** Why a fetch failed, in one line without secrets: the runtime's own errors quote the URL. */
export function toNoResponse(
  runtime: Runtime,
  error: unknown,
  ended: "timeout" | "aborted" | null,
): NoResponse {
  if (ended === "timeout") {
    return {
      kind: "no_response",
      reason: "timeout",
      message: "No response within the timeout.",
    };
  }
  if (ended === "aborted") {
    return {
      kind: "no_response",
      reason: "aborted",
      message: "The caller ended the request.",
    };
  }
  const words = error instanceof Error ? error.message : String(error);
  return {
    kind: "no_response",
    reason: "network",
    message: safeText(words, runtime.redact, 500),
  };
}

/**
 * Reads a whole body, or returns null when it breaks off, is too large or the signal aborts.
 *
 * @param onTooLarge called when it is too large
 */
export async function readText(
  response: Response,
  signal?: AbortSignal,
  onTooLarge?: () => void,
): Promise<string | null> {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  // The signal ends a real body by itself; one handed over by a replaced fetch it does not.
  const onAbort = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", onAbort, { once: true });
  let text = "";
  let bytes = 0;
  try {
    while (bytes <= MAX_BODY_BYTES) {
      const { done, value } = await reader.read();
      if (signal?.aborted) return null;
      if (done) return text + decoder.decode();
      bytes += value.byteLength;
      text += decoder.decode(value, { stream: true });
    }
    onTooLarge?.();
    await reader.cancel();
    return null;
  } catch {
    return null;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** The log entry of one request. */
export function logEntry(
  request: Pick<Outgoing, "operation" | "method" | "url">,
  result: AmcResponse | NoResponse,
  ms: number,
): AmcLogEntry {
  const { operation, method, url } = request;
  const target = tidy(url.replace(/[?#].*$/s, ""), 500);
  const shared = { event: "amc_request", operation, method, target } as const;
  const took = Math.round(ms);
  if (result.kind === "response") {
    const { status, requestId: request_id } = result;
    return { ...shared, status, outcome: "answered", request_id, ms: took };
  }
  return {
    ...shared,
    status: null,
    outcome: result.reason,
    request_id: null,
    ms: took,
    error: result.message,
  };
}
