import assert from "node:assert/strict";
import fc from "fast-check";
import type { Dialect } from "../_shared/results/dialect.ts";
import { CsvError } from "../_shared/results/result_error.ts";
import { encode, open } from "./support/csv.ts";

const BACKSLASHES: Dialect = { separator: ",", quote: '"', escape: "\\" };

/** A header as it stands in a file, and the names that are to be read from it. */
const HEADERS: [string, string, string[]][] = [
  ["plain names", "a,b,c\n1,2,3\n", ["a", "b", "c"]],
  ["one name", "a\n1\n", ["a"]],
  ["lines that end as in Windows", "a,b\r\n1,2\r\n", ["a", "b"]],
  ["a byte order mark", "\ufeffa,b\n1,2\n", ["a", "b"]],
  ["quoted names", '"a b","c"\n1,2\n', ["a b", "c"]],
  ["a separator in a name", '"a,b",c\n1,2\n', ["a,b", "c"]],
  ["a line end in a name", '"a\nb",c\n1,2\n', ["a\nb", "c"]],
  ["a Windows line end in a name", '"a\r\nb",c\r\n1,2\r\n', ["a\r\nb", "c"]],
  ["a quote in a name", '"a ""b""",c\n1,2\n', ['a "b"', "c"]],
  ["a quote before a line end", '"a""\n",c\n1,2\n', ['a"\n', "c"]],
  ["an empty name", "a,,c\n1,2,3\n", ["a", "", "c"]],
  ["names of many scripts", "名前,ñandú,🎁\n1,2,3\n", ["名前", "ñandú", "🎁"]],
  ["no line end", "a,b", ["a", "b"]],
  ["a header and nothing else", "a,b\n", ["a", "b"]],
  ["spaces", " a , b\n1,2\n", [" a ", " b"]],
  ["a quoted first line of data", 'a,b\n"1\n2",3\n', ["a", "b"]],
  ["a carriage return in a name", '"a\rb",c\n1,2\n', ["a\rb", "c"]],
];

for (const [what, text, names] of HEADERS) {
  Deno.test(`a header with ${what} is read wherever the bytes are cut, and the bytes come back as they were`, async () => {
    const bytes = encode(text);
    for (let place = 0; place <= bytes.length; place++) {
      const opened = await open(bytes, [place]);
      assert.deepEqual(opened.header, names, `cut at ${place}`);
      assert.deepEqual(opened.bytes, bytes, `cut at ${place}`);
    }
    const everywhere = await open(bytes, bytes.keys().toArray());
    assert.deepEqual(everywhere.header, names);
    assert.deepEqual(everywhere.bytes, bytes);
  });
}

Deno.test("any names are read back from how they are quoted, however the bytes are cut", async () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
  const names = fc.array(name, { minLength: 1, maxLength: 6 });
  const rest = fc.uint8Array({ maxLength: 40 });
  const places = fc.array(fc.nat(200), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(names, rest, places, async (names, rest, places) => {
      const line = names.map((one) => `"${one.replaceAll('"', '""')}"`);
      // So that no chance makes it something else.
      const header = encode(`"name",${line.join(",")}\n`);
      const bytes = new Uint8Array([...header, ...rest]);
      const opened = await open(
        bytes,
        places.filter((place) => place <= bytes.length),
      );
      assert.deepEqual(opened.header, ["name", ...names]);
      assert.deepEqual(opened.bytes, bytes);
    }),
    { numRuns: 300 },
  );
});

Deno.test("another separator and quote are followed", async () => {
  const dialect = { separator: "|", quote: "'", escape: "'" };
  const bytes = encode("'a|b'|c,d|\"e\"\n1|2|3\n");
  const { header } = await open(bytes, [4], dialect);
  assert.deepEqual(header, ["a|b", "c,d", '"e"']);
});

Deno.test("a quote that a backslash escapes does not end the name, nor does a line end after it", async () => {
  const escapes: [string, string[]][] = [
    ['"a \\"b\\"",c\n1,2\n', ['a "b"', "c"]],
    ['"5\\" wide",c\n1,2\n', ['5" wide', "c"]],
    ['"a\\"\nb",c\n1,2\n', ['a"\nb', "c"]],
  ];
  for (const [text, names] of escapes) {
    const { header, bytes } = await open(encode(text), [], BACKSLASHES);
    assert.deepEqual(header, names, text);
    assert.deepEqual(bytes, encode(text));
  }
});

const REFUSED: [string, Uint8Array, RegExp][] = [
  [
    "bytes that are not UTF-8",
    new Uint8Array([0x61, 0xff, 0x2c, 0x62, 0x0a]),
    /cannot be read/,
  ],
  [
    "a character that is cut off",
    new Uint8Array([0x61, 0xe5, 0x90, 0x0a]),
    /cannot be read/,
  ],
  ["a quote that never ends", encode('"a,b\n1,2\n'), /cannot be read/],
  ["lines that end with CR alone", encode("a,b\r1,2\r"), /CR alone/],
  [
    "a header that ends with CR alone",
    encode("a,b\r"),
    /cannot be read|CR alone/,
  ],
  ["a quote in the middle of a name", encode('a"b,c\n'), /cannot be read/],
];

for (const [what, bytes, message] of REFUSED) {
  Deno.test(`${what} is refused in words`, async () => {
    await assert.rejects(open(bytes), (error) => {
      assert.ok(error instanceof CsvError);
      assert.match(error.message, message);
      return true;
    });
  });
}

/** What comes in place of a header, and the words for it. */
const NO_HEADER: [string, string, RegExp][] = [
  [
    "an HTML page",
    '<!DOCTYPE html>\n<html lang="en">\n<p>Sign in</p>\n',
    /HTML/,
  ],
  ["markup without a line end", '<html class="a,b">', /HTML/],
  ["markup behind a blank line", "\n  <html>\n", /blank line/],
  ["an error of S3", '<?xml version="1.0"?>\n<Error/>\n', /HTML or XML/],
  ["JSON", '{"message": "Too many requests", "code": 1}\n', /JSON/],
  ["a list in JSON", '[{"a": 1}]', /JSON/],
  ["the separator for Excel", "sep=,\na,b\n1,2\n", /Excel/],
  ["the separator for Excel, another one", "sep=;\r\na,b\r\n1,2\r\n", /Excel/],
  ["the separator for Excel, quoted", '"sep=,"\na,b\n', /Excel/],
  ["a blank first line", "\na,b\n1,2\n", /blank line/],
  ["a blank first line of Windows", "\r\na,b\r\n1,2\r\n", /blank line/],
  ["separators alone", ",,\na,b,c\n", /blank line/],
  ["blanks alone", " , \na,b\n", /blank line/],
  ["two byte order marks", "\ufeff\ufeffa,b\n1,2\n", /second byte order mark/],
  ["tabs between names", "a\tb\n1\t2\n", /a tab separates/],
  ["tabs, and a comma in a name", "a\tb,c\td\n1\t2,3\t4\n", /a tab separates/],
  ["semicolons between names", "a;b;c\n1;2;3\n4;5;6\n", /; separates/],
  ["bars between names", "a|b\n1|2\n", /\| separates/],
  [
    "a title",
    "Weekly report\na,b\n1,2\n3,4\n",
    /"Weekly report", a line above/,
  ],
  ["a title and a blank line", "Weekly report\n\na,b\n1,2\n", /a line above/],
  ["a title with a comma", "Report, weekly\na,b,c\n1,2,3\n", /a line above/],
  ["a padded title", "Weekly report,,\na,b,c\n1,2,3\n", /a line above/],
  ["a title above a table of names alone", "Report\na,b", /a line above/],
  ["a title of Windows", "Report\r\na,b\r\n1,2\r\n", /a line above/],
  ["a title with a line end", '"My\nreport"\na,b\n1,2\n', /a line above/],
  [
    "a title in another script",
    "週次レポート\n名前,数\n甲,1\n",
    /a line above/,
  ],
  ["semicolons, and no last line end", "a;b\n1;2", /; separates/],
];

for (const [what, text, words] of NO_HEADER) {
  Deno.test(`${what} is no header, wherever the bytes are cut`, async () => {
    const bytes = encode(text);
    const everyPlace = bytes.keys().toArray();
    for (const places of [[], everyPlace, ...everyPlace.map((at) => [at])]) {
      await assert.rejects(open(bytes, places), (error) => {
        assert.ok(error instanceof CsvError, `cut at ${places}`);
        assert.equal(error.code, "header_not_expected");
        assert.match(error.message, words);
        return true;
      });
    }
  });
}

/** What a file's beginning is taken for. */
async function verdict(bytes: Uint8Array, places: number[]): Promise<string> {
  try {
    return JSON.stringify((await open(bytes, places)).header);
  } catch (error) {
    assert.ok(error instanceof CsvError, String(error));
    return `${error.code}: ${error.message}`;
  }
}

Deno.test("what a file begins with is judged alike, however its bytes are cut", async () => {
  const piece = fc.constantFrom(
    ...'a,b;|\t\n\n"\r\ufeff1. {é',
    "\r\n",
    "sep=,",
    "<p>",
  );
  const text = fc.array(piece, { maxLength: 40 }).map((all) => all.join(""));
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(120)), async (text, places) => {
      const bytes = encode(text);
      const whole = await verdict(bytes, []);
      const cuts = places.filter((place) => place <= bytes.length);
      assert.equal(await verdict(bytes, cuts), whole);
      assert.equal(await verdict(bytes, bytes.keys().toArray()), whole);
    }),
    { numRuns: 500 },
  );
});

Deno.test("a file is judged alike at its limits, however its bytes are cut", async () => {
  const title = "Report\n";
  const table = "a,b\n1,2\n";
  const texts = [
    // The header ends a byte behind a megabyte.
    `${"a".repeat(1_000_000)}\n1\n`,
    // What the title is judged by ends with the table, a byte before it, and a byte behind.
    ...[-1, 0, 1].map((more) =>
      `${title}${table}1,${"2".repeat(16_384 - table.length - 3 + more)}\n`
    ),
  ];
  const places = [[7, 8], [16_384], [16_390, 16_391], [1_000_000]];
  for (const text of texts) {
    const bytes = encode(text);
    const whole = await verdict(bytes, []);
    assert.match(whole, /^(bad_csv|header_not_expected)/);
    for (const all of places) {
      const cuts = all.filter((place) => place <= bytes.length);
      assert.equal(await verdict(bytes, cuts), whole, `cut at ${cuts}`);
    }
  }
});

/** Headers that look as if they were none. */
const ODD_HEADERS: [string, string[]][] = [
  ["a;b\n1\n", ["a;b"]],
  ["separator,a\n1,2\n", ["separator", "a"]],
  ["a,,\n1,2,3\n", ["a", "", ""]],
  ["a,b\n1,2,3\n4,5\n", ["a", "b"]],
  ["a,b\n1,2,3\n", ["a", "b"]],
  ["<a,b\n1,2\n".replace("<", "x<"), ["x<a", "b"]],
];

for (const [text, names] of ODD_HEADERS) {
  Deno.test(`${JSON.stringify(text)} begins with a header`, async () => {
    assert.deepEqual((await open(encode(text))).header, names);
  });
}

for (
  const [what, text] of [["no byte", ""], ["a byte order mark alone", "\ufeff"]]
) {
  Deno.test(`a file of ${what} is empty`, async () => {
    await assert.rejects(open(encode(text)), (error) => {
      assert.ok(error instanceof CsvError);
      assert.equal(error.code, "empty_file");
      return true;
    });
  });
}
