import { parse } from "csv-parse/sync";

/** How the cells of a CSV file are written: single ASCII characters. */
export interface Dialect {
  separator: string;
  quote: string;
  escape: string;
}

/** The header of a file whose first bytes have come, and the stream as if none had been read. */
export interface OpenedCsv {
  /** Column names, in order. */
  header: string[];
  /** All bytes of the file, from the first. */
  body: AsyncIterable<Uint8Array>;
}

/** A file that is not the CSV that was asked for. The message says what was expected and what came. */
export class CsvError extends Error {
  override name = "CsvError";
}

const LONGEST_HEADER = 1_000_000;
const NEWLINE = 10;

/**
 * Reads the header of a CSV file from the beginning of its bytes.
 *
 * @param bytes the file's bytes as they come
 * @returns the header, and all the bytes
 * @throws CsvError when the file is empty, or its header does not end, is not UTF-8, or cannot be read
 */
export async function openCsv(
  bytes: AsyncIterable<Uint8Array>,
  dialect: Dialect,
): Promise<OpenedCsv> {
  const chunks = bytes[Symbol.asyncIterator]();
  let head = new Uint8Array();
  let end = -1;
  let done = false;
  while (end < 0 && !done) {
    const next = await chunks.next();
    done = next.done === true;
    if (!next.done) {
      const joined = new Uint8Array(head.length + next.value.length);
      joined.set(head);
      joined.set(next.value, head.length);
      head = joined;
    }
    end = endOfRecord(head, dialect.quote);
    if (head.length > LONGEST_HEADER && end < 0) {
      throw new CsvError("Expected a header of at most 1 MB, and it goes on.");
    }
  }
  if (head.length === 0) {
    throw new CsvError("Expected a CSV file with a header, got an empty file.");
  }
  const header = parseHeader(end < 0 ? head : head.subarray(0, end), dialect);
  return { header, body: resume(head, done ? null : chunks) };
}

/** Where the first record ends: the first line end outside quotes, or -1. An escaped quote is two quotes, or is preceded by a backslash. */
function endOfRecord(bytes: Uint8Array, quote: string): number {
  const mark = quote.charCodeAt(0);
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === mark) quoted = !quoted;
    else if (bytes[i] === NEWLINE && !quoted) return i + 1;
  }
  return -1;
}

function parseHeader(bytes: Uint8Array, dialect: Dialect): string[] {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const [header] = parse(text, {
      to: 1,
      delimiter: dialect.separator,
      quote: dialect.quote,
      escape: dialect.escape,
    }) as string[][];
    return header;
  } catch (error) {
    throw new CsvError(
      `The header cannot be read: ${(error as Error).message}`,
    );
  }
}

async function* resume(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array> | null,
): AsyncGenerator<Uint8Array> {
  yield head;
  if (rest === null) return;
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    yield next.value;
  }
}
