const LOCAL_TIME =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?Z?$/;
const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat | null>();

// Intl and not Temporal: hosted runtimes older than the local one have no Temporal.
function formatFor(zone: string): Intl.DateTimeFormat | null {
  let format = formats.get(zone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        calendar: "gregory",
        numberingSystem: "latn",
        hourCycle: "h23",
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
      });
    } catch {
      format = null;
    }
    if (formats.size >= 1000) formats.clear();
    formats.set(zone, format);
  }
  return format;
}

/** Milliseconds that a zone's clocks are ahead of UTC at an instant. */
function offsetAt(format: Intl.DateTimeFormat, instant: number): number {
  const at: Record<string, number> = {};
  for (const part of format.formatToParts(instant)) {
    at[part.type] = Number(part.value);
  }
  // The year without an era: in the hours around a new year it is the one beside that of UTC.
  const utc = new Date(instant);
  const year = utc.getUTCFullYear() +
    Math.round((at.month - 1 - utc.getUTCMonth()) / -12);
  const local = utcMs(
    [year, at.month, at.day, at.hour, at.minute, at.second],
  );
  return local - Math.floor(instant / 1000) * 1000;
}

/** Milliseconds since the epoch. `Date.UTC` alone takes the years 0 to 99 for those of the twentieth century. */
function utcMs([y, mo, d, h, mi, s]: readonly number[]): number {
  const date = new Date(Date.UTC(2000, 0, 1, h, mi, s));
  return date.setUTCFullYear(y, mo - 1, d);
}

/**
 * A local time as AMC writes it, or null when the value is not one. Fractions and a `Z` (which AMC's own
 * notebook sends; the field is local all the same) are dropped.
 *
 * @returns `yyyy-MM-ddTHH:mm:ss`
 */
export function normalizeLocalTime(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const match = LOCAL_TIME.exec(value.trim());
  if (match === null) return null;
  const [, y, mo, d, h, mi, s = "00"] = match;
  // An hour, minute or second beyond its range would move the date.
  if (+h > 23 || +mi > 59 || +s > 59) return null;
  const date = new Date(utcMs([+y, +mo, +d, +h, +mi, +s]));
  const text = `${y}-${mo}-${d}T${h}:${mi}:${s}`;
  // An impossible date or time rolls over.
  return date.toISOString().startsWith(text) ? text : null;
}

/**
 * The instant of a local time in a zone. A time that the clocks skip moves forward by the gap, and of a time that
 * comes twice the first is meant: as java.time does, which AMC's `LocalDateTime` suggests (a Go client; L), and
 * as Temporal's "compatible".
 *
 * @param local `yyyy-MM-ddTHH:mm:ss`
 * @param zone a name of the tz database
 * @returns milliseconds since the epoch, or null when the time or the zone is not valid
 */
export function localToInstant(local: string, zone: string): number | null {
  const text = normalizeLocalTime(local);
  const format = formatFor(zone);
  if (text === null || format === null) return null;
  const asUtc = Date.parse(`${text}Z`);
  const before = offsetAt(format, asUtc - DAY_MS);
  const after = offsetAt(format, asUtc + DAY_MS);
  const instants = [asUtc - before, asUtc - after].filter((instant) =>
    offsetAt(format, instant) === asUtc - instant
  );
  return instants.length > 0 ? Math.min(...instants) : asUtc - before;
}

/**
 * Whether two names mean the same zone: the same name, or aliases of one zone.
 */
export function isSameZone(a: string, b: string): boolean {
  if (a.toLowerCase() === b.toLowerCase()) return true;
  const canonical = formatFor(a)?.resolvedOptions().timeZone;
  return canonical !== undefined &&
    canonical === formatFor(b)?.resolvedOptions().timeZone;
}

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * An instant as AMC writes it (`2024-09-25T03:11:52Z`, with milliseconds or without; captured, H), or null when
 * the value is not one. A missing zone is read as UTC.
 */
export function normalizeInstant(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const match = INSTANT.exec(value.trim());
  if (match === null) return null;
  const text = `${match[1]}T${match[2]}${match[3] ?? "Z"}`;
  return Number.isNaN(Date.parse(text)) ? null : text;
}
