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
import { type ErrorBody, parseError } from "./error_body.ts";
import { saysMissing } from "./error_texts.ts";
import type { AmcResponse, NoResponse } from "./http.ts";
import { retryAfterSeconds } from "./retry.ts";
import type { Runtime } from "./runtime.ts";
import { shownLink } from "./sanitize.ts";

/** Whether a response is a success. */
export function isSuccess(response: AmcResponse): boolean {
  return response.status >= 200 && response.status < 300;
}

/** What an error response says, and who says it. */
export interface ErrorAnswer {
  /** AMC's words, without secrets; of a redirect, where it leads. */
  message: string;
  /** The name that the body gives to the error, or null. */
  code: string | null;
  /**
   * Whether AMC answered, and not something in between: the body is AMC's own, or, unless it is a page, it carries
   * AMC's request id (captured on all its responses; H).
   */
  fromAmc: boolean;
  retryAfterSeconds: number | null;
}

/** Reads a response that is no success. */
export function readErrorAnswer(
  runtime: Runtime,
  response: AmcResponse,
): ErrorAnswer {
  const { status, headers, text, requestId } = response;
  const body: ErrorBody = parseError(text, runtime.redact);
  const isPage = /^\s*<(?:!doctype|html)\b/i.test(text ?? "");
  const location = isRedirect(status) ? headers.get("location") : null;
  return {
    message: location === null
      ? body.message
      : `Redirected to ${shownLink(location, response.url)}.`,
    code: body.code,
    fromAmc: body.fromAmc || (requestId !== null && text !== null && !isPage),
    retryAfterSeconds: retryAfterSeconds(headers, runtime.wallNow()),
  };
}

/** Whether a status sends the request elsewhere. A runtime may hide a redirect behind status 0. */
export function isRedirect(status: number): boolean {
  return status === 0 || (status >= 300 && status < 400);
}

/**
 * The typed error for anything but a success. Only a 4xx of AMC's own is AMC's decision; any other may come from
 * something in between.
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
  const { message, fromAmc, retryAfterSeconds: wait } = readErrorAnswer(
    runtime,
    result,
  );
  const facts = { status, requestId, retryAfterSeconds: wait };
  if (status === 429) {
    return new ThrottledError(message, wait, { ...facts, retryable: !write });
  }
  if (status === 401) return new UnauthorizedError(message, facts);
  if (fromAmc && status >= 400 && status < 500 && status !== 408) {
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
    : parseError(response.text, runtime.redact).message.slice(0, 200);
  return new UnavailableError(`Expected ${expected}, got: ${got}`, {
    status: response.status,
    requestId: response.requestId,
    retryable: true,
  });
}
