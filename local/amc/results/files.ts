/**
 * AMC simulator: the files of a result. They depend on the seed, the instance, the workflow and the window, not on
 * the execution: running a week again gives the same bytes.
 */
import { integerBetween, seededRandom } from "../random.ts";
import type { Execution, OutputFormat } from "../types.ts";
import { columnsOf } from "./columns.ts";
import { csvWriter } from "./csv.ts";
import { largeFiles } from "./large.ts";
import { fileOfText, type ResultFile } from "./file.ts";
import { cellOf, drawRows, sourceOf } from "./rows.ts";

/** How many results stay in memory, so that ranges of one do not draw it again. */
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
      ? textsOf(execution, seed, fallback).map(fileOfText)
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
