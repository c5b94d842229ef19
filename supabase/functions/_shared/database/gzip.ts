import type { ResultFile } from "./loader.ts";

/**
 * The bytes of a result file, unpacked if they begin as gzip does. No gzip was ever seen from AMC; one client looks for it
 * all the same (M).
 *
 * @param body the bytes as they come
 * @param length how many they should be, or null
 */
export async function decompressed(
  body: ReadableStream<Uint8Array>,
  length: number | null,
): Promise<ResultFile> {
  const reader = body.getReader();
  let head = new Uint8Array();
  while (head.length < 2) {
    const { value, done } = await reader.read();
    if (done) break;
    const joined = new Uint8Array(head.length + value.length);
    joined.set(head);
    joined.set(value, head.length);
    head = joined;
  }
  const whole = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      if (head.length > 0) controller.enqueue(head);
    },
    pull: async (controller) => {
      const { value, done } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const packed = head[0] === 0x1f && head[1] === 0x8b;
  return packed
    ? {
      body: whole.pipeThrough(new DecompressionStream("gzip")),
      length: null,
    }
    : { body: whole, length };
}
