import { createHash, type Hash } from "node:crypto";
import type { ByteReader } from "./byte_reader.ts";
import type { LineEnd } from "./csv_header.ts";
import type { Dialect } from "./dialect.ts";
import type { LoadLimits } from "./load_limits.ts";
import type { OpenLoad } from "./open_load.ts";
import { RecordScan } from "./record_scan.ts";
import { ResultError } from "./result_error.ts";

/** A file came shorter or longer than its announced length. The next try may get it whole. */
export class CutOffError extends Error {
  override name = "CutOffError";
}

/** A file that is being loaded, and how far it has been read. */
export interface OpenFile {
  /** Its place, from 0. */
  index: number;
  reader: ByteReader;
  /** The bytes of its header, until the first segment has taken them. */
  head: Uint8Array;
  /** Byte at which the next segment begins, not counting a header that is still in `head`. */
  position: number;
  lines: number;
  lineEnd: LineEnd | null;
  /** Bytes of the whole file; null if the server did not say. */
  length: number | null;
  etag: string | null;
  /** Whether a later request can continue in its middle. */
  resumable: boolean;
  /** Whether it came packed. */
  packed: boolean;
  ended: boolean;
}

/** One segment of a file on its way to COPY: up to the first end of a record at or beyond its size, or to the file's end. */
export class Segment {
  /** Bytes of the segment so far, with its header. */
  bytes = 0;
  readonly #scan: RecordScan;
  readonly #digests: string[] = [];
  #hash: Hash = createHash("sha256");
  #hashed = 0;

  constructor(
    private readonly file: OpenFile,
    private readonly load: OpenLoad,
    dialect: Dialect,
    private readonly limits: LoadLimits,
  ) {
    this.#scan = new RecordScan({
      dialect,
      columns: load.header.length,
      lineEnd: file.lineEnd,
      file: file.index + 1,
      lines: file.lines,
      recordBytes: limits.recordBytes,
    });
  }

  /**
   * Yields what COPY gets. A file that cannot be continued in its middle is one segment, whatever its size; its digests are
   * those of the segments into which it would otherwise fall.
   *
   * @throws CsvError, ResultError over a limit, CutOffError, and what reading the file throws
   */
  async *pieces(): AsyncGenerator<Uint8Array> {
    const { file } = this;
    let pieces: Uint8Array[] = [];
    const emit = (piece: Uint8Array) => {
      if (piece.length > 0) pieces.push(piece);
    };
    this.#count(file.head);
    while (!await file.reader.isAtEnd()) {
      const chunk = (await file.reader.next())!;
      const least = this.load.segmentBytes - this.#hashed;
      const { taken, ended } = this.#scan.take(chunk, least, emit);
      this.#count(chunk.subarray(0, taken));
      file.reader.unread(chunk.subarray(taken));
      yield* pieces;
      pieces = [];
      if (!ended) continue;
      this.#digest();
      if (file.resumable && !await file.reader.isAtEnd()) return;
    }
    this.#checkLength();
    this.#scan.end(emit);
    this.#checkLimits();
    yield* pieces;
    if (this.#hashed > 0) this.#digest();
    file.ended = true;
  }

  /** The report for amc_history.commit_segment. */
  report(): Record<string, unknown> & { to: Cursor; records: number } {
    const { file, load } = this;
    const position = this.#position;
    const to = file.ended
      ? {
        file: file.index + 1,
        byte_offset: 0,
        lines: 0,
        etag: null,
        line_end: null,
      }
      : {
        file: file.index,
        byte_offset: position,
        lines: this.#scan.lines,
        etag: file.etag,
        line_end: this.#scan.lineEnd,
      };
    return {
      load_id: load.id,
      from: { file: load.file, byte_offset: load.byteOffset },
      to,
      records: this.#scan.records,
      bytes: this.bytes,
      digests: this.#digests,
    };
  }

  get #position(): number {
    return this.file.position + this.bytes - this.file.head.length;
  }

  #count(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#hashed += bytes.length;
    this.bytes += bytes.length;
    this.#checkLimits();
  }

  #digest(): void {
    this.#digests.push(this.#hash.digest("hex"));
    this.#hash = createHash("sha256");
    this.#hashed = 0;
  }

  #checkLength(): void {
    const { index, length } = this.file;
    if (length === null || this.#position === length) return;
    throw new CutOffError(
      `File ${index + 1}: expected ${length} bytes, got ${this.#position}.`,
    );
  }

  #checkLimits(): void {
    const { file, load, limits } = this;
    if (load.bytes + this.bytes > limits.resultBytes) {
      throw tooLarge(limits, "more");
    }
    if (load.records + this.#scan.records > limits.resultRecords) {
      throw new ResultError(
        "too_many_records",
        `The result has more than ${limits.resultRecords} records, the most that AMC_RESULT_MAX_RECORDS allows.`,
      );
    }
    if (!file.resumable && this.bytes > limits.callBytes) {
      throw tooLargeAtOnce(file, limits);
    }
  }
}

/** Where a load continues, as the database stores it. */
export interface Cursor {
  file: number;
  byte_offset: number;
  lines: number;
  etag: string | null;
  line_end: LineEnd | null;
}

/** The error for a result with more bytes than AMC_RESULT_MAX_BYTES allows. */
export function tooLarge(
  { resultBytes }: LoadLimits,
  bytes: number | "more",
): ResultError {
  return new ResultError(
    "result_too_large",
    `The result has ${
      bytes === "more" ? "more" : `${bytes} bytes, more`
    } than the ${resultBytes} bytes that AMC_RESULT_MAX_BYTES allows.`,
  );
}

/** The error for a file that must be loaded in one call and is too large for that. */
export function tooLargeAtOnce(
  { index, packed }: Pick<OpenFile, "index" | "packed">,
  { callBytes }: LoadLimits,
): ResultError {
  const why = packed ? "came packed" : "cannot be asked for in parts";
  return new ResultError(
    packed ? "gzip_too_large" : "ranges_unsupported",
    `File ${
      index + 1
    } ${why}, so that it must be loaded at once, and has more than the ${callBytes} bytes that one call may load (AMC_CALL_BYTES).`,
  );
}
