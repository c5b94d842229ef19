import { DatabaseError } from "../database/errors.ts";
import { type Log, logFailure } from "../log.ts";
import { errorResponse, RequestError } from "./request_error.ts";

/**
 * Wraps a handler: a mistake of the caller's becomes a 4xx response with a stable code, anything else a 500 that says nothing
 * about the inside, and the log has the rest.
 *
 * @param event the log's name for a failure
 */
export function withErrorResponses(
  log: Log,
  event: string,
  handler: (request: Request) => Promise<Response>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      const mistake = asRequestError(error);
      if (mistake !== null) return errorResponse(mistake);
      logFailure(log, event, error ?? new Error("Nothing was thrown."));
      return errorResponse(
        new RequestError(
          500,
          "internal_error",
          "The server could not carry out the request.",
          "Try again: repeating it does no harm.",
        ),
      );
    }
  };
}

/** The errors of Postgres for a value that it cannot take at all: a number or date out of range, a byte or character that is no text. */
const NOT_STORABLE = ["22003", "22008", "22021", "22P05"];
const STABLE_CODE = /^[a-z_]+$/;

/**
 * The mistake of the caller's that an error tells of; null if it tells of none. Refusals of the database carry a stable
 * code in their detail, and the status in their SQLSTATE or by its class.
 */
export function asRequestError(error: unknown): RequestError | null {
  if (error instanceof RequestError) return error;
  if (!(error instanceof DatabaseError)) return null;
  const { code, detail, message, hint } = error;
  if (NOT_STORABLE.includes(code ?? "") && !STABLE_CODE.test(detail ?? "")) {
    return new RequestError(
      400,
      "invalid_request",
      `Expected values that the database can store: ${message}.`,
      hint,
    );
  }
  if (!STABLE_CODE.test(detail ?? "") || !/^(22|PT4\d\d$)/.test(code ?? "")) {
    return null;
  }
  const status = code!.startsWith("PT") ? Number(code!.slice(2)) : 400;
  return new RequestError(status, detail!, message, hint);
}
