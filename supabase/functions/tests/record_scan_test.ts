import assert from "node:assert/strict";
import fc from "fast-check";
import type { Dialect } from "../_shared/results/dialect.ts";
import { RecordScan } from "../_shared/results/record_scan.ts";
import { CsvError } from "../_shared/results/result_error.ts";

const DOUBLED: Dialect = { separator: ",", quote: '"', escape: '"' };
const BACKSLASH: Dialect = { separator: ",", quote: '"', escape: "\\" };

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (pieces: Uint8Array[]) =>
  new TextDecoder().decode(
    new Uint8Array(pieces.flatMap((piece) => [...piece])),
  );

/** Scans records that come cut before each of the places, behind two lines of header. */
function scan(
  text: string,
  places: number[],
  { columns = 2, dialect = DOUBLED, recordBytes = 100 } = {},
) {
  const scan = new RecordScan({
    dialect,
    columns,
    lineEnd: null,
    file: 3,
    lines: 2,
    recordBytes,
  });
  const bytes = encode(text);
  const cuts = [...new Set(places)].filter((place) => place <= bytes.length)
    .sort((a, b) => a - b);
  const pieces: Uint8Array[] = [];
  const emit = (piece: Uint8Array) => void pieces.push(piece.slice());
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    const { taken, ended } = scan.take(
      bytes.subarray(from, to),
      Infinity,
      emit,
    );
    assert.deepEqual({ taken, ended }, { taken: to - from, ended: false });
    from = to;
  }
  scan.end(emit);
  return { records: scan.records, lines: scan.lines, copied: decode(pieces) };
}

/** Calls it with the text cut at each place, and everywhere. */
function cutAnywhere(text: string, check: (places: number[]) => void): void {
  const { length } = encode(text);
  for (let place = 0; place <= length; place++) check([place]);
  check(Array.from({ length }, (_, at) => at));
}

type Options = { columns?: number; dialect?: Dialect; recordBytes?: number };

/** Texts, how many records and lines they have, and what COPY is to get where that is something else. */
const TAKEN: [string, number, number, Options, string?][] = [
  ["", 0, 2, {}],
  ["a,b\n", 1, 3, {}],
  ["a,b\nc,d", 2, 3, {}],
  ["a,b\r\nc,d\r\n", 2, 4, {}],
  ['"a\nb",c\n', 1, 4, {}],
  ['"a\r\nb",c\r\n"\r",d\r\n', 2, 5, {}],
  ['"a"",\n""",b\nc,d\n', 2, 5, {}],
  ['"",""\n', 1, 3, {}],
  [",\n", 1, 3, {}],
  ['"\\""",x\n', 1, 3, {}],
  ['"\\","\\"\n', 1, 3, {}],
  ['"a\\"b\n",c\n', 1, 4, { dialect: BACKSLASH }],
  ['"\\\\",c\n"\\\\\\"",d\n', 2, 4, { dialect: BACKSLASH }],
  ['"\\\n",c\n', 1, 4, { dialect: BACKSLASH }],
  ['"",c\n', 1, 3, { dialect: BACKSLASH }],
  ["\u6771,\u{1f381}\n", 1, 3, {}],
  ["a,b\n\n", 1, 3, {}, "a,b\n"],
  ["a,b\r\n\r\n\r\n", 1, 3, {}, "a,b\r\n"],
  ["\n\n", 0, 2, {}, ""],
  ["a\n\nb\n", 3, 5, { columns: 1 }],
  ["a\n\n", 2, 4, { columns: 1 }],
  ["a\r\n\r\n", 2, 4, { columns: 1 }],
  ["\\.\n", 1, 3, { columns: 1 }, '"\\."\n'],
  ["a\n\\.\nb\n", 3, 5, { columns: 1 }, 'a\n"\\."\nb\n'],
  ["a\r\n\\.\r\nb\r\n", 3, 5, { columns: 1 }, 'a\r\n"\\."\r\nb\r\n'],
  ["a\n\\.", 2, 3, { columns: 1 }, 'a\n"\\."'],
  ["\\.\n", 1, 3, { columns: 1, dialect: BACKSLASH }, '"\\\\."\n'],
  ["\\.x\n\\\n\\..\n\\", 4, 5, { columns: 1 }],
  ['"a\n\\.\nb"\n', 1, 5, { columns: 1 }],
  ["\\.,b\n", 1, 3, {}],
  ['a,b\nc,d\n"\n",e\n', 3, 6, { recordBytes: 6 }],
  ["abc,d\r\n\\.,ab\r\nabcd,ef", 3, 4, { recordBytes: 7 }],
];

for (const [text, records, lines, options, copied = text] of TAKEN) {
  const { dialect, columns } = options;
  const how = [
    dialect === BACKSLASH && "with backslashes",
    columns === 1 && "of one column",
  ].filter(Boolean).join(", ");
  Deno.test(`${JSON.stringify(text)} ${how} is ${records} records, wherever it is cut`, () => {
    cutAnywhere(text, (places) => {
      assert.deepEqual(scan(text, places, options), { records, lines, copied });
    });
  });
}

/** Texts that are refused, with the code and the words. */
const REFUSED: [string, string, RegExp, Options?][] = [
  ['"say \\"hi\\"",b\n', "mixed_escapes", /File 3, line 3: .*outputFormat/],
  ['a,b\n"5\\" tv",b\n', "mixed_escapes", /line 4/],
  ['"say ""hi""",b\n', "mixed_escapes", /line 3/, { dialect: BACKSLASH }],
  ['"a\nb""",b\n', "mixed_escapes", /line 4/, { dialect: BACKSLASH }],
  ['"a"b,c\n', "bad_csv", /line 3: .*behind the quote/],
  ['a,b\nc,5" tv\n', "bad_csv", /line 4: .*within a cell/],
  ["a,b\n\nc,d\n", "bad_csv", /line 4: an empty line, expected 2 cells/],
  ["a,b\r\n\r\nc,d\r\n", "bad_csv", /line 4: an empty line/],
  ["a,b\nc,d\r\n", "bad_csv", /line 4: .*ends with CRLF/],
  ["a,b\r\nc,d\n", "bad_csv", /line 4: .*ends with LF/],
  [
    "a,b\nabcde,f\nc,d\n",
    "record_too_large",
    /line 4: a record begins .* more than the 7 bytes/,
    {
      recordBytes: 7,
    },
  ],
  [
    'a,b\n"c,d\ne,f\ng,h\n',
    "record_too_large",
    /line 4: .*AMC_RESULT_MAX_RECORD_BYTES/,
    {
      recordBytes: 7,
    },
  ],
  ["a,bcdefgh", "record_too_large", /line 3/, { recordBytes: 7 }],
  ["\\.,bcdefgh\n", "record_too_large", /line 3/, { recordBytes: 7 }],
];

for (const [text, code, message, options] of REFUSED) {
  Deno.test(`${JSON.stringify(text)} ${options ? "with backslashes " : ""}is refused as ${code}, wherever it is cut`, () => {
    cutAnywhere(text, (places) => {
      assert.throws(() => scan(text, places, options), (error) => {
        assert.ok(error instanceof CsvError);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      });
    });
  });
}

/** Writes cells as a writer does that quotes them where they need it, or always. */
function written(
  row: string[],
  { escape }: Dialect,
  always: boolean,
  lineEnd: string,
): string {
  const cells = row.map((cell) => {
    if (!always && !/[",\r\n\\]/.test(cell)) return cell;
    const inner = escape === '"'
      ? cell.replaceAll('"', '""')
      : cell.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
    return `"${inner}"`;
  });
  return cells.join(",") + lineEnd;
}

Deno.test("segments end with the first record that reaches their size, and together are the whole file", async () => {
  const cell = fc.string({
    unit: fc.constantFrom("a", '"', ",", "\n", "\r", "\\", ".", "東", " "),
    maxLength: 6,
  });
  const row = fc.array(cell, { minLength: 2, maxLength: 2 });
  await fc.assert(
    fc.property(
      fc.array(row, { maxLength: 12 }),
      fc.constantFrom(DOUBLED, BACKSLASH),
      fc.boolean(),
      fc.constantFrom("\n", "\r\n"),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 9 }),
      (rows, dialect, always, lineEnd, size, chunk) => {
        const records = rows.map((one) =>
          written(one, dialect, always, lineEnd)
        );
        const expected: string[] = [];
        let length = 0;
        for (const record of records) {
          if (length === 0) expected.push("");
          expected[expected.length - 1] += record;
          length += encode(record).length;
          if (length >= size) length = 0;
        }
        assert.deepEqual(segmentsOf(records.join(""), dialect, size, chunk), {
          segments: expected,
          records: records.length,
        });
      },
    ),
    { numRuns: 1000 },
  );
});

function segmentsOf(
  text: string,
  dialect: Dialect,
  size: number,
  chunk: number,
) {
  const bytes = encode(text);
  const segments: string[] = [];
  let records = 0;
  let from = 0;
  while (from < bytes.length) {
    const scan = new RecordScan({
      dialect,
      columns: 2,
      lineEnd: null,
      file: 1,
      lines: 0,
      recordBytes: 1000,
    });
    const pieces: Uint8Array[] = [];
    const begun = from;
    let ended = false;
    while (from < bytes.length && !ended) {
      const part = bytes.subarray(from, from + chunk);
      const took = scan.take(
        part,
        size - (from - begun),
        (piece) => void pieces.push(piece.slice()),
      );
      from += took.taken;
      ended = took.ended;
    }
    if (!ended) scan.end((piece) => void pieces.push(piece.slice()));
    records += scan.records;
    segments.push(decode(pieces));
  }
  return { segments, records };
}
