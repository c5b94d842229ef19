import {
  AbortedError,
  type AmcError,
  NotFoundError,
  RefusedError,
  ThrottledError,
  UnauthorizedError,
  UnavailableError,
  UnknownOutcomeError,
} from "./errors.ts";
import { parseError } from "./error_body.ts";
import { saysMissing } from "./error_texts.ts";
import type { AmcResponse, NoResponse } from "./http.ts";
import { retryAfterSeconds } from "./retry.ts";
import type { Runtime } from "./runtime.ts";

/** Whether a response is a success. */
export function isSuccess(response: AmcResponse): boolean {
  return response.status >= 200 && response.status < 300;
}

/**
 * The typed error for anything but a success. Only a 4xx with AMC's own error body is AMC's decision; any
 * other may come from something in between.
 *
 * @param write whether the request changes something: then without a usable response the outcome is unknown
 */
export function errorFor(
  runtime: Runtime,
  result: AmcResponse | NoResponse,
  write: boolean,
): AmcError {
  if (result.kind === "no_response") {
    if (write) return new UnknownOutcomeError(result.message);
    if (result.reason === "aborted") return new AbortedError();
    return new UnavailableError(result.message, { retryable: true });
  }
  const { status, requestId } = result;
  const facts = { status, requestId };
  const body = parseError(result.text);
  const message = runtime.redact(body.message);
  if (status === 429) {
    const wait = retryAfterSeconds(result.headers, runtime.wallNow());
    return new ThrottledError(message, wait, { ...facts, retryable: !write });
  }
  if (status === 401) return new UnauthorizedError(message, facts);
  if (body.fromAmc && status >= 400 && status < 500 && status !== 408) {
    const missing = status === 404 || (status === 400 && saysMissing(message));
    return missing
      ? new NotFoundError(message, facts)
      : new RefusedError(message, facts);
  }
  const words = `Expected a response of AMC, got status ${status}: ${message}`;
  if (write) return new UnknownOutcomeError(words, facts);
  return new UnavailableError(words, {
    ...facts,
    retryable: status >= 500 || status === 408,
  });
}

/**
 * The error for a success whose body has another form than the operation's.
 *
 * @param expected ends the sentence "Expected …"
 */
export function malformed(
  runtime: Runtime,
  response: AmcResponse,
  expected: string,
): UnavailableError {
  const got = response.text === null
    ? "a body that did not arrive whole"
    : runtime.redact(parseError(response.text).message).slice(0, 200);
  return new UnavailableError(`Expected ${expected}, got: ${got}`, {
    status: response.status,
    requestId: response.requestId,
    retryable: true,
  });
}
