import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { MUTANTS } from "./mutants/mod.ts";
import { applyEdit } from "./support/mutant.ts";

const TESTS = [
  "supabase/tests/database/**/*.test.sql",
  "supabase/functions/tests/**/*_test.ts",
  "tests/**/*_test.ts",
];

Deno.test("every mutant finds the guard that it switches off, and the tests that should notice", async () => {
  const files = await Array.fromAsync(glob(TESTS, { cwd: checkout }));
  for (const { name, edits, tests } of MUTANTS) {
    for (const edit of edits) {
      const text = await readFile(join(checkout, edit.file), "utf8");
      assert.notEqual(applyEdit(text, edit), text, name);
    }
    for (const part of tests) {
      assert.ok(
        files.some((file) => file.includes(part)),
        `${name}: no test's path contains ${part}`,
      );
    }
  }
});

Deno.test("every mutant has a name of its own", () => {
  const names = MUTANTS.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
});
