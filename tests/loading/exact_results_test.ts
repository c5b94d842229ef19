import assert from "node:assert/strict";
import type { Dialect } from "../../supabase/functions/_shared/results/dialect.ts";
import { ResultError } from "../../supabase/functions/_shared/results/result_error.ts";
import {
  arrange,
  BACKSLASH,
  bytesOf,
  cursorOf,
  DOUBLED,
  load,
  type LoadOptions,
  rowsIn,
  sharedLoading,
} from "./support/loading.ts";

const shared = sharedLoading();

/** As one segment in one chunk; and with a segment for each record, byte by byte. */
const WAYS: LoadOptions[] = [
  {},
  { limits: { segmentBytes: 1 }, chunk: 1 },
];

/** Files that are right, and what is in them. */
const TAKEN: [string, string[], (string | null)[][], Dialect?][] = [
  ["nothing but a header", ["a,b\n"], []],
  ["nothing but a header without a line end", ["a,b"], []],
  ["a header only, and empty lines", ["a,b\n\n\r\n"], []],
  ["line ends of Windows", ["a,b\r\n1,2\r\n3,4\r\n"], [["1", "2"], ["3", "4"]]],
  [
    "line ends of both kinds within quotes",
    ['a,b\n"1\r\n2","3\n4"\n"\r",x\n'],
    [["1\r\n2", "3\n4"], ["\r", "x"]],
  ],
  [
    "line ends of both kinds within quotes, among those of Windows",
    ['a,b\r\n"1\r\n2","3\n4"\r\n"\n",x\r\n'],
    [["1\r\n2", "3\n4"], ["\n", "x"]],
  ],
  ["a byte order mark", ["\ufeffa,b\n\ufeff1,2\n"], [["\ufeff1", "2"]]],
  ["no line end at its end", ["a,b\n1,2\n3,4"], [["1", "2"], ["3", "4"]]],
  ["a quoted cell at its end", ['a,b\n1,"2"'], [["1", "2"]]],
  ["empty last lines", ["a,b\n1,2\n\n\n"], [["1", "2"]]],
  ["an empty last line of Windows", ["a,b\r\n1,2\r\n\r\n"], [["1", "2"]]],
  ["bare and quoted empty cells", ['a,b\n,""\n"",\n'], [[null, ""], [
    "",
    null,
  ]]],
  ["empty lines of one column", ['a\n1\n\n""\n\n'], [["1"], [null], [""], [
    null,
  ]]],
  ["lines of \\. alone", ["a\n\\.\n1\n\\."], [["\\."], ["1"], ["\\."]]],
  ["\\. alone among lines of Windows", ["a\r\n\\.\r\n1\r\n"], [["\\."], ["1"]]],
  [
    "\\. alone, with backslashes",
    ["a\n\\.\n1\n"],
    [["\\."], ["1"]],
    BACKSLASH,
  ],
  ["\\. with more around it", ['a\n\\.x\n x\\.\n"\\."\n'], [
    ["\\.x"],
    [" x\\."],
    ["\\."],
  ]],
  ["a line of \\. within quotes", ['a\n"1\n\\.\n2"\n'], [["1\n\\.\n2"]]],
  ["doubled quotes", ['a,b\n"say ""hi""",""""\n'], [['say "hi"', '"']]],
  ["backslashes before quotes", ['a,b\n"\\","\\"""\n'], [["\\", '\\"']]],
  [
    "escaped quotes and backslashes",
    ['a,b\n"say \\"hi\\"","\\\\"\n"\\\\\\"",\\x\n'],
    [['say "hi"', "\\"], ['\\"', "\\x"]],
    BACKSLASH,
  ],
  ["characters of two to four bytes", ["a,b\né東,🎁\n"], [["é東", "🎁"]]],
  [
    "several files, each with its header",
    ["a,b\n1,2\n", "\ufeffa,b\r\n3,4\r\n", '"a","b"', "a,b\n5,6"],
    [["1", "2"], ["3", "4"], ["5", "6"]],
  ],
  [
    "another separator and quote",
    ["a|b\n'x|y'|'it''s'\n\"|,\n"],
    [["x|y", "it's"], ['"', ","]],
    { separator: "|", quote: "'", escape: "'" },
  ],
];

for (const [what, files, rows, dialect = DOUBLED] of TAKEN) {
  Deno.test(`a result with ${what} loads as it is, in one segment or many`, async () => {
    const world = shared();
    for (const way of WAYS) {
      const loadable = await arrange(world, dialect);
      const summary = await load(world, loadable, files, way);
      assert.deepEqual(await rowsIn(world, loadable), rows);
      assert.equal(summary.rows, rows.length);
      const bytes = files.map(bytesOf).reduce(
        (sum, { length }) => sum + length,
        0,
      );
      assert.equal(summary.bytes, bytes);
    }
  });
}

const LONG = "n".repeat(70);

/** Headers, and how the columns are named for them. */
const NAMES: [string, string, string[]][] = [
  ["duplicate names", "a,a,A\n", ["a", "a_2", "A"]],
  ["empty names", 'a,,""\n', ["a", "column_2", "column_3"]],
  ["spaces in names", "a b, c ,\n", ["a b", "c", "column_3"]],
  ["quotes in names", '"say ""hi""",b\n', ['say "hi"', "b"]],
  ["a line end in a name", '"a\nb",b\n', ["a\nb", "b"]],
  ["names of 70 characters", `${LONG},${LONG}\n`, [
    LONG.slice(0, 58),
    `${LONG.slice(0, 58)}_2`,
  ]],
  ["a name that is the loader's", "load_id,line\n", ["load_id_2", "line_2"]],
];

for (const [what, header, names] of NAMES) {
  Deno.test(`a header with ${what} makes columns of their own, in their order`, async () => {
    const world = shared();
    const loadable = await arrange(world);
    const cells = names.map((_, n) => String(n));
    const summary = await load(world, loadable, [
      `${header}${cells.join(",")}\n`,
    ]);
    assert.deepEqual(
      summary.columns.map(({ name }: { name: string }) => name),
      names,
    );
    assert.deepEqual(await rowsIn(world, loadable), [cells]);
  });
}

type Code = ResultError["code"];

/** Files that are not right: with which code and words they are refused. */
const REFUSED: [string, (string | Uint8Array)[], Code, RegExp, Dialect?][] = [
  [
    "too many cells",
    ["a,b\n1,2\n3,4,5\n"],
    "bad_csv",
    /^File 1, line 3: extra data/,
  ],
  [
    "too few cells",
    ['a,b\n1,2\n"3\n",4\n5\n'],
    "bad_csv",
    /^File 1, line 5: missing data/,
  ],
  [
    "too few cells at its end",
    ["a,b\n1,2\n3"],
    "bad_csv",
    /^File 1, line 3: missing data/,
  ],
  [
    "a bad second file",
    ["a,b\n1,2\n", "a,b\n3,4\n5\n"],
    "bad_csv",
    /^File 2, line 3: missing data/,
  ],
  [
    "\\. alone among two cells",
    ["a,b\n1,2\n\\.\n3,4\n"],
    "bad_csv",
    /^File 1, line 3: missing data/,
  ],
  [
    "an empty line in the middle",
    ["a,b\n1,2\n\n3,4\n"],
    "bad_csv",
    /^File 1, line 3: an empty line/,
  ],
  [
    "a quote that does not end",
    ['a,b\n1,2\n"3,4\n5,6\n'],
    "bad_csv",
    /^File 1, line \d: unterminated/,
  ],
  [
    "a NUL byte",
    ["a,b\n1,2\n3,\u0000\n"],
    "bad_csv",
    /^File 1, line 3: invalid byte sequence.*0x00/,
  ],
  [
    "invalid UTF-8",
    [Uint8Array.from([97, 10, 98, 10, 99, 0xff, 10])],
    "bad_csv",
    /^File 1, line 3: invalid byte sequence.*0xff/,
  ],
  [
    "UTF-8 that is cut off",
    [Uint8Array.from([97, 10, 98, 10, 0xe6, 0x9d])],
    "bad_csv",
    /^File 1, line 3: invalid byte sequence/,
  ],
  [
    "a carriage return alone",
    ["a,b\n1,2\n3\r,4\n"],
    "bad_csv",
    /^File 1, line 3: /,
  ],
  [
    "lines that end with CR alone",
    ["a,b\r1,2\r"],
    "bad_csv",
    /^File 1: .*CR alone/,
  ],
  [
    "lines that end with CR alone after its header",
    ["a,b\n1,2\r3,4\r"],
    "record_count_differs",
    /^File 1, from line 2 on: Expected 1 records from the bytes of the segment, COPY made 2 rows/,
  ],
  [
    "mixed line ends",
    ["a,b\n1,2\r\n"],
    "bad_csv",
    /^File 1, line 2: a line ends with CRLF/,
  ],
  ["no byte", [""], "empty_file", /^File 1: .*empty file/],
  [
    "a second file of another header",
    ["a,b\n", "a,c\n"],
    "header_not_expected",
    /^File 2: expected the header of the first file, a, b; got a, c/,
  ],
  [
    "backslash escapes where quotes are doubled",
    ['a,b\n1,2\n"say \\"hi\\"",x\n'],
    "mixed_escapes",
    /^File 1, line 3: /,
  ],
  [
    "doubled quotes where a backslash escapes",
    ['a,b\n1,2\n"say ""hi""",x\n'],
    "mixed_escapes",
    /^File 1, line 3: /,
    BACKSLASH,
  ],
  [
    "cells of both kinds of escape",
    ['a,b\n"say \\"hi\\"","say ""hi"""\n'],
    "mixed_escapes",
    /^File 1, line 2: /,
    BACKSLASH,
  ],
  [
    "a quote within a bare cell",
    ['a,b\n5" tv,1\n'],
    "bad_csv",
    /^File 1, line 2: a quote stands/,
  ],
];

for (const [what, files, code, message, dialect = DOUBLED] of REFUSED) {
  Deno.test(`a result with ${what} is refused as ${code}, with file and line, in one segment or many`, async () => {
    const world = shared();
    for (const way of WAYS) {
      const loadable = await arrange(world, dialect);
      const error = await load(world, loadable, files, way).catch((e) => e);
      assert.ok(error instanceof ResultError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.notEqual((await cursorOf(world, loadable))?.complete, true);
    }
  });
}

Deno.test("a body that is cut off, or longer than it was to be, is an error that may pass", async () => {
  const world = shared();
  const text = "a,b\n1,2\n3,4\n";
  for (const length of [text.length - 4, text.length + 4]) {
    const loadable = await arrange(world);
    const error = await load(world, loadable, [text], {
      open: (_, __, file) => Promise.resolve({ ...file, length }),
    }).catch((e) => e);
    assert.equal(error.name, "CutOffError");
    assert.equal(
      error.message,
      `File 1: expected ${length} bytes, got ${text.length}.`,
    );
    assert.deepEqual(await rowsIn(world, loadable), []);
  }
});
