import { DatabaseError } from "../database/errors.ts";
import { type Log, logFailure } from "../log.ts";
import { refusal, RequestError } from "./request_error.ts";

/**
 * Wraps a handler, so that a mistake of the caller's becomes a 4xx answer with a stable code, and anything else a 500 that
 * tells nothing of the inside; the log has the rest.
 *
 * @param event the log's word for a failure
 */
export function withErrorResponses<Context>(
  log: Log,
  event: string,
  handler: (request: Request, context: Context) => Promise<Response>,
): (request: Request, context: Context) => Promise<Response> {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      const mistake = asRequestError(error);
      if (mistake !== null) return refusal(mistake);
      logFailure(log, event, error);
      return refusal(
        new RequestError(
          500,
          "internal_error",
          "The request could not be carried out.",
          "Try again: repeating it does no harm.",
        ),
      );
    }
  };
}

/** The database's refusals carry a stable code in their detail, and the status in their SQLSTATE or by its class. */
function asRequestError(error: unknown): RequestError | null {
  if (error instanceof RequestError) return error;
  if (!(error instanceof DatabaseError)) return null;
  const { code, detail, message, hint } = error;
  if (/^22/.test(code ?? "") && !/^[a-z_]+$/.test(detail ?? "")) {
    // A value that Postgres cannot take at all, such as a number out of range or a zero character.
    return new RequestError(
      400,
      "invalid_request",
      `The request is not right: ${message}.`,
      hint,
    );
  }
  if (!/^[a-z_]+$/.test(detail ?? "") || !/^(22|PT4)/.test(code ?? "")) {
    return null;
  }
  const status = code!.startsWith("PT") ? Number(code!.slice(2)) : 400;
  return new RequestError(status, detail!, message, hint);
}
