import { Buffer } from "node:buffer";
import { CsvError } from "./csv_header.ts";

const MARKER = Buffer.from("\n\\.");

/**
 * Passes the bytes of a file on, and refuses a line that is `\.` alone: Postgres 17 takes it for the end of the data, and
 * would drop every row after it in silence.
 *
 * @param index the file's place, from 0, for the error
 * @throws CsvError when there is such a line
 */
export async function* refuseEndOfData(
  bytes: AsyncIterable<Uint8Array>,
  index: number,
): AsyncGenerator<Uint8Array> {
  // As if a line had ended before the file, so that its first line counts too.
  let tail = Buffer.from("\n");
  for await (const chunk of bytes) {
    const seen = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const edge = Buffer.concat([tail, seen.subarray(0, 3)]);
    if (holdsMarker(edge) || holdsMarker(seen)) throw refusal(index);
    tail = Buffer.concat([tail, seen.subarray(-3)]).subarray(-3);
    yield chunk;
  }
  if (tail.equals(MARKER)) throw refusal(index);
}

/** Whether a line that is `\.` alone begins and ends in these bytes. */
function holdsMarker(bytes: Buffer): boolean {
  for (
    let at = bytes.indexOf(MARKER);
    at !== -1;
    at = bytes.indexOf(MARKER, at + 1)
  ) {
    const next = bytes[at + MARKER.length];
    if (next === 10 || next === 13) return true;
  }
  return false;
}

function refusal(index: number): CsvError {
  return new CsvError(
    `File ${
      index + 1
    }: a line holds nothing but \\., which Postgres would take for the end of the data. ` +
      "Have the query return another value in its place.",
  );
}
