import { isDeepStrictEqual } from "node:util";
import { ByteReader } from "./byte_reader.ts";
import { openCsv } from "./csv_header.ts";
import type { Dialect } from "./dialect.ts";
import type { Json } from "../database/database.types.ts";
import type { Sql } from "../database/sql.ts";
import { sqlStateOf } from "../database/errors.ts";
import type { LoadBudget } from "./load_budget.ts";
import type { LoadLimits } from "./load_limits.ts";
import {
  beginLoad,
  dropLoad,
  type Holder,
  type OpenLoad,
  resumeLoad,
} from "./open_load.ts";
import { CsvError, ResultError } from "./result_error.ts";
import { type OpenFile, Segment, tooLarge, tooLargeAtOnce } from "./segment.ts";

/** A file of a result, opened when it is its turn. */
export interface ResultFile {
  /** Its bytes, from where it was opened. */
  body: AsyncIterable<Uint8Array>;
  /** Bytes of the whole file, or null if that was not said. */
  length: number | null;
  /** Its entity tag, if it has one that tells versions apart byte by byte. */
  etag: string | null;
  /** Whether it can be opened in the middle. */
  resumable: boolean;
  /** Whether it came packed, and was unpacked. */
  packed: boolean;
}

/** A result to load, and how. */
export interface Load extends Holder {
  dialect: Dialect;
  /** What identifies each file, in order. */
  listFiles(): Promise<string[]>;
  limits: LoadLimits;
  budget: LoadBudget;
  /** Opens a file, by its place from 0; from a byte on if the file has that etag. */
  open(
    index: number,
    from: { offset: number; etag: string | null },
  ): Promise<ResultFile>;
  /** Called at named points, where a test may stop the process. */
  checkpoint(point: string): Promise<void>;
}

/** Whether another worker has resumed the load. This one then stops and reports nothing. */
export function isStaleLoad(error: unknown): boolean {
  return sqlStateOf(error) === "AH001";
}

/**
 * Loads a result from its files, starting where an earlier worker stopped. Bytes go to COPY as they come; the transaction of
 * each segment moves the load's cursor. Readers see nothing before the load is complete.
 *
 * @returns the summary that becomes the week's data; null if the budget is used up and another call must continue
 * @throws ResultError for a result that is not right; WaitingLoad; SQLSTATE AH001 if another worker has taken the load up, AH002
 *   if the header is beyond a limit; CutOffError; whatever opening a file throws
 */
export async function loadResult(
  sql: Sql,
  load: Load,
): Promise<Json | null> {
  let open = await resumeLoad(sql, load);
  if (open === null || open.file < open.files) {
    open = await loadFiles(sql, load, open);
  }
  if (open === null) return null;
  const [{ summary }] = await sql<{ summary: Json }>`
    select amc_history.finish_load(${open.id}, ${load.attemptId}, ${load.fence}) as summary`;
  return summary;
}

/** Loads the files that are not in. @returns the load, or null if the budget is used up */
async function loadFiles(
  sql: Sql,
  load: Load,
  resumed: OpenLoad | null,
): Promise<OpenLoad | null> {
  let open = resumed;
  const listed = await load.listFiles();
  const files = listed.length;
  if (open !== null && !isDeepStrictEqual(open.fileIds, listed)) {
    // The result has changed: load it from the start.
    await dropLoad(sql, load);
    open = null;
  }
  while (open === null || open.file < files) {
    if (!load.budget.isOpen) return null;
    const { file, header } = await openFile(load, open);
    try {
      open ??= await beginLoad(sql, load, {
        header: header!,
        files,
        fileIds: listed,
        segmentBytes: load.limits.segmentBytes,
      });
      while (!file.ended) {
        if (!await loadSegment(sql, load, open, file)) return null;
      }
    } finally {
      file.reader.close();
    }
  }
  return open;
}

/** Opens the next file at the load's cursor. */
async function openFile(
  load: Load,
  open: OpenLoad | null,
): Promise<{ file: OpenFile; header: string[] | null }> {
  const index = open?.file ?? 0;
  const offset = open?.byteOffset ?? 0;
  const opened = await load.open(index, { offset, etag: open?.etag ?? null });
  const { length, etag, resumable, packed } = opened;
  const known = { index, length, etag, resumable, packed, ended: false };
  const bytes = (open?.bytes ?? 0) - offset + (length ?? 0);
  if (bytes > load.limits.resultBytes) throw tooLarge(load.limits, bytes);
  if (offset > 0) {
    const { lines, lineEnd } = open!;
    const reader = new ByteReader(opened.body);
    const head = new Uint8Array();
    const file = { ...known, reader, head, position: offset, lines, lineEnd };
    return { file, header: null };
  }
  const csv = await openCsv(opened.body, load.dialect).catch((error) => {
    throw error instanceof CsvError
      ? new CsvError(`File ${index + 1}: ${error.message}`, error.code)
      : error;
  });
  const reader = csv.body;
  try {
    checkHeader(csv.header, index, open?.header, load.limits);
    const head = await reader.take(csv.headerBytes);
    const { headerLines: lines, lineEnd } = csv;
    const position = head.length;
    const file = { ...known, reader, head, position, lines, lineEnd };
    return { file, header: csv.header };
  } catch (error) {
    reader.close();
    throw error;
  }
}

function checkHeader(
  header: string[],
  index: number,
  expected: string[] | undefined,
  { resultColumns }: LoadLimits,
): void {
  if (header.length > resultColumns) {
    throw new ResultError(
      "too_many_columns",
      `The result has ${header.length} columns, more than the ${resultColumns} that AMC_RESULT_MAX_COLUMNS allows.`,
    );
  }
  if (
    expected === undefined ||
    JSON.stringify(header) === JSON.stringify(expected)
  ) return;
  throw new CsvError(
    `File ${index + 1}: expected the header of the first file, ${
      expected.join(", ")
    }; got ${header.join(", ")}.`,
    "header_not_expected",
  );
}

/** Loads the next segment and commits it. @returns false if the budget has no room for it */
async function loadSegment(
  sql: Sql,
  load: Load,
  open: OpenLoad,
  file: OpenFile,
): Promise<boolean> {
  const { budget, limits, attemptId, fence } = load;
  const need = sizeOfNext(open, file, limits);
  if (!file.resumable && need > limits.callBytes) {
    throw tooLargeAtOnce(file, limits);
  }
  if (!budget.take(need)) {
    budget.close();
    return false;
  }
  await load.checkpoint("before_copy");
  const segment = new Segment(file, open, load.dialect, limits);
  const lines = file.lines;
  try {
    await sql.begin(async (transaction) => {
      await transaction`select amc_history.open_load(${open.id}, ${fence})`;
      await transaction.copy(open.copyStatement, segment.pieces());
      await load.checkpoint("after_copy");
      const report = { ...segment.report(), attempt_id: attemptId, fence };
      await transaction`
        select amc_history.commit_segment(${JSON.stringify(report)})`;
    });
  } catch (error) {
    throw named(error, file.index, lines);
  }
  budget.settle(need, segment.bytes);
  moveOn(open, file, segment);
  await load.checkpoint("after_segment");
  return true;
}

/** Bytes of the next segment, or the most that it may have if the file's length is unknown. */
function sizeOfNext(
  open: OpenLoad,
  { length, position, head, resumable }: OpenFile,
  { callBytes }: LoadLimits,
): number {
  const left = length === null ? null : length - position + head.length;
  return resumable
    ? Math.min(open.segmentBytes, left ?? open.segmentBytes)
    : left ?? callBytes;
}

/** Moves the cursor and the file past the segment that was committed. */
function moveOn(open: OpenLoad, file: OpenFile, segment: Segment): void {
  const { to, records } = segment.report();
  open.file = to.file;
  open.byteOffset = to.byte_offset;
  open.etag = to.etag;
  open.lineEnd = to.line_end;
  open.lines = to.lines;
  open.records += records;
  open.bytes += segment.bytes;
  file.head = new Uint8Array();
  file.position = to.byte_offset;
  file.lines = to.lines;
  file.lineEnd = to.line_end;
}

/**
 * Says in the message which file and line Postgres could not take.
 *
 * @param lines of the file before what was copied
 */
function named(error: unknown, index: number, lines: number): unknown {
  const state = sqlStateOf(error);
  const { message, where } = error as { message: string; where?: string };
  if (state === "AH003") {
    return new CsvError(
      `File ${index + 1}, from line ${lines + 1} on: ${message}`,
      "record_count_differs",
    );
  }
  if (!state?.startsWith("22")) return error;
  const line = /line (\d+)/.exec(where ?? "")?.[1];
  return new CsvError(
    `File ${index + 1}${
      line ? `, line ${Number(line) + lines}` : ""
    }: ${message}`,
  );
}
