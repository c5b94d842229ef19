import { assertLoadsExactly } from "./support/large.ts";

Deno.test("a result of 500 MB in five files is loaded to the byte, its process killed three times", async () => {
  await assertLoadsExactly({
    files: 5,
    bytesPerFile: 100_000_000,
    segmentBytes: 64 * 2 ** 20,
    callBytes: 100 * 2 ** 20,
    kills: ["after_copy", "after_segment", "after_copy"],
  });
});
