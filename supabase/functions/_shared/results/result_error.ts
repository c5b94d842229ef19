/** What makes a result one that cannot be loaded, however often it is tried. */
export type ResultProblem =
  | "bad_csv"
  | "header_not_expected"
  | "empty_file"
  | "bad_gzip"
  | "record_too_large"
  | "too_many_files"
  | "mixed_escapes"
  | "record_count_differs"
  | "too_many_columns"
  | "too_many_records"
  | "result_too_large"
  | "ranges_unsupported"
  | "gzip_too_large";

/** A result that cannot be loaded as it is. The message says what was expected and what came. */
export class ResultError extends Error {
  override name = "ResultError";

  constructor(readonly code: ResultProblem, message: string) {
    super(message);
  }
}

/** A file that is not the CSV that was asked for. */
export class CsvError extends ResultError {
  override name = "CsvError";

  constructor(message: string, code: ResultProblem = "bad_csv") {
    super(code, message);
  }
}

/**
 * A record has more bytes than one may have.
 *
 * @param line the line of the file on which it begins, from 1
 */
export function recordTooLarge(
  { file, recordBytes }: { file: number; recordBytes: number },
  line: number,
): CsvError {
  return new CsvError(
    `File ${file}, line ${line}: a record begins that has more than the ${recordBytes} bytes ` +
      "that AMC_RESULT_MAX_RECORD_BYTES allows, or a quote in it is never closed.",
    "record_too_large",
  );
}
