/** How serious a log line is. */
export type Level = "info" | "warn" | "error";

/** What a log line tells besides its event; ids under the names of the database's columns. */
export type LogFields = Record<string, unknown>;

/** Writes one log line. */
export type Log = (level: Level, event: string, fields?: LogFields) => void;

/**
 * Makes a log of JSON objects, one a line: at, level, event, and the fields that are known.
 *
 * @param write takes a line; the console by default
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
 * Logs a failure that nobody is waiting for. What was claimed is taken up again when its lease ends.
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
