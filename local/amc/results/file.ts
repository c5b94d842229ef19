/**
 * AMC simulator: one file that a signed link leads to.
 */
import { createHash } from "node:crypto";

/** One file with its entity tag (quoted MD5, as S3 has it for simple uploads). */
export interface ResultFile {
  length: number;
  etag: string;
  /** The bytes from one place to before another. */
  read(from: number, to: number): Iterable<Uint8Array>;
}

/** A file of some text. */
export function fileOfText(text: string): ResultFile {
  return fileOfBytes(new TextEncoder().encode(text));
}

/** A file of some bytes. */
export function fileOfBytes(bytes: Uint8Array): ResultFile {
  return {
    length: bytes.length,
    etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
    read: (from, to) => [bytes.subarray(from, to)],
  };
}
