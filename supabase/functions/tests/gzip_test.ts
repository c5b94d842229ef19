import assert from "node:assert/strict";
import fc from "fast-check";
import { decompressed } from "../_shared/results/gzip.ts";
import { ResultError } from "../_shared/results/result_error.ts";

async function* streamOf(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function gather(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

async function pack(bytes: Uint8Array): Promise<Uint8Array> {
  const packing = new Blob([bytes as BlobPart]).stream().pipeThrough(
    new CompressionStream("gzip"),
  );
  return new Uint8Array(await new Response(packing).arrayBuffer());
}

/** The bytes in chunks of so many. */
function chunksOf(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    chunks.push(bytes.subarray(at, at + size));
  }
  return chunks;
}

Deno.test("what is not packed passes as it is, however it is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 60 }).filter(([a, b]) =>
        a !== 0x1f || b !== 0x8b
      ),
      fc.integer({ min: 1, max: 20 }),
      async (bytes, size) => {
        const file = await decompressed(streamOf(chunksOf(bytes, size)));
        assert.equal(file.packed, false);
        assert.deepEqual(await gather(file.body), bytes);
      },
    ),
  );
});

Deno.test("what is packed is unpacked, and told to be", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 20 }),
      async (bytes, size) => {
        const packed = await pack(bytes);
        const file = await decompressed(streamOf(chunksOf(packed, size)));
        assert.equal(file.packed, true);
        assert.deepEqual(await gather(file.body), bytes);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("files of no byte, of one byte, and of the first byte of a packed file pass as they are", async () => {
  for (const bytes of [[], [97], [0x1f]]) {
    const file = await decompressed(
      streamOf(bytes.length > 0 ? [new Uint8Array(bytes)] : []),
    );
    assert.deepEqual(await gather(file.body), new Uint8Array(bytes));
  }
});

Deno.test("a packed file that breaks off fails, and does not end early", async () => {
  const packed = await pack(new TextEncoder().encode("a,b\n".repeat(1000)));
  for (const cut of [packed.length - 1, packed.length - 9, 12]) {
    const { body } = await decompressed(
      streamOf([packed.subarray(0, cut)]),
    );
    await assert.rejects(
      gather(body),
      { name: "CutOffError" },
      `cut at ${cut}`,
    );
  }
});

/** Some bytes behind each other. */
function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("several members are one file, and zeros behind the last are none of it, however they are cut", async () => {
  const text = (written: string) => new TextEncoder().encode(written);
  const [one, two] = [
    await pack(text("a,b\n1,2\n")),
    await pack(text("3,4\n")),
  ];
  const none = await pack(text(""));
  const whole: [Uint8Array, string][] = [
    [joined(one, two), "a,b\n1,2\n3,4\n"],
    [joined(one, none, two, none), "a,b\n1,2\n3,4\n"],
    [joined(one, new Uint8Array(600)), "a,b\n1,2\n"],
    [joined(one, two, new Uint8Array(1)), "a,b\n1,2\n3,4\n"],
  ];
  for (const [packed, unpacked] of whole) {
    for (const size of [1, 7, packed.length]) {
      const { body } = await decompressed(streamOf(chunksOf(packed, size)));
      assert.deepEqual(await gather(body), text(unpacked), `${size} at once`);
    }
  }
});

Deno.test("what is not gzip behind a member, or within it, is refused as bad_gzip", async () => {
  const packed = await pack(new TextEncoder().encode("a,b\n".repeat(1000)));
  const spoilt = packed.slice().fill(0x55, 12, 24);
  for (
    const bytes of [
      joined(packed, new TextEncoder().encode("more")),
      joined(packed.subarray(0, -8), new Uint8Array(8).fill(7)),
      spoilt,
    ]
  ) {
    const { body } = await decompressed(streamOf([bytes]));
    const error = await gather(body).catch((e) => e);
    assert.ok(error instanceof ResultError, error?.name);
    assert.equal(error.code, "bad_gzip");
  }
});

/** Gives some bytes, and then fails. */
function breakingAfter(start: Uint8Array): ReadableStream<Uint8Array> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield start;
    throw new Error("the line broke");
  }
  return ReadableStream.from(source());
}

Deno.test("a failure of the source comes through, packed or not", async () => {
  const packed = await pack(new TextEncoder().encode("a,b\n".repeat(1000)));
  for (
    const start of [new TextEncoder().encode("a,b\n"), packed.subarray(0, 20)]
  ) {
    const { body } = await decompressed(breakingAfter(start));
    await assert.rejects(gather(body), /the line broke/);
  }
});

Deno.test("a file that is given up lets go of its source", async () => {
  let reason: unknown = null;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(100)),
    cancel: (given) => void (reason = given ?? "none"),
  });
  const { body } = await decompressed(source);
  for await (const _ of body) break;
  assert.notEqual(reason, null);
});
