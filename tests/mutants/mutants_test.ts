import assert from "node:assert/strict";
import { glob, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import postgres from "postgres";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { withDatabase } from "../support/with_database.ts";
import { MUTANTS } from "./mutants/mod.ts";
import { type Changes, changesOf, inSqlFunction } from "./support/mutant.ts";
import { readSources } from "./support/sources.ts";

const TESTS = [
  "supabase/tests/database/**/*.test.sql",
  "supabase/functions/tests/**/*_test.ts",
  "tests/**/*_test.ts",
];

/** What each mutant changes, or the error. */
async function changesOfAll(): Promise<(Changes | Error)[]> {
  const sources = await readSources(checkout);
  return MUTANTS.map((mutant) => {
    try {
      return changesOf(mutant, sources);
    } catch (error) {
      return error as Error;
    }
  });
}

/** Runs a migration and rolls it back. @returns why the database refused it; null if it did not */
async function refusalOf(
  sql: postgres.Sql,
  migration: string,
): Promise<string | null> {
  try {
    await sql.unsafe(`begin;\n${migration}`);
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await sql`rollback`;
  }
}

Deno.test("every mutant finds the guard that it switches off", async () => {
  const found = await changesOfAll();
  const errors = found.filter((one) => one instanceof Error)
    .map(({ message }) => message);
  assert.deepEqual(errors, []);
});

Deno.test("the database takes what mutants change in it", async () => {
  const found = await changesOfAll();
  const refusals: string[] = [];
  await withDatabase(async ({ url }) => {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    for (const [i, changes] of found.entries()) {
      if (changes instanceof Error || changes.migration === "") continue;
      const refusal = await refusalOf(sql, changes.migration);
      if (refusal !== null) refusals.push(`${MUTANTS[i].name}: ${refusal}`);
    }
    await sql.end();
  });
  assert.deepEqual(refusals, []);
});

Deno.test("what mutants change in modules can be read as TypeScript", async () => {
  const folder = await mkdtemp(join(tmpdir(), "amc-history-mutants-"));
  try {
    for (const [i, changes] of (await changesOfAll()).entries()) {
      if (changes instanceof Error) continue;
      for (const [path, text] of changes.modules) {
        const file = `${MUTANTS[i].name}.${basename(path)}`;
        await writeFile(join(folder, file), text);
      }
    }
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--quiet", folder],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await rm(folder, { recursive: true });
  }
});

Deno.test("every mutant names tests that are there", async () => {
  const files = await Array.fromAsync(glob(TESTS, { cwd: checkout }));
  const problems = MUTANTS.flatMap(({ name, tests }) =>
    tests.filter((part) => !files.some((file) => file.includes(part)))
      .map((part) => `${name}: no test's path contains ${part}.`)
  );
  assert.deepEqual(problems, []);
});

Deno.test("every mutant has a name of its own", () => {
  const names = MUTANTS.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
});

Deno.test("a guard that is not found is named with its mutant, its function and its rule", () => {
  const mutant = {
    name: "no-limit",
    guard: "a call takes at most its limit",
    off: "take_some takes all",
    edits: [inSqlFunction("app.take_some", "limit most", "")],
    tests: [],
  };
  const migrations = [
    "create function app.take_some(most integer) returns integer as $$ select 1; $$;",
  ];
  assert.throws(
    () => changesOf(mutant, { migrations, modules: new Map() }),
    new Error(
      `Mutant no-limit: the guard for "a call takes at most its limit" is not found in function app.take_some: expected this once, and found it 0 times: limit most
The guard has changed or moved: let the mutant name where it is now, or remove the mutant together with the rule.`,
    ),
  );
});
