import { inSqlFunction, inTsFunction, type Mutant } from "../support/mutant.ts";

/** Guards of segments: a result of any size is loaded as AMC sent it, however often its loader stops. */
export const SEGMENTS: Mutant[] = [
  {
    name: "frozen-loader",
    guard: "a loader that froze is ended by its successor",
    off: "end_earlier_loaders ends none",
    edits: [
      inSqlFunction(
        "amc_history.end_earlier_loaders",
        "(count(*) filter (where pg_terminate_backend(a.pid, 5000)))::integer",
        "count(*)::integer",
      ),
    ],
    tests: ["loading/frozen_loader"],
  },
  {
    name: "frozen-commit",
    guard:
      "a loader that freezes before it commits holds its locks for seconds",
    off: "commit_segment sets no timeout",
    edits: [
      inSqlFunction(
        "amc_history.commit_segment",
        "perform set_config('idle_in_transaction_session_timeout', '5s', true);",
        "",
      ),
    ],
    tests: ["database/commit_segment"],
  },
  {
    name: "lines-go-on",
    guard: "line numbers continue from segment to segment",
    off: "open_load starts at 1",
    edits: [
      inSqlFunction(
        "amc_history.open_load",
        "load.records + 1, false",
        "1, false",
      ),
    ],
    tests: ["loading/segments"],
  },
  {
    name: "not-ready-is-free",
    guard: "a result that is not ready counts no error",
    off: "reschedule_load counts an error",
    edits: [
      inSqlFunction(
        "amc_history.reschedule_load",
        "w.error_count + case when reschedule_load.wait is null then 1 else 0 end",
        "w.error_count + 1",
      ),
    ],
    tests: ["fail_load/result_that"],
  },
  {
    name: "result-gone",
    guard: "a result that AMC no longer keeps is not requested again",
    off: "fail_load does not check when its execution ended",
    edits: [
      inSqlFunction(
        "public.fail_load",
        "amc_history.clock_now() - allowed.result_gone",
        "'-infinity'::timestamptz",
      ),
    ],
    tests: ["fail_load/result_that"],
  },
  {
    name: "if-match",
    guard: "a file is resumed only while it is the same one",
    off: "it is requested without its etag",
    edits: [
      inTsFunction(
        "ResultFiles.#fetch",
        "{ ifMatch: etag }",
        "{}",
      ),
    ],
    tests: ["worker/large_results"],
  },
  {
    name: "expired-link",
    guard: "an expired link is renewed",
    off: "it is an error",
    edits: [
      inTsFunction(
        "ResultFiles.#request",
        "if (!(error instanceof LinkExpiredError)) throw error;",
        "throw error;",
      ),
    ],
    tests: ["worker/loaded_results"],
  },
  {
    name: "broken-off",
    guard: "a load resumes after a broken connection",
    off: "it is an error",
    edits: [
      inTsFunction(
        "ResultFiles.#whole",
        "const again = resumable &&",
        "const again = false &&",
      ),
    ],
    tests: ["worker/loaded_results"],
  },
  {
    name: "claimed-ranges",
    guard:
      "a server that wrongly claims to serve ranges is asked for whole files",
    off: "wrong bytes are an error",
    edits: [
      inTsFunction(
        "loadOne",
        'error.code === "wrong_range"',
        'error.code === "none"',
      ),
    ],
    tests: ["worker/large_results"],
  },
  {
    name: "half-loaded-rows",
    guard: "no rows remain of a result that cannot be loaded",
    off: "its rows remain",
    edits: [
      inTsFunction(
        "reportFailure",
        "await drop(collector, claim, dropEndedLoad);",
        "",
      ),
    ],
    tests: ["worker/large_results"],
  },
  {
    name: "changed-result",
    guard: "a changed result is loaded from the start",
    off: "its load continues",
    edits: [
      inTsFunction(
        "reportFailure",
        'if (code === "result_changed") await drop(collector, claim, dropLoad);',
        "",
      ),
    ],
    tests: ["worker/large_results"],
  },
  {
    name: "call-budget",
    guard: "a call loads no more than its budget",
    off: "everything fits",
    edits: [
      inTsFunction(
        "LoadBudget.take",
        "const fits = this.#used === 0 || this.#used + bytes <= this.bytes;",
        "const fits = true;",
      ),
    ],
    tests: ["loading/segments", "worker/large_results"],
  },
  {
    name: "cut-off",
    guard: "a file is loaded with all its bytes or not at all",
    off: "its length is not compared",
    edits: [
      inTsFunction(
        "Segment.#checkLength",
        "if (length === null || this.#position === length) return;",
        "if (length !== null || length === null) return;",
      ),
    ],
    tests: ["loading/exact_results"],
  },
  {
    name: "checksum-of-segments",
    guard: "a checksum is the same however a result was loaded",
    off: "a file in one segment has one digest",
    edits: [
      inTsFunction(
        "Segment.pieces",
        "      this.#digest();\n      if (file.resumable",
        "      if (file.resumable) this.#digest();\n      if (file.resumable",
      ),
    ],
    tests: ["loading/segments"],
  },
  {
    name: "headers-of-files",
    guard: "all files of a result have one header",
    off: "later ones are not compared",
    edits: [
      inTsFunction(
        "checkHeader",
        "JSON.stringify(header) === JSON.stringify(expected)",
        "header.length > 0",
      ),
    ],
    tests: ["loading/exact_results"],
  },
  {
    name: "number-of-files",
    guard: "a result with another number of files is loaded from the start",
    off: "its load continues",
    edits: [
      inTsFunction(
        "loadFiles",
        "if (open !== null && !isDeepStrictEqual(open.fileIds, listed)) {",
        "if (open !== null && open.files < 0) {",
      ),
    ],
    tests: ["loading/segments"],
  },
  {
    name: "line-of-file",
    guard: "an error names the line of the file",
    off: "it names the line of the segment",
    edits: [inTsFunction("named", "Number(line) + lines", "Number(line)")],
    tests: ["loading/exact_results"],
  },
  {
    name: "end-of-data",
    guard: "a line of \\. alone does not end the data",
    off: "COPY gets it as it is",
    edits: [
      inTsFunction(
        "RecordScan.#begin",
        '? "marker" : "record"',
        '? "record" : "record"',
      ),
    ],
    tests: ["loading/exact_results"],
  },
  {
    name: "mixed-escapes",
    guard: "doubled quotes beside backslash escapes are refused",
    off: "COPY reads them in its own way",
    edits: [
      inTsFunction(
        "RecordScan.#leaveQuotes",
        "if (this.#escape !== -1) {",
        "if (next === 0) {",
      ),
    ],
    tests: ["loading/exact_results"],
  },
  {
    name: "quote-within-cell",
    guard: "a quote within a bare cell is refused",
    off: "COPY drops it",
    edits: [
      inTsFunction(
        "RecordScan.#passPlain",
        "if (before !== this.#separator && before !== LF) {",
        "if (before === -1) {",
      ),
    ],
    tests: ["loading/exact_results"],
  },
  {
    name: "record-length",
    guard: "a record has a limit",
    off: "it goes to COPY at any length",
    edits: [
      inTsFunction(
        "RecordScan.#scan",
        "if (at - begun > this.#start.recordBytes) ",
        "if (at < 0) ",
      ),
    ],
    tests: ["record_scan_test"],
  },
  {
    name: "storage-throttle",
    guard: "a throttle by the storage is the result's",
    off: "a 429 of a link's host is a refusal",
    edits: [
      inTsFunction("linkError", " || status === 429;", ";"),
    ],
    tests: ["amc_results_test"],
  },
];
