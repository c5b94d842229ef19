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

/** Logs a failure that nobody is waiting for, with the ids of what it was about. What was claimed is taken up again when its lease ends. */
export function logFailure(
  log: Log,
  event: string,
  error: unknown,
  about: object = {},
): void {
  const { instance_id, collection_id, week_id, attempt_id, execution_id } =
    about as Record<string, unknown>;
  const { name, message, code, procedure } = error as Error & {
    code?: string;
    procedure?: string;
  };
  log("error", event, {
    instance_id,
    collection_id,
    week_id,
    attempt_id,
    execution_id,
    error: name,
    code,
    procedure,
    message,
  });
}
