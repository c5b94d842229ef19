// No file imports itself through others: what lies in a circle can be read, tested and moved only together.
import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { checkout } from "../../local/platform/postgres/mod.ts";

const FOLDERS = ["supabase/functions", "local", "tests", "bench"];

/** The files that each file imports, types too. */
async function importsOf(folders: string[]): Promise<Map<string, string[]>> {
  const imports = new Map<string, string[]>();
  for (const folder of folders) {
    const files = glob("**/*.{ts,mjs}", { cwd: join(checkout, folder) });
    for await (const file of files) {
      const path = join(checkout, folder, file);
      const text = await readFile(path, "utf8");
      imports.set(
        relative(checkout, path),
        specifiersIn(text).map((specifier) =>
          relative(checkout, join(dirname(path), specifier))
        ),
      );
    }
  }
  return imports;
}

/** The relative specifiers of static and dynamic imports and of exports from elsewhere. */
function specifiersIn(source: string): string[] {
  const found = source.matchAll(
    /(?:^|[\s}*])(?:from|import)\s*\(?\s*"(\.[^"]*)"/g,
  );
  return [...found].map(([, specifier]) => specifier);
}

/** One circle for each file at which a walk along the imports comes back to where it has been: file → file → the first. */
function circlesIn(imports: Map<string, string[]>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  function visit(file: string): void {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file].join(" → "));
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const imported of imports.get(file) ?? []) visit(imported);
    path.pop();
    done.add(file);
  }
  for (const file of imports.keys()) visit(file);
  return circles;
}

Deno.test("no file imports itself through others", async () => {
  const imports = await importsOf(FOLDERS);
  assert.ok(imports.size > 200, `${imports.size} files were read`);
  assert.deepEqual(circlesIn(imports), []);
});

Deno.test("a circle is found, whoever closes it", () => {
  const imports = new Map([
    ["a.ts", ["b.ts", "d.ts"]],
    ["b.ts", ["c.ts"]],
    ["c.ts", ["a.ts"]],
    ["d.ts", ["d.ts", "elsewhere.ts"]],
  ]);
  assert.deepEqual(circlesIn(imports), [
    "a.ts → b.ts → c.ts → a.ts",
    "d.ts → d.ts",
  ]);
});

Deno.test("imports are found in each form that they are written in", () => {
  const source = `
    import { a } from "./a.ts";
    import type { b } from "../b.ts";
    export * from "./c.ts";
    import "./d.ts";
    const e = await import("./e.ts");
    import {
      f,
    } from "./f.ts";
    import g from "jose";`;
  assert.deepEqual(specifiersIn(source), [
    "./a.ts",
    "../b.ts",
    "./c.ts",
    "./d.ts",
    "./e.ts",
    "./f.ts",
  ]);
});
