import { ByteReader } from "./byte_reader.ts";

/** A body of which it is known whether it came packed; its bytes are unpacked. */
export interface Unpacked {
  body: AsyncIterable<Uint8Array>;
  packed: boolean;
}

/**
 * The bytes of a result file, unpacked if they begin as gzip does. No gzip was ever seen from AMC; one client looks for it
 * all the same (M).
 *
 * @param bytes the bytes as they come, from the file's first
 */
export async function decompressed(
  bytes: AsyncIterable<Uint8Array>,
): Promise<Unpacked> {
  const reader = new ByteReader(bytes);
  const head = await reader.take(2);
  reader.unread(head);
  const packed = head[0] === 0x1f && head[1] === 0x8b;
  if (!packed) return { body: reader, packed };
  const stream = ReadableStream.from(reader) as ReadableStream<
    Uint8Array<ArrayBuffer>
  >;
  return {
    body: stream.pipeThrough(new DecompressionStream("gzip")),
    packed,
  };
}
