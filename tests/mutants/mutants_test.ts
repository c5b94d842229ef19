import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { MUTANTS } from "./mutants/mod.ts";
import { applyEdit, type Edit } from "./support/mutant.ts";

const TESTS = [
  "supabase/tests/database/**/*.test.sql",
  "supabase/functions/tests/**/*_test.ts",
  "tests/**/*_test.ts",
];

/** What is wrong with a mutant's edit; null if nothing is. */
async function problemOf(edit: Edit): Promise<string | null> {
  try {
    const text = await readFile(join(checkout, edit.file), "utf8");
    return applyEdit(text, edit) === text ? "The edit changes nothing." : null;
  } catch (error) {
    return (error as Error).message;
  }
}

Deno.test("every mutant finds the guard that it switches off, and the tests that should notice", async () => {
  const files = await Array.fromAsync(glob(TESTS, { cwd: checkout }));
  const problems: string[] = [];
  for (const { name, edits, tests } of MUTANTS) {
    const found = await Promise.all(edits.map(problemOf));
    const missing = tests.filter((part) =>
      !files.some((file) => file.includes(part))
    );
    problems.push(
      ...found.filter((each) => each !== null)
        .map((each) => `${name}: ${each}`),
      ...missing.map((part) => `${name}: no test's path contains ${part}.`),
    );
  }
  assert.deepEqual(problems, []);
});

Deno.test("every mutant has a name of its own", () => {
  const names = MUTANTS.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
});
