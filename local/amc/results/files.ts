/**
 * AMC simulator: the files of a result. They depend on the seed, the instance, the workflow and the window, not on
 * the execution: running a week again gives the same bytes.
 */
import { createHash } from "node:crypto";
import { integerBetween, seededRandom } from "../random.ts";
import type { Execution, OutputFormat } from "../types.ts";
import { columnsOf } from "./columns.ts";
import { csvWriter } from "./csv.ts";
import { largeFiles } from "./large.ts";
import { cellOf, drawRows, type RowSource } from "./rows.ts";

/** One file with its entity tag (quoted MD5, as S3 has it for simple uploads). */
export interface ResultFile {
  length: number;
  etag: string;
  /** The bytes from one place to before another. */
  read(from: number, to: number): Iterable<Uint8Array>;
}

/** Results kept in memory, so that ranges of a large one do not draw it anew. */
const RESULTS_KEPT = 16;

/** Draws results and keeps the latest. */
export class ResultStore {
  #kept = new Map<string, ResultFile[]>();

  /** The files of a succeeded execution: 1..5, each with the header (observed, M). */
  filesOf(
    execution: Execution,
    seed: string,
    fallback: OutputFormat,
  ): ResultFile[] {
    const kept = this.#kept.get(execution.executionId);
    if (kept) return kept;
    const files = execution.result.bytesPerFile === null
      ? textsOf(execution, seed, fallback).map(fileOf)
      : largeFiles(execution, seed, fallback);
    this.#kept.set(execution.executionId, files);
    if (this.#kept.size > RESULTS_KEPT) {
      this.#kept.delete(this.#kept.keys().next().value!);
    }
    return files;
  }
}

function textsOf(
  execution: Execution,
  seed: string,
  fallback: OutputFormat,
): string[] {
  const { result, workflow } = execution;
  if (result.body !== null) return [result.body];
  const columns = columnsOf(workflow);
  const format = { ...fallback, ...workflow.outputFormat };
  const write = csvWriter(format);
  const header = write(columns.map(({ name }) => name));
  const flag = workflow.filteredMetricsDiscriminatorColumn;
  const keepsRows = workflow.privacyFilteringBehavior === "REMOVE_VALUES";
  const lines: string[] = [];
  for (
    const row of drawRows(sourceOf(execution, seed), rowCount(execution, seed))
  ) {
    // REMOVE_ROWS leaves the row out, REMOVE_VALUES its withheld cells (SPEC, H; the default is a guess).
    if (row.withheld && !keepsRows) continue;
    lines.push(write(columns.map((column) => cellOf(row, column, flag))));
  }
  return split(lines, result.files).map((part) =>
    (result.byteOrderMark ? "\ufeff" : "") +
    [header, ...part, ""].join(result.lineEnding)
  );
}

/** Where an execution's rows come from. */
export function sourceOf(execution: Execution, seed: string): RowSource {
  const { windowStart, windowEnd, timeZone } = execution;
  return {
    seed,
    instanceId: execution.instanceId,
    workflowId: execution.workflowId,
    windowStart: `${windowStart} ${windowEnd} ${timeZone}`,
    windowStartAt: execution.windowStartAt ?? 0,
    windowEndAt: execution.windowEndAt ?? 0,
  };
}

function rowCount(execution: Execution, seed: string): number {
  const { rows, headerOnly } = execution.result;
  if (headerOnly) return 0;
  if (typeof rows === "number") return rows;
  const random = seededRandom(
    `${seed}:rows:${execution.workflowId}:${execution.windowStart}`,
  );
  return integerBetween(random, rows[0], rows[1]);
}

function split(lines: string[], files: number): string[][] {
  const size = Math.max(1, Math.ceil(lines.length / files));
  return Array.from(
    { length: files },
    (_, index) => lines.slice(index * size, (index + 1) * size),
  );
}

/** A file of some text. */
function fileOf(text: string): ResultFile {
  return fileOfBytes(new TextEncoder().encode(text));
}

/** A file of some bytes. */
export function fileOfBytes(bytes: Uint8Array): ResultFile {
  return {
    length: bytes.length,
    etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
    read: (from, to) => [bytes.subarray(from, to)],
  };
}
