import fc from "fast-check";

/** Days on which weeks may start, in ISO order. */
export const WEEKDAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

/**
 * Zones of every kind: without summer time, with it in both hemispheres, with one of half an hour, with a midnight that the
 * clocks skip (America/Santiago), and with offsets that are no whole hours.
 */
export const ZONES = [
  "UTC",
  "America/New_York",
  "Europe/Berlin",
  "Australia/Sydney",
  "America/Santiago",
  "Pacific/Auckland",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
];

/** When the tests make their collections: all windows have ended. */
export const NOW = "2031-06-02T12:00:00Z";

export const zone = fc.constantFrom(...ZONES);
export const weekday = fc.constantFrom(...WEEKDAYS);
export const weeks = fc.integer({ min: 1, max: 60 });
/** A day from 2005 to 2029. */
export const day = fc.integer({ min: 0, max: 9130 })
  .map((days) => addDays("2005-01-01", days));

/** Adds days to a day `yyyy-MM-dd`. */
export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The first day from a day on that is a given weekday. */
export function nextWeekday(date: string, weekday: string): string {
  const { dayOfWeek } = Temporal.PlainDate.from(date);
  return addDays(date, (WEEKDAYS.indexOf(weekday) + 8 - dayOfWeek) % 7);
}

/** When a day begins in a zone, in milliseconds: by Temporal, which neither the database nor the client uses. */
export function beginningOf(date: string, zone: string): number {
  return Temporal.PlainDate.from(date)
    .toZonedDateTime({ timeZone: zone }).epochMilliseconds;
}

/** A day's date in a zone at an instant. */
export function dateIn(zone: string, instant: string): string {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate()
    .toString();
}
