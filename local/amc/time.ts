/** AMC simulator: local times, time zones and the forms in which AMC writes instants. */

const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;
const LOCAL_WITH_Z = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/;

/**
 * Reads `yyyy-MM-dd'T'HH:mm:ss` without zone (SPEC, H; date-only is refused: observed, M).
 *
 * @param trailingZ "strip" takes a closing `Z` away; "reject" refuses it. What AMC does is unknown.
 * @returns the local time, or null if the text is not one
 */
export function readLocalTime(
  text: string,
  trailingZ: "strip" | "reject",
): string | null {
  const match = LOCAL_WITH_Z.exec(text);
  const local = trailingZ === "strip" && match ? match[1] : text;
  if (!LOCAL.test(local)) return null;
  try {
    Temporal.PlainDateTime.from(local, { overflow: "reject" });
    return local;
  } catch {
    return null;
  }
}

/** Whether a text is a name of the tz database; offsets such as +05:00 are not. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The instant (ms) of a local time in a zone; a time in a DST gap moves on, as Java does it. */
export function localToInstant(local: string, timeZone: string): number {
  return Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone)
    .epochMilliseconds;
}

/** `2024-09-25T03:11:52Z`: instants in an execution (captured, H). */
export function toSecond(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** `2024-09-25T03:11:54.792Z`: validatedTime, the one with milliseconds (captured, H). */
export function toMillisecond(instant: number): string {
  return new Date(instant).toISOString();
}

/**
 * The window of a relative type in a zone, as local times.
 * SPEC names the types, H; where they begin and end is inferred from the names, L.
 */
export function relativeWindow(
  type: string,
  now: number,
  timeZone: string,
): [string, string] {
  const today = Temporal.Instant.fromEpochMilliseconds(Math.floor(now))
    .toZonedDateTimeISO(timeZone).toPlainDate();
  const month = today.with({ day: 1 });
  const windows: Record<string, [Temporal.PlainDate, Temporal.PlainDate]> = {
    ALL: [today.subtract({ months: 13 }), today],
    CURRENT_MONTH: [month, today],
    PREVIOUS_MONTH: [month.subtract({ months: 1 }), month],
    MOST_RECENT_WEEK: [today.subtract({ days: 7 }), today],
    MOST_RECENT_DAY: [today.subtract({ days: 1 }), today],
  };
  const [start, end] = windows[type] ?? windows.MOST_RECENT_DAY;
  return [`${start}T00:00:00`, `${end}T00:00:00`];
}
