/** What the database or the API before it refused or failed to do. */
export class DatabaseError extends Error {
  override name = "DatabaseError";

  constructor(
    message: string,
    /** SQLSTATE, or PostgREST's own code; null if there was no answer. */
    readonly code: string | null,
    /** For refusals of this project's functions a stable code, such as unknown_time_zone. */
    readonly detail: string | null = null,
    readonly hint: string | null = null,
    /** HTTP status, or 0 if there was no answer. */
    readonly status: number = 0,
    /** The function that was called. */
    readonly procedure: string | null = null,
  ) {
    super(message);
  }

  /**
   * Whether the same call may succeed when repeated: no answer, a lost connection, a deadlock, a server that is
   * starting, stopping or full.
   */
  get isPassing(): boolean {
    if (this.code === null || this.code === "") return true;
    return /^(08|40|53|57P0|PGRST00)/.test(this.code) || this.code === "57014";
  }
}

/** The SQLSTATE of an error that came from Postgres; null for any other, such as EPIPE of a socket. */
export function sqlStateOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^(?=.*\d)[0-9A-Z]{5}$/.test(code)
    ? code
    : null;
}
