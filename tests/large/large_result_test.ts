import { assertLoadsExactly } from "./support/large.ts";

Deno.test("a result of 500 MB in five files is in to the byte, though the process that loads it is killed three times on the way", async () => {
  await assertLoadsExactly({
    files: 5,
    bytesPerFile: 100_000_000,
    segmentBytes: 64 * 2 ** 20,
    callBytes: 100 * 2 ** 20,
    kills: ["after_copy", "after_segment", "after_copy"],
  });
});
