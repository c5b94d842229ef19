import { assertLoadsExactly } from "../large/support/large.ts";

Deno.test("a result of many segments is loaded to the byte although its loader is killed three times", async () => {
  await assertLoadsExactly({
    files: 3,
    bytesPerFile: 1_000_000,
    segmentBytes: 256 * 2 ** 10,
    callBytes: 2_000_000,
    kills: ["after_copy", "after_segment", "before_copy"],
  });
});
