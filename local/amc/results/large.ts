/**
 * AMC simulator: results too large to be kept. A block of rows repeats, and each row has a number of its own in the first
 * column, so that any part can be made without the part before it, and a lost or doubled row shows.
 */
import { createHash } from "node:crypto";
import type { Execution, OutputFormat } from "../types.ts";
import { columnsOf } from "./columns.ts";
import { csvWriter } from "./csv.ts";
import type { ResultFile } from "./file.ts";
import { cellOf, drawRows, sourceOf } from "./rows.ts";

const ROWS_IN_BLOCK = 2_000;
/** Digits of a row's number; it is the first of a row. */
const DIGITS = 12;
const ZERO = 48;

/** The files of a result of `bytesPerFile` bytes each, and at most a block more. */
export function largeFiles(
  execution: Execution,
  seed: string,
  fallback: OutputFormat,
): ResultFile[] {
  const { result } = execution;
  const block = makeBlock(execution, seed, fallback);
  const blocks = Math.max(
    1,
    Math.ceil((result.bytesPerFile! - block.header.length) / block.rows.length),
  );
  return Array.from({ length: result.files }, (_, index) => {
    const first = index * blocks * ROWS_IN_BLOCK;
    const hash = createHash("md5").update(block.rows);
    return {
      length: block.header.length + blocks * block.rows.length,
      etag: `"${hash.update(`${first} ${blocks}`).digest("hex")}"`,
      read: (from, to) => read(block, first, from, to),
    };
  });
}

/** The header, the rows, and the offset of each row. */
interface Block {
  header: Uint8Array;
  rows: Uint8Array;
  starts: number[];
}

function makeBlock(
  execution: Execution,
  seed: string,
  fallback: OutputFormat,
): Block {
  const { workflow, result } = execution;
  const encoder = new TextEncoder();
  const columns = columnsOf(workflow);
  const write = csvWriter({ ...fallback, ...workflow.outputFormat });
  const flag = workflow.filteredMetricsDiscriminatorColumn;
  const lines: Uint8Array[] = [];
  const starts: number[] = [];
  let length = 0;
  for (const row of drawRows(sourceOf(execution, seed), ROWS_IN_BLOCK)) {
    const cells = columns.map((column) => cellOf(row, column, flag));
    cells[0] = "0".repeat(DIGITS);
    // Some rows take two lines.
    if (lines.length % 7 === 0) cells[1] = `${cells[1]}\nsecond line`;
    const line = encoder.encode(write(cells) + result.lineEnding);
    starts.push(length);
    lines.push(line);
    length += line.length;
  }
  const rows = new Uint8Array(length);
  lines.forEach((line, n) => rows.set(line, starts[n]));
  const header = write(columns.map(({ name }) => name)) + result.lineEnding;
  const mark = result.byteOrderMark ? "\ufeff" : "";
  return { header: encoder.encode(mark + header), rows, starts };
}

function* read(
  { header, rows, starts }: Block,
  first: number,
  from: number,
  to: number,
): Generator<Uint8Array> {
  if (from < header.length) {
    yield header.subarray(from, Math.min(to, header.length));
  }
  let at = Math.max(from, header.length);
  while (at < to) {
    const place = at - header.length;
    const block = Math.floor(place / rows.length);
    const offset = place % rows.length;
    const numbered = rows.slice();
    starts.forEach((start, n) =>
      putNumber(numbered, start, first + block * ROWS_IN_BLOCK + n)
    );
    const part = numbered.subarray(offset, offset + to - at);
    yield part;
    at += part.length;
  }
}

function putNumber(bytes: Uint8Array, start: number, number: number): void {
  for (let digit = DIGITS - 1; digit >= 0; digit--) {
    bytes[start + digit] = ZERO + number % 10;
    number = Math.floor(number / 10);
  }
}
