/**
 * AMC simulator: one file that a signed link leads to.
 */
import { createHash } from "node:crypto";

/** One file with its entity tag (quoted MD5, as S3 has it for simple uploads). */
export interface ResultFile {
  length: number;
  etag: string;
  /** The bytes from offset `from` up to, not including, `to`. */
  read(from: number, to: number): Iterable<Uint8Array>;
}

/** Makes a file of a text. */
export function fileOfText(text: string): ResultFile {
  return fileOfBytes(new TextEncoder().encode(text));
}

/** Makes a file of bytes. */
export function fileOfBytes(bytes: Uint8Array): ResultFile {
  return {
    length: bytes.length,
    etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
    read: (from, to) => [bytes.subarray(from, to)],
  };
}
