import assert from "node:assert/strict";
import fc from "fast-check";
import { CsvError } from "../_shared/database/csv_header.ts";
import { refuseEndOfData } from "../_shared/database/end_of_data.ts";

async function pass(text: string, places: number[]): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let from = 0;
    const cuts = [...new Set(places)].filter((at) => at <= bytes.length);
    for (const to of [...cuts.sort((a, b) => a - b), bytes.length]) {
      yield bytes.subarray(from, to);
      from = to;
    }
  }
  const passed: Uint8Array[] = [];
  for await (const chunk of refuseEndOfData(chunks(), 1)) passed.push(chunk);
  return await new Blob(passed as BlobPart[]).text();
}

const REFUSED = [
  "a\n1\n\\.\n2\n",
  "a\r\n1\r\n\\.\r\n2\r\n",
  "a\n1\n\\.",
  "\\.\na\n",
  "\\.",
  "a\n\\.x\n\\.\n",
];
const PASSED = [
  "",
  "a",
  "a\n\\.x\n",
  "a\nx\\.\n",
  "a,b\n\\.,1\n",
  'a\n"\\."\n',
  "a\n\\\n.\n",
  "a\n\\..\n",
  "a\n \\.\n",
];

for (const text of REFUSED) {
  Deno.test(`${JSON.stringify(text)} is refused wherever it is cut`, async () => {
    for (let place = 0; place <= text.length; place++) {
      await assert.rejects(pass(text, [place]), (error) => {
        assert.ok(error instanceof CsvError);
        assert.match(error.message, /^File 2: /);
        return true;
      });
    }
    await assert.rejects(pass(text, [...text].map((_, at) => at)), CsvError);
  });
}

for (const text of PASSED) {
  Deno.test(`${JSON.stringify(text)} passes wherever it is cut`, async () => {
    for (let place = 0; place <= text.length; place++) {
      assert.equal(await pass(text, [place]), text);
    }
    assert.equal(await pass(text, [...text].map((_, at) => at)), text);
  });
}

Deno.test("exactly the files with a line that is \\. alone are refused", async () => {
  const text = fc.string({ unit: fc.constantFrom("\\", ".", "\n", "\r", "a") });
  const places = fc.array(fc.nat(12), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(text, places, async (text, places) => {
      const holds = /(^|\n)\\\.(\r|\n|$)/.test(text);
      const passed = await pass(text, places).catch((error) => {
        assert.ok(error instanceof CsvError);
        return null;
      });
      assert.equal(passed, holds ? null : text);
    }),
    { numRuns: 500 },
  );
});
