import { Buffer } from "node:buffer";
import { parse } from "csv-parse/sync";
import { ByteReader } from "./byte_reader.ts";
import type { Dialect } from "./dialect.ts";
import { CsvError } from "./result_error.ts";
import { notAHeader, notText } from "./table_shape.ts";

/** How the lines of a file end. */
export type LineEnd = "LF" | "CRLF";

/** The header of a file whose first bytes have come, and the stream as if none had been read. */
export interface OpenedCsv {
  /** Column names, in order. */
  header: string[];
  /** Bytes of the header with its line end, and a byte order mark before it. */
  headerBytes: number;
  /** Lines that the header takes. */
  headerLines: number;
  /** How the header ends; null if the file ends with it. */
  lineEnd: LineEnd | null;
  /** All bytes of the file, from the first. */
  body: ByteReader;
}

const MAX_HEADER_BYTES = 1_000_000;
/** Most bytes behind the header by which it is judged. */
const BELOW_BYTES = 16_384;
const LF = 10;
const CR = 13;

/**
 * Reads the header of a CSV file from the beginning of its bytes.
 *
 * @param bytes the file's bytes as they come
 * @returns the header, and all the bytes
 * @throws CsvError: empty_file; header_not_expected where something else than a header comes first; bad_csv when the header
 *   does not end, ends with CR alone, is not UTF-8, or cannot be read
 */
export async function openCsv(
  bytes: AsyncIterable<Uint8Array>,
  dialect: Dialect,
): Promise<OpenedCsv> {
  const reader = new ByteReader(bytes);
  try {
    const { head, end } = await readHead(reader, dialect);
    const bytesOfHeader = end < 0 ? head : head.subarray(0, end);
    const header = parseHeader(
      bytesOfHeader,
      end < 0 ? "" : textBelow(head, end),
      dialect,
    );
    return {
      header,
      headerBytes: bytesOfHeader.length,
      headerLines: bytesOfHeader.filter((byte) => byte === LF).length,
      lineEnd: end < 0 ? null : head[end - 2] === CR ? "CRLF" : "LF",
      body: reader,
    };
  } catch (error) {
    // A file that is given up is read no further.
    await reader.close();
    throw error;
  }
}

/**
 * Reads the header and so much below it that the verdict is the same however the bytes are cut, and gives back what was read.
 *
 * @returns what was read, and where in it the header ends, or -1
 */
async function readHead(
  reader: ByteReader,
  dialect: Dialect,
): Promise<{ head: Uint8Array; end: number }> {
  const read: Uint8Array[] = [];
  const endIn = endOfFirstRecord(dialect);
  let length = 0;
  let end = -1;
  let chunk;
  while (
    (end < 0 || length < end + BELOW_BYTES) &&
    (chunk = await reader.next()) !== null
  ) {
    const at = end < 0 ? endIn(chunk) : -1;
    if (at >= 0) end = length + at;
    read.push(chunk);
    length += chunk.length;
    if ((end < 0 ? length : end) > MAX_HEADER_BYTES) {
      throw new CsvError("Expected a header of at most 1 MB, and it goes on.");
    }
  }
  if (length === 0) throw emptyFile("an empty file");
  const head = new Uint8Array(Buffer.concat(read));
  if (end < 0 && head[length - 1] === CR) throw endsWithReturn();
  reader.unread(head);
  return { head, end };
}

/**
 * Makes the search for the end of the first record: the first line end outside quotes. A quote within quotes is doubled, or
 * escaped. It is given one chunk after the other, and answers where in a chunk the record ends, or -1.
 */
function endOfFirstRecord(
  { quote, escape }: Dialect,
): (chunk: Uint8Array) => number {
  const mark = quote.charCodeAt(0);
  const escaping = escape === quote ? -1 : escape.charCodeAt(0);
  let quoted = false;
  let escaped = false;
  let returned = false;
  return (chunk) => {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (byte === LF && !quoted) return i + 1;
      if (returned) throw endsWithReturn();
      returned = byte === CR && !quoted;
      if (escaped) escaped = false;
      else if (quoted && byte === escaping) escaped = true;
      else if (byte === mark) quoted = !quoted;
    }
    return -1;
  };
}

function endsWithReturn(): CsvError {
  return new CsvError(
    "Expected lines that end with LF or CRLF, the header ends with CR alone.",
  );
}

/** The text of the lines behind the header by which it is judged; a line that is cut off by their limit is left out. */
function textBelow(head: Uint8Array, end: number): string {
  const text = new TextDecoder().decode(head.subarray(end, end + BELOW_BYTES));
  const isWhole = head.length < end + BELOW_BYTES;
  return isWhole ? text : text.slice(0, text.lastIndexOf("\n") + 1);
}

function parseHeader(
  bytes: Uint8Array,
  below: string,
  dialect: Dialect,
): string[] {
  const text = textOf(bytes);
  if (text === "") throw emptyFile("a byte order mark and nothing else");
  // Looked at before it is parsed: its quotes may be anything.
  const other = notText(text);
  if (other !== null) throw notExpected(other);
  const cells = cellsOf(text, dialect);
  const what = notAHeader({ cells, below }, dialect);
  if (what !== null) throw notExpected(what);
  return cells;
}

/** Without a byte order mark, which is no part of the first name: TextDecoder leaves it out, by default. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable(error);
  }
}

function cellsOf(text: string, dialect: Dialect): string[] {
  try {
    const [cells = [""]] = parse(text, {
      to: 1,
      delimiter: dialect.separator,
      quote: dialect.quote,
      escape: dialect.escape,
    }) as string[][];
    return cells;
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): CsvError {
  return new CsvError(
    `The header cannot be read: ${(error as Error).message}`,
  );
}

function emptyFile(what: string): CsvError {
  return new CsvError(
    `Expected a CSV file with a header, got ${what}.`,
    "empty_file",
  );
}

function notExpected(what: string): CsvError {
  return new CsvError(
    `Expected a header with the names of the query's columns, got ${what}.`,
    "header_not_expected",
  );
}
