// How much of a file is read for its header, and what becomes of the source.
import assert from "node:assert/strict";
import { openCsv } from "../_shared/results/csv_header.ts";
import { CsvError } from "../_shared/results/result_error.ts";
import { COMMAS, encode, gather } from "./support/csv.ts";

Deno.test("a header that does not end within a megabyte is refused before all of the file is read", async () => {
  let asked = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (; asked < 100; asked++) yield new Uint8Array(100_000).fill(97);
  }
  await assert.rejects(openCsv(endless(), COMMAS), CsvError);
  assert.ok(asked <= 12, `${asked} chunks were asked for`);
});

Deno.test("of the rest of a file no more is read than the header is judged by, until it is asked for", async () => {
  const line = encode(`a,${"b".repeat(4_093)}\n`);
  let given = 0;
  async function* slowly(): AsyncGenerator<Uint8Array> {
    for (; given < 50; given++) yield line;
  }
  const { body } = await openCsv(slowly(), COMMAS);
  assert.equal(given, 4, "the header, and 16 kB below it");
  const first = await body.take(5 * line.length);
  assert.equal(first.length, 5 * line.length);
  await body.next();
  assert.equal(given, 5);
});

Deno.test("a file that is given up lets go of what it was read from", async () => {
  for (const text of ["a,b\n1,2\n3,4\n", '"a']) {
    const { source, isReleased } = endlessly(encode(text));
    try {
      const { body } = await openCsv(source, COMMAS);
      for await (const _ of body) break;
    } catch (error) {
      assert.ok(error instanceof CsvError);
    }
    assert.ok(isReleased(), `the source of ${JSON.stringify(text)}`);
  }
});

/** The same bytes for ever, and whether their reader has let go. */
function endlessly(bytes: Uint8Array) {
  let released = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      while (true) yield bytes;
    } finally {
      released = true;
    }
  }
  return { source: source(), isReleased: () => released };
}

Deno.test("a failure of the source comes through as it is", async () => {
  const failure = new Error("the line broke");
  async function* breaking(): AsyncGenerator<Uint8Array> {
    yield encode(`a,b\n1,${" ".repeat(16_384)}`);
    throw failure;
  }
  const { header, body } = await openCsv(breaking(), COMMAS);
  assert.deepEqual(header, ["a", "b"]);
  await assert.rejects(gather(body), failure);
  async function* breakingSoon(): AsyncGenerator<Uint8Array> {
    yield encode("a,b\n1,");
    throw failure;
  }
  await assert.rejects(openCsv(breakingSoon(), COMMAS), failure);
});
