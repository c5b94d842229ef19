/** What is wrong with one field of a request. */
export interface FieldError {
  field: string;
  /** A stable code for programs. */
  code: string;
  message: string;
}

/** A mistake of the caller's, and what to do about it; becomes a 4xx response. */
export class RequestError extends Error {
  override name = "RequestError";

  constructor(
    readonly status: number,
    /** A stable code for programs. */
    readonly code: string,
    /** What was expected and what came. */
    message: string,
    /** What to do. */
    readonly hint: string | null = null,
    /** Each field that is wrong, where a body's fields are to blame. */
    readonly fields: readonly FieldError[] = [],
  ) {
    super(message);
  }
}

/** The response to a request that was refused: `{error: {code, message, hint}}`, with `fields` if any are to blame. */
export function errorResponse(error: RequestError): Response {
  const { status, code, message, hint, fields } = error;
  return Response.json({
    error: { code, message, hint, ...(fields.length > 0 ? { fields } : {}) },
  }, { status });
}

/**
 * Refuses a method that a function does not take.
 *
 * @throws RequestError 405 method_not_allowed
 */
export function requirePost(request: Request): void {
  requireMethod(request, ["POST"]);
}

/**
 * Refuses a method that does more than read.
 *
 * @throws RequestError 405 method_not_allowed
 */
export function requireGet(request: Request): void {
  requireMethod(request, ["GET", "HEAD"]);
}

function requireMethod(request: Request, methods: string[]): void {
  if (!methods.includes(request.method)) {
    throw new RequestError(
      405,
      "method_not_allowed",
      `Expected ${methods.join(" or ")}, got ${request.method}.`,
    );
  }
}
