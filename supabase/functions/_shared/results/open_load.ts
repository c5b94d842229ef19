import type { LineEnd } from "./csv_header.ts";
import type { Sql } from "../database/sql.ts";

/** A load that is open, and its cursor: what is in. */
export interface OpenLoad {
  id: string;
  copyStatement: string;
  header: string[];
  /** How many files the result has. */
  files: number;
  /** What identifies each of them, in the order in which they are loaded. */
  fileIds: string[];
  segmentBytes: number;
  /** How many files are in. */
  file: number;
  /** Bytes of the next file that are in, and what is known of the file. */
  byteOffset: number;
  etag: string | null;
  lineEnd: LineEnd | null;
  lines: number;
  /** Rows and bytes of all that is in. */
  records: number;
  bytes: number;
}

/** The attempt whose execution's result is loaded, as claim_loads gave it. */
export interface Holder {
  attemptId: string;
  fence: number;
}

/** A row of result_loads, as the driver reads it: 64-bit numbers as text. */
interface LoadRow {
  /** Null if there is no load. */
  id: string | null;
  copy_statement: string;
  header: string[];
  files: number;
  file_ids: string[];
  segment_bytes: string;
  file: number;
  byte_offset: string;
  etag: string | null;
  line_end: LineEnd | null;
  lines: string;
  records: string;
  bytes: string;
}

/** Resumes a load that an earlier worker left, and ends that worker's session if it hangs. @returns null if there is none */
export async function resumeLoad(
  sql: Sql,
  { attemptId, fence }: Holder,
): Promise<OpenLoad | null> {
  const [row] = await sql<LoadRow>`
    select (r.load).*, r.copy_statement from amc_history.resume_load(${attemptId}, ${fence}) r`;
  if (!row || row.id === null) return null;
  return {
    id: row.id,
    copyStatement: row.copy_statement,
    header: row.header,
    files: row.files,
    fileIds: row.file_ids,
    segmentBytes: Number(row.segment_bytes),
    file: row.file,
    byteOffset: Number(row.byte_offset),
    etag: row.etag,
    lineEnd: row.line_end,
    lines: Number(row.lines),
    records: Number(row.records),
    bytes: Number(row.bytes),
  };
}

/** A load that waits: for a person who accepts its header, or for another load. Its lease has ended. */
export class WaitingLoad extends Error {
  override name = "WaitingLoad";
}

/**
 * Begins a load from its first byte.
 *
 * @throws WaitingLoad; SQLSTATE AH002 for a header beyond a limit
 */
export async function beginLoad(
  sql: Sql,
  { attemptId, fence }: Holder,
  begun: Pick<OpenLoad, "header" | "files" | "fileIds" | "segmentBytes">,
): Promise<OpenLoad> {
  const { header, files, fileIds, segmentBytes } = begun;
  const [row] = await sql<{ load_id: string | null; copy_statement: string }>`
    select load_id, copy_statement
    from amc_history.begin_load(${attemptId}, ${fence}, ${header}, ${files}, ${segmentBytes},
      ${fileIds})`;
  if (row.load_id === null) throw new WaitingLoad("The load waits.");
  return {
    ...begun,
    id: row.load_id,
    copyStatement: row.copy_statement,
    file: 0,
    byteOffset: 0,
    etag: null,
    lineEnd: null,
    lines: 0,
    records: 0,
    bytes: 0,
  };
}

/** Releases a load before its end, so that the next worker continues it from its cursor without waiting for the lease. */
export async function releaseLoad(
  sql: Sql,
  { attemptId, fence }: Holder,
): Promise<void> {
  await sql`select amc_history.release_load(${attemptId}, ${fence})`;
}

/** Drops what is loaded, so that the load starts over. A job deletes the rows. */
export async function dropLoad(
  sql: Sql,
  { attemptId, fence }: Holder,
): Promise<void> {
  await sql`select amc_history.drop_load(${attemptId}, ${fence})`;
}

/** Drops what is loaded for an attempt, if the attempt has ended. */
export async function dropEndedLoad(
  sql: Sql,
  { attemptId }: Holder,
): Promise<void> {
  await sql`select amc_history.drop_ended_loads(${attemptId})`;
}
