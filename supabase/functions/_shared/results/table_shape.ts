import { parse } from "csv-parse/sync";
import type { Dialect } from "./dialect.ts";

/** How many records below the header are looked at. */
const RECORDS = 10;
const BYTE_ORDER_MARK = "\ufeff";

/** The beginning of a file. */
export interface FileHead {
  /** Of its first record, without the one byte order mark that may precede it. */
  cells: string[];
  /** Lines below. */
  below: string;
}

/**
 * Says why the first record of a file cannot be the header of a table, judging by it and the records below. What AMC told of
 * the columns is compared in the database, and more may be wrong with the records than is looked for here.
 *
 * @returns what came instead of a header; null if it may be one
 */
export function notAHeader(head: FileHead, dialect: Dialect): string | null {
  const { cells } = head;
  return (cells.every((cell) => cell.trim() === "") ? "a blank line" : null) ??
    (cells.some((cell) => cell.includes(BYTE_ORDER_MARK))
      ? "a second byte order mark"
      : null) ??
    otherSeparator(head, dialect) ??
    title(head, dialect);
}

/**
 * Says what a text is that only looks like a record: what other programs write.
 *
 * @param text of the first record, which need not be valid CSV
 */
export function notText(text: string): string | null {
  const start = text.replace(/^[\s\ufeff]+/, "");
  if (/^<[a-z!?/]/i.test(start)) return "HTML or XML";
  if (/^(\{|\[\s*[{"[\]])/.test(start)) return "JSON";
  if (/^"?sep=/i.test(start) && start.trim().length < 12) {
    return "a line for Excel that names the separator";
  }
  return null;
}

/** Cells that another separator parts than the workflow's. */
function otherSeparator(
  { cells, below }: FileHead,
  dialect: Dialect,
): string | null {
  if (dialect.separator !== "\t" && cells.some((cell) => cell.includes("\t"))) {
    return "names that a tab separates";
  }
  if (cells.length > 1) return null;
  const records = recordsOf(below, dialect);
  for (const separator of [",", ";", "|"]) {
    const count = countOf(cells[0], separator);
    if (
      separator !== dialect.separator && count > 0 && records.length > 0 &&
      records.every((record) =>
        record.length === 1 && countOf(record[0], separator) === count
      )
    ) return `names that ${separator} separates`;
  }
  return null;
}

function countOf(text: string, separator: string): number {
  return text.split(separator).length - 1;
}

/** A line above the header: of fewer cells than all below it, or of one cell and blank ones above a line of names. */
function title({ cells, below }: FileHead, dialect: Dialect): string | null {
  const records = recordsOf(below, dialect);
  const [first] = records;
  if (first === undefined) return null;
  const wider = records.every(({ length }) => length === first.length) &&
    first.length > cells.length && (cells.length === 1 || records.length > 1);
  const padded = cells.length > 1 && first.length === cells.length &&
    cells.slice(1).every((cell) => cell.trim() === "") &&
    first.every((cell) => /^[^\d.:+-]/.test(cell.trim()));
  return wider || padded
    ? `${
      JSON.stringify(cells[0].slice(0, 100))
    }, a line above the header as it seems`
    : null;
}

/** The records at the beginning of a text, or none where they cannot be read. */
function recordsOf(text: string, dialect: Dialect): string[][] {
  try {
    return parse(text, {
      to: RECORDS,
      delimiter: dialect.separator,
      quote: dialect.quote,
      escape: dialect.escape,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as string[][];
  } catch {
    return [];
  }
}
