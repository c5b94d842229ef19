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
      logFailure(log, event, error);
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

/** Refusals of the database carry a stable code in their detail, and the status in their SQLSTATE or by its class. */
function asRequestError(error: unknown): RequestError | null {
  if (error instanceof RequestError) return error;
  if (!(error instanceof DatabaseError)) return null;
  const { code, detail, message, hint } = error;
  if (/^22/.test(code ?? "") && !/^[a-z_]+$/.test(detail ?? "")) {
    // A value that Postgres cannot take at all, such as a number out of range or a zero character.
    return new RequestError(
      400,
      "invalid_request",
      `Expected values that the database can store: ${message}.`,
      hint,
    );
  }
  if (!/^[a-z_]+$/.test(detail ?? "") || !/^(22|PT4)/.test(code ?? "")) {
    return null;
  }
  const status = code!.startsWith("PT") ? Number(code!.slice(2)) : 400;
  return new RequestError(status, detail!, message, hint);
}
