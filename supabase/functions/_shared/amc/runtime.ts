import { createRedactor, type Redact } from "./sanitize.ts";

/** One request, for the log. Never holds a query, a header or a body. */
export interface AmcLogEntry {
  event: "amc_request";
  /** What was asked, e.g. `create_execution`. */
  operation: string;
  method: string;
  /** The path, or host and path of a result link; without the query. */
  target: string;
  /** HTTP status, or null when there was no response. */
  status: number | null;
  /** `answered`, or why there was no response. */
  outcome: "answered" | "timeout" | "aborted" | "network";
  request_id: string | null;
  /** Milliseconds from the start of the request to the end of the response. */
  ms: number;
  /** Without secrets; present when there was no response. */
  error?: string;
}

/** Starts a timer; the returned function stops it. */
export type StartTimer = (ms: number, fire: () => void) => () => void;

/** What tests may replace. */
export interface RuntimeOptions {
  fetch?: typeof fetch;
  /** A clock that never jumps, in milliseconds. */
  now?: () => number;
  /** The wall clock, in milliseconds since the epoch. */
  wallNow?: () => number;
  /** At least 0, less than 1. */
  random?: () => number;
  /** Waits before a retry; rejects when the signal aborts. */
  wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** The timer behind timeouts. */
  startTimer?: StartTimer;
  log?: (entry: AmcLogEntry) => void;
}

/** The options with every gap filled. */
export interface Runtime extends Required<Omit<RuntimeOptions, "log">> {
  log: (entry: AmcLogEntry) => void;
  redact: Redact;
}

/** Fills the gaps of the options with the platform's own. */
export function createRuntime(
  options: RuntimeOptions,
  redact: Redact = createRedactor(),
): Runtime {
  return {
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    now: options.now ?? (() => performance.now()),
    wallNow: options.wallNow ?? (() => Date.now()),
    random: options.random ?? (() => Math.random()),
    wait: options.wait ?? waitFor,
    startTimer: options.startTimer ?? startTimer,
    // A log that fails must not lose the response, and the id in it.
    log: (entry) => {
      try {
        options.log?.(entry);
      } catch {
        // There is nowhere to report it.
      }
    },
    redact,
  };
}

function startTimer(ms: number, fire: () => void): () => void {
  const id = setTimeout(fire, ms);
  return () => clearTimeout(id);
}

function waitFor(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = startTimer(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    const onAbort = () => {
      stop();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
