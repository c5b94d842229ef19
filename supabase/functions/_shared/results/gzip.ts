import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { ByteReader } from "./byte_reader.ts";
import { ResultError } from "./result_error.ts";
import { CutOffError } from "./segment.ts";

/** A body of which it is known whether it came packed; its bytes are unpacked. */
export interface Unpacked {
  body: AsyncIterable<Uint8Array>;
  packed: boolean;
}

/**
 * The bytes of a result file, unpacked if they begin as gzip does. No gzip was ever seen from AMC; one client looks for it
 * all the same (M). Several members are one file after the other (RFC 1952), and zeros behind the last are padding.
 *
 * @param bytes the bytes as they come, from the file's first
 * @returns the body, whose reading throws CutOffError where the file ends too early, and ResultError (bad_gzip) where it is
 *   no gzip file
 */
export async function decompressed(
  bytes: AsyncIterable<Uint8Array>,
): Promise<Unpacked> {
  const reader = new ByteReader(bytes);
  const head = await reader.take(2);
  reader.unread(head);
  const packed = head[0] === 0x1f && head[1] === 0x8b;
  return { body: packed ? unpacked(reader) : reader, packed };
}

async function* unpacked(reader: ByteReader): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  // An error, or an early end, of either closes the other; the reader below is given the error.
  pipeline(Readable.from(reader), gunzip, () => {});
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array;
  } catch (error) {
    throw toResultError(error);
  }
}

function toResultError(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === "Z_BUF_ERROR") {
    return new CutOffError("The gzip file ends too early.");
  }
  return typeof code === "string" && code.startsWith("Z_")
    ? new ResultError(
      "bad_gzip",
      `Expected one or several gzip members and no more, got other bytes: ${message}.`,
    )
    : error;
}
