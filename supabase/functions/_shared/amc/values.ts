/** Reading single values of AMC's answers: each gives what its column in the database takes, or null. */
import { normalizeInstant } from "./local_time.ts";

/** Postgres' largest integer. */
const MAX_COUNT = 2 ** 31 - 1;

const MAX_NAME = 512;

const MAX_DEPTH = 50;

/** A text that is not empty. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A name, a status or a zone: a text short enough to be one. */
export function nameOf(value: unknown): string | null {
  const text = textOf(value);
  return text === null || text.length > MAX_NAME ? null : text;
}

/** A number from 0 to what an integer column takes, which may come as a text. */
export function countIn(value: unknown): number | null {
  const isText = typeof value === "string" &&
    /^\d{1,10}(?:\.\d{1,9})?$/.test(value);
  if (typeof value !== "number" && !isText) return null;
  const count = Number(value);
  return count >= 0 && count <= MAX_COUNT ? count : null;
}

/** An instant of the years 1 to 9999, in UTC where its offset is none that Postgres takes (at most 15:59). */
export function instantOf(value: unknown): string | null {
  const text = normalizeInstant(value);
  if (text === null || !isDate(text.slice(0, 10))) return null;
  const instant = new Date(text);
  const year = instant.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return null;
  return text.endsWith("Z") ? text : instant.toISOString();
}

/** Dates roll over in JavaScript; Postgres refuses 30 February. */
function isDate(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}

/** Whether a value that came from JSON has at most so many characters as JSON, and is nested no deeper than Postgres and JSON can write. */
export function isBounded(value: unknown, maxCharacters: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return false;
    level = level.flatMap((part) =>
      typeof part === "object" && part !== null ? Object.values(part) : []
    );
  }
  return value === undefined || JSON.stringify(value).length <= maxCharacters;
}
