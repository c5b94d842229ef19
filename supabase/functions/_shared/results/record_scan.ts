import type { LineEnd } from "./csv_header.ts";
import { type Dialect, quotedMarker } from "./dialect.ts";
import { joined } from "./joined.ts";
import { CsvError, recordTooLarge } from "./result_error.ts";

/** The file whose records are scanned, and where in it. */
export interface ScanStart {
  dialect: Dialect;
  /** How many columns the header has. */
  columns: number;
  /** How the file's lines end; null while none has ended. */
  lineEnd: LineEnd | null;
  /** The file's place, from 1, for errors. */
  file: number;
  /** Lines of the file before these bytes. */
  lines: number;
  /** The most bytes that a record may have, with its line end. */
  recordBytes: number;
}

const [LF, CR, BACKSLASH, DOT] = [10, 13, 92, 46];

/** Between quotes; after one that may close them; elsewhere; or where nothing but line ends may follow. */
type Place = "quoted" | "closed" | "plain" | "end";

/**
 * Finds where records end, by the parity of quotes, in the bytes of a file as they come, without making cells of them. It
 * begins where a record begins.
 *
 * It refuses a quote where the file's dialect allows none, since COPY would drop it without an error. It puts a record that is
 * `\.` alone in quotes, since Postgres 17 would take it for the end of the data. A record has a limit, as soon as it has that
 * many bytes: a quote that nothing closes would make one of a whole file.
 */
export class RecordScan {
  /** Records that have ended. */
  records = 0;
  /** Lines that have ended, those within quotes too, and the ones before. */
  lines: number;
  /** How the file's lines end, as soon as one has. */
  lineEnd: LineEnd | null;

  readonly #start: ScanStart;
  readonly #separator: number;
  readonly #quote: number;
  /** The escape, where it is another than the quote; else a byte that never comes. */
  readonly #escape: number;
  #place: Place = "plain";
  /** Whether a record begins with the next byte. */
  #fresh = true;
  /** Whether the byte before was an escape. */
  #escaped = false;
  /** The byte before, and the one before that. */
  #before = LF;
  #beforeClose = LF;
  /** Bytes of the record that has begun, but for those of the bytes that are being scanned. */
  #length = 0;
  // The line on which it began.
  #line = 0;
  /** Bytes whose meaning depends on what follows. */
  #held = new Uint8Array();

  constructor(start: ScanStart) {
    const { separator, quote, escape } = start.dialect;
    this.#start = start;
    this.#separator = separator.charCodeAt(0);
    this.#quote = quote.charCodeAt(0);
    this.#escape = escape === quote ? -1 : escape.charCodeAt(0);
    this.lines = start.lines;
    this.lineEnd = start.lineEnd;
  }

  /**
   * Takes the next bytes, up to the first record end that is reached with at least `least` of them.
   *
   * @param chunk the next bytes
   * @param least bytes of the chunk before which a record's end does not count
   * @param emit is given what COPY is to get, in pieces
   * @returns how many bytes of the chunk were taken: all, or up to that record's end
   * @throws CsvError
   */
  take(
    chunk: Uint8Array,
    least: number,
    emit: (piece: Uint8Array) => void,
  ): { taken: number; ended: boolean } {
    const held = this.#held.length;
    const bytes = held > 0 ? joined(this.#held, chunk) : chunk;
    this.#held = new Uint8Array();
    const end = this.#scan(bytes, least + held, emit, false);
    return end < 0
      ? { taken: chunk.length, ended: false }
      : { taken: end - held, ended: true };
  }

  /** Takes the end of the file: its last record need not end with a line end. */
  end(emit: (piece: Uint8Array) => void): void {
    const bytes = this.#held;
    this.#held = new Uint8Array();
    this.#scan(bytes, Infinity, emit, true);
    if (!this.#fresh && this.#place !== "end") this.records++;
  }

  /** @returns where the segment ends in these bytes, or -1 */
  #scan(
    bytes: Uint8Array,
    least: number,
    emit: (piece: Uint8Array) => void,
    last: boolean,
  ): number {
    const length = bytes.length;
    let from = 0;
    let at = 0;
    let begun = -this.#length;
    while (at < length) {
      if (this.#place === "end") {
        this.#refuseMore(bytes, at);
        return -1;
      }
      if (this.#fresh) {
        const begun = this.#begin(bytes, at, last);
        if (begun === "held") {
          emit(bytes.subarray(from, at));
          this.#held = bytes.slice(at);
          this.#length = 0;
          return -1;
        }
        if (begun === "end") {
          emit(bytes.subarray(from, at));
          from = length;
          continue;
        }
        if (begun === "marker") {
          emit(bytes.subarray(from, at));
          emit(quotedMarker(this.#start.dialect));
          at += 2;
          from = at;
          this.#before = DOT;
          continue;
        }
      }
      at = this.#place === "quoted"
        ? this.#passQuoted(bytes, at)
        : this.#passPlain(bytes, at);
      if (at - begun > this.#start.recordBytes) {
        throw recordTooLarge(this.#start, this.#line);
      }
      if (this.#fresh) begun = at;
      if (this.#fresh && at >= least) {
        emit(bytes.subarray(from, at));
        this.#length = 0;
        return at;
      }
    }
    this.#length = length - begun;
    if (from < length) emit(bytes.subarray(from, length));
    return -1;
  }

  /** Scans within quotes. @returns where it stopped: behind the bytes, or behind a quote */
  #passQuoted(bytes: Uint8Array, from: number): number {
    const quote = this.#quote;
    const escape = this.#escape;
    const length = bytes.length;
    let at = from;
    if (this.#escaped) {
      this.#escaped = false;
      if (bytes[at] === LF) this.lines++;
      at++;
    }
    for (; at < length; at++) {
      const byte = bytes[at];
      if (byte === quote) {
        this.#place = "closed";
        this.#beforeClose = at > 0 ? bytes[at - 1] : this.#before;
        this.#before = byte;
        return at + 1;
      }
      if (byte === LF) this.lines++;
      else if (byte === escape) {
        at++;
        if (at === length) this.#escaped = true;
        else if (bytes[at] === LF) this.lines++;
      }
    }
    this.#before = bytes[length - 1];
    return length;
  }

  /** Scans outside quotes. @returns where it stopped: behind the bytes, a quote, or a record's end */
  #passPlain(bytes: Uint8Array, from: number): number {
    const quote = this.#quote;
    const length = bytes.length;
    let at = from;
    if (this.#place === "closed" && this.#leaveQuotes(bytes[at])) return at + 1;
    for (; at < length; at++) {
      const byte = bytes[at];
      if (byte === LF) {
        this.#endRecord(at > 0 ? bytes[at - 1] : this.#before);
        return at + 1;
      }
      if (byte === quote) {
        const before = at > 0 ? bytes[at - 1] : this.#before;
        if (before !== this.#separator && before !== LF) {
          throw this.#refusal("a quote stands within a cell that has none");
        }
        this.#place = "quoted";
        this.#before = byte;
        return at + 1;
      }
    }
    this.#before = bytes[length - 1];
    return length;
  }

  /** Judges the byte after a quote that may have closed a cell. @returns whether the cell continues within quotes */
  #leaveQuotes(next: number): boolean {
    if (next === this.#quote) {
      if (this.#escape !== -1) {
        throw this.#mixed(`"" where ${this.#start.dialect.escape}" is meant`);
      }
      this.#place = "quoted";
      this.#before = next;
      return true;
    }
    if (next !== this.#separator && next !== LF && next !== CR) {
      throw this.#escape === -1 && this.#beforeClose === BACKSLASH
        ? this.#mixed('\\" where "" is meant')
        : this.#refusal("a cell goes on behind the quote that ends it");
    }
    this.#place = "plain";
    return false;
  }

  #endRecord(before: number): void {
    const lineEnd = before === CR ? "CRLF" : "LF";
    if (this.lineEnd !== null && this.lineEnd !== lineEnd) {
      throw this.#refusal(
        `a line ends with ${lineEnd}, the ones before with ${this.lineEnd}`,
      );
    }
    this.lineEnd = lineEnd;
    this.records++;
    this.lines++;
    this.#fresh = true;
    this.#before = LF;
  }

  /** Looks at the beginning of a record. @returns what it is */
  #begin(
    bytes: Uint8Array,
    at: number,
    last: boolean,
  ): "record" | "marker" | "end" | "held" {
    const first = bytes[at];
    this.#line = this.lines + 1;
    if (first === BACKSLASH) {
      if (at + 2 >= bytes.length && !last) return "held";
      const next = bytes[at + 2];
      const alone = next === undefined || next === LF || next === CR;
      this.#fresh = false;
      return bytes[at + 1] === DOT && alone ? "marker" : "record";
    }
    if ((first === LF || first === CR) && this.#start.columns > 1) {
      if (first === CR && at + 1 >= bytes.length && !last) return "held";
      if (first === LF || bytes[at + 1] === LF) {
        this.#fresh = false;
        this.#place = "end";
        return "end";
      }
    }
    this.#fresh = false;
    return "record";
  }

  /** Empty lines are no records of several cells: at the end of a file they are left out, elsewhere they are an error. */
  #refuseMore(bytes: Uint8Array, at: number): void {
    for (; at < bytes.length; at++) {
      if (bytes[at] === LF || bytes[at] === CR) continue;
      throw this.#refusal(
        `an empty line, expected ${this.#start.columns} cells`,
      );
    }
  }

  #mixed(what: string): CsvError {
    return this.#refusal(
      `quotes are escaped in another way than outputFormat says: ${what}`,
      "mixed_escapes",
    );
  }

  #refusal(what: string, code?: "mixed_escapes"): CsvError {
    return new CsvError(
      `File ${this.#start.file}, line ${this.lines + 1}: ${what}.`,
      code,
    );
  }
}
