import { AbortedError, AmcError } from "./errors.ts";
import type { Runtime } from "./runtime.ts";

/** Bounds of the retries of one request. */
export interface RetryLimits {
  /** Tries in total. */
  tries: number;
  /** Milliseconds from the first try to the start of the last. */
  totalMs: number;
  /** Milliseconds that the first backoff may last; doubles each time. */
  baseMs: number;
  /** The longest backoff, in milliseconds. */
  capMs: number;
}

/** Well within the life of a worker, whose wall clock is 150 s or 400 s. */
export const DEFAULT_RETRY: Readonly<RetryLimits> = {
  tries: 4,
  totalMs: 30_000,
  baseMs: 500,
  capMs: 8_000,
};

const MAX_RETRY_AFTER_SECONDS = 86_400;

/**
 * Reads `Retry-After`: seconds, or a date, compared with the response's own `Date`, so that clocks may differ.
 * Whether AMC's 429 carries the header is not known; the general Ads pages say seconds (REF; M). By HTTP a 503 may
 * carry it too.
 *
 * @param headers the response's headers
 * @param wallNow our clock in milliseconds, for a response without `Date`
 * @returns seconds from 0 to a day, or null when there is no usable header
 */
export function retryAfterSeconds(
  headers: Headers,
  wallNow: number,
): number | null {
  const value = headers.get("retry-after")?.trim();
  if (!value) return null;
  let seconds: number;
  if (/^\d+(?:\.\d+)?$/.test(value)) {
    seconds = Number(value);
  } else {
    const until = /[A-Za-z]/.test(value) ? Date.parse(value) : NaN;
    const dated = Date.parse(headers.get("date") ?? "");
    seconds = (until - (Number.isNaN(dated) ? wallNow : dated)) / 1000;
  }
  if (Number.isNaN(seconds)) return null;
  return Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_SECONDS);
}

/**
 * Milliseconds to wait before a retry: capped exponential backoff with full jitter.
 *
 * @param failures tries that failed so far, at least 1
 */
export function backoffMs(
  failures: number,
  random: () => number,
  limits: RetryLimits = DEFAULT_RETRY,
): number {
  return random() *
    Math.min(limits.capMs, limits.baseMs * 2 ** (failures - 1));
}

/**
 * Runs a request until it succeeds, fails for good, or the bounds are reached. Only for requests that may be sent
 * twice.
 *
 * @param attempt throws `AmcError`s; those that are `retryable` are tried again
 * @throws the last error
 */
export async function withRetry<T>(
  runtime: Runtime,
  limits: RetryLimits,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const began = runtime.now();
  for (let failures = 1;; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof AmcError) || !error.retryable) throw error;
      if (failures >= limits.tries) throw error;
      const delay = (error.retryAfterSeconds ?? 0) * 1000 +
        backoffMs(failures, runtime.random, limits);
      if (runtime.now() - began + delay > limits.totalMs) throw error;
      try {
        await runtime.wait(delay, signal);
      } catch {
        throw new AbortedError();
      }
      if (signal?.aborted) throw new AbortedError();
    }
  }
}
