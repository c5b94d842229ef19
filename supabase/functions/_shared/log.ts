/** How serious a log line is. */
export type Level = "info" | "warn" | "error";

/** What a log line says besides its event; ids have the names of the database's columns. */
export type LogFields = Record<string, unknown>;

/** Writes one log line. */
export type Log = (level: Level, event: string, fields?: LogFields) => void;

/**
 * Makes a log of JSON objects, one a line: at, level, event, and every field that is not null or undefined.
 *
 * @param write writes a line; console.log by default
 */
export function createLog(write: (line: string) => void = console.log): Log {
  return (level, event, fields = {}) => {
    const known = Object.entries(fields).filter(([, value]) =>
      value !== undefined && value !== null
    );
    write(JSON.stringify({
      at: new Date().toISOString(),
      level,
      event,
      ...Object.fromEntries(known),
    }));
  };
}

/** The ids by which a line of the log is found, of whatever has them; each is left out where it is not known. */
export function idsOf(about: object): LogFields {
  const { instance_id, collection_id, week_id, attempt_id, execution_id } =
    about as Record<string, unknown>;
  return { instance_id, collection_id, week_id, attempt_id, execution_id };
}

/**
 * Logs a failure that no caller waits for. What was claimed can be claimed again when its lease ends.
 *
 * @param about what it was about: its ids are logged
 */
export function logFailure(
  log: Log,
  event: string,
  error: unknown,
  about: object = {},
): void {
  const { name, message, code, procedure } = error as Error & {
    code?: string;
    procedure?: string;
  };
  log("error", event, {
    ...idsOf(about),
    error: name,
    code,
    procedure,
    message,
  });
}
