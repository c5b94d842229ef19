/**
 * Stand-in for Supabase's API gateway: errors and the responses they become.
 *
 * Status codes and bodies follow PostgREST's own table (its documentation, "Errors"), so that a front end
 * meets here what it will meet on a hosted project. What this stand-in does not support is refused with
 * the code `STANDIN`, which no real service uses.
 */

/** The body of an error under `/rest/v1`: PostgREST's four fields. */
export interface ErrorBody {
  code: string;
  message: string;
  details: unknown;
  hint: string | null;
}

/** An error that ends a request under `/rest/v1` with a status and PostgREST's body. */
export class ApiError extends Error {
  readonly body: ErrorBody;
  /**
   * @param status HTTP status, 300 to 599
   * @param code PostgREST's code, an SQLSTATE, or `STANDIN`
   * @param message what was expected and what came
   */
  constructor(
    readonly status: number,
    code: string,
    message: string,
    details: unknown = null,
    hint: string | null = null,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
    this.body = { code, message, details, hint };
  }
}

/** The refusal of something that PostgREST can do and this stand-in cannot. */
export function standIn(what: string, instead: string): ApiError {
  return new ApiError(
    400,
    "STANDIN",
    `The local stand-in for the API does not support ${what}`,
    null,
    instead,
  );
}

/** The refusal of a query string that cannot be parsed (PostgREST's PGRST100). */
export function parseError(
  what: string,
  text: string,
  details: string,
): ApiError {
  return new ApiError(
    400,
    "PGRST100",
    `"failed to parse ${what} (${text})" (line 1, column 1)`,
    details,
  );
}

/** Postgres's error for a column that does not exist, which PostgREST passes on. */
export function unknownColumn(relation: string, column: string): ApiError {
  return new ApiError(
    400,
    "42703",
    `column ${relation}.${column} does not exist`,
  );
}

/** What postgres.js throws for an error that the server reported. */
interface PostgresError {
  code: string;
  message: string;
  detail?: string;
  hint?: string;
  severity?: string;
}

// PostgREST's table, most specific first: an SQLSTATE or its beginning, and the status it becomes.
const statusOfState: [string, number][] = [
  ["08", 503],
  ["09", 500],
  ["0L", 403],
  ["0P", 403],
  ["23503", 409],
  ["23505", 409],
  ["25006", 405],
  ["25", 500],
  ["28", 403],
  ["2D", 500],
  ["38", 500],
  ["39", 500],
  ["3B", 500],
  ["40", 500],
  ["53400", 500],
  ["53", 503],
  ["54", 500],
  ["55", 500],
  ["57P01", 503],
  ["57", 500],
  ["58", 500],
  ["F0", 500],
  ["HV", 500],
  ["P0001", 400],
  ["P0", 500],
  ["XX", 500],
  ["42883", 404],
  ["42P01", 404],
  ["42P17", 500],
];

function statusOf(error: PostgresError, anonymous: boolean): number {
  const { code, message } = error;
  if (code === "42501") return anonymous ? 401 : 403;
  if (code === "21000") {
    return message.endsWith("requires a WHERE clause") ? 400 : 500;
  }
  if (code === "22023") {
    return message.startsWith("role") && message.endsWith("does not exist")
      ? 401
      : 400;
  }
  if (/^PT[0-9]{3}$/.test(code)) {
    const status = Number(code.slice(2));
    return status >= 200 && status <= 599 ? status : 500;
  }
  return statusOfState.find(([state]) => code.startsWith(state))?.[1] ?? 400;
}

/** With `raise sqlstate 'PGRST'` a function sets the whole response: the body in MESSAGE, the status in DETAIL. */
function raisedResponse(error: PostgresError): ApiError {
  try {
    const body = JSON.parse(error.message);
    const head = JSON.parse(error.detail ?? "");
    return new ApiError(
      head.status,
      body.code,
      body.message,
      body.details ?? null,
      body.hint ?? null,
      head.headers,
    );
  } catch {
    return new ApiError(
      500,
      "PGRST121",
      "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
    );
  }
}

/**
 * Turns whatever a request threw into the error that PostgREST would respond with.
 *
 * @param error what was thrown
 * @param anonymous whether the request ran as `anon`: a missing privilege is 401 then, 403 otherwise
 */
export function toApiError(error: unknown, anonymous: boolean): ApiError {
  if (error instanceof ApiError) return error;
  const known = error as Partial<PostgresError>;
  if (typeof known?.code !== "string") {
    return new ApiError(
      500,
      "STANDIN",
      "The local stand-in for the API failed",
      String(error),
    );
  }
  if (known.severity === undefined && !/^[0-9A-Z]{5}$/.test(known.code)) {
    return new ApiError(
      503,
      "PGRST001",
      "Database client error. Retrying the connection.",
      known.message ?? null,
    );
  }
  const failure = known as PostgresError;
  if (failure.code === "PGRST") return raisedResponse(failure);
  const status = statusOf(failure, anonymous);
  return new ApiError(
    status,
    failure.code,
    failure.message,
    failure.detail ?? null,
    failure.hint ?? null,
    status === 401 ? { "www-authenticate": "Bearer" } : {},
  );
}
