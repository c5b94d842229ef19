/** A body that may have come packed, as it is meant. */
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
  const chunks = bytes[Symbol.asyncIterator]();
  let head = new Uint8Array();
  while (head.length < 2) {
    const { value, done } = await chunks.next();
    if (done) break;
    const joined = new Uint8Array(head.length + value.length);
    joined.set(head);
    joined.set(value, head.length);
    head = joined;
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head;
      for (let next = await chunks.next(); !next.done;) {
        yield next.value;
        next = await chunks.next();
      }
    } finally {
      await chunks.return?.();
    }
  }
  const packed = head[0] === 0x1f && head[1] === 0x8b;
  if (!packed) return { body: whole(), packed };
  const stream = ReadableStream.from(whole()) as ReadableStream<
    Uint8Array<ArrayBuffer>
  >;
  return {
    body: stream.pipeThrough(new DecompressionStream("gzip")),
    packed,
  };
}
