// No module is longer than 300 lines and no function longer than 60: what is longer does more than one thing.
import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../../local/platform/postgres/mod.ts";

const MAX_MODULE = 300;
const MAX_FUNCTION = 60;

/** What `npm run schema` and `npm run types` write is as long as the database makes it. */
const GENERATED = [
  "supabase/schema.sql",
  "supabase/functions/_shared/database/database.types.ts",
];

/** The modules that are longer, and why. */
const LONGER: Record<string, string> = {
  "supabase/migrations/20261130095100_access.sql":
    "who wants to know who may do what reads one file",
  "supabase/tests/database/schema/every_right_stands_in_the_matrix.test.sql":
    "the matrix of all rights is one table",
};

/** Every module that people write, with its text. */
async function modules(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const files = glob("{supabase,local,tests,bench}/**/*.{ts,mjs,sql,psql}", {
    cwd: checkout,
  });
  for await (const file of files) {
    if (GENERATED.includes(file)) continue;
    found.set(file, await readFile(join(checkout, file), "utf8"));
  }
  return found;
}

/** How many lines a text has. */
function linesOf(text: string): number {
  return text.trimEnd().split("\n").length;
}

/** The modules that are too long, by name. */
function longModules(all: Map<string, string>): string[] {
  const long = [...all].filter(([, text]) => linesOf(text) > MAX_MODULE);
  return long.map(([file]) => file).sort();
}

/** The functions of a module that are too long: the line they begin in, and their length. */
function longFunctions(file: string, text: string): string[] {
  const spans = file.endsWith("sql") ? sqlFunctions(text) : tsFunctions(text);
  return spans.flatMap(([start, end]) => {
    const length = linesOf(text.slice(start, end));
    return length <= MAX_FUNCTION
      ? []
      : [`${file}:${linesOf(text.slice(0, start + 1))}: ${length} lines`];
  });
}

/** Where each function of TypeScript begins and ends. */
function tsFunctions(text: string): Deno.lint.Range[] {
  const spans: Deno.lint.Range[] = [];
  const keep = ({ range }: { range: Deno.lint.Range }) =>
    void spans.push(range);
  const functions = {
    create: () => ({
      FunctionDeclaration: keep,
      FunctionExpression: keep,
      ArrowFunctionExpression: keep,
    }),
  };
  Deno.lint.runPlugin(
    { name: "lengths", rules: { functions } },
    "module.ts",
    text,
  );
  return spans;
}

/** Where each function and procedure of SQL begins and ends. */
function sqlFunctions(text: string): Deno.lint.Range[] {
  const made =
    /^create (?:or replace )?(?:function|procedure) [^;$]*(?:as\s+(\$\w*\$)[^]*?\1|begin atomic[^]*?^end)[^;]*;/gim;
  return [...text.matchAll(made)].map(({ 0: whole, index }) =>
    [index, index + whole.length] as Deno.lint.Range
  );
}

Deno.test("no module is longer than 300 lines, but for those that are named with a reason", async () => {
  const all = await modules();
  assert.ok(all.size > 600, `${all.size} modules were read`);
  assert.deepEqual(longModules(all), Object.keys(LONGER).sort());
});

Deno.test("no function is longer than 60 lines", async () => {
  const long = [...await modules()].flatMap(([file, text]) =>
    longFunctions(file, text)
  );
  assert.deepEqual(long, []);
});

Deno.test("a module of 301 lines is found", () => {
  const all = new Map([300, 301].map((n) => [`${n}.ts`, "a;\n".repeat(n)]));
  assert.deepEqual(longModules(all), ["301.ts"]);
});

Deno.test("a function of 61 lines is found, in whatever form it is written", () => {
  const lines = (count: number) => "  a;\n".repeat(count);
  const cases: [file: string, text: (inner: string) => string][] = [
    ["a.ts", (inner) => `\nfunction f() {\n${inner}}\n`],
    ["a.ts", (inner) => `\nexport const f = async () => {\n${inner}};\n`],
    ["a.ts", (inner) => `\nclass C { f() {\n${inner}} }\n`],
    ["a.sql", (inner) => `\ncreate function f() as $b$\n${inner}$b$;\n`],
    [
      "a.sql",
      (inner) => `\ncreate or replace procedure f()\nas $$${inner}$$;\n`,
    ],
    ["a.sql", (inner) => `\ncreate function f()\nbegin atomic${inner}end;\n`],
  ];
  for (const [file, text] of cases) {
    assert.deepEqual(longFunctions(file, text(lines(58))), [], text(""));
    assert.deepEqual(
      longFunctions(file, text(lines(59))),
      [`${file}:2: 61 lines`],
      text(""),
    );
  }
});
