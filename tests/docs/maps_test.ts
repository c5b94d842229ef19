/** The tables that lead a reader to a file have every file, and say where it is. */
import { deepEqual } from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { textOf } from "./support/pages.ts";

/** What stands first in each row of a page's tables, without backticks or link. */
function rows(page: string): string[] {
  return [...textOf(page).matchAll(/^\| \[?`?([\w./*<>-]+)`?\]?/gm)]
    .map(([, first]) => first);
}

function files(pattern: string): string[] {
  return globSync(pattern, { cwd: checkout }).sort();
}

const migrations = files("supabase/migrations/*.sql").map((path) => ({
  name: basename(path, ".sql").replace(/^\d+_/, ""),
  text: Deno.readTextFileSync(join(checkout, path)),
}));

/** The row of a migration in their map. */
function rowOf(name: string): string {
  const map = textOf("supabase/migrations/README.md");
  return new RegExp(`^\\| \`${name}\` .*$`, "m").exec(map)?.[0] ?? "";
}

Deno.test("the map of the migrations has every file, in their order", () => {
  deepEqual(
    rows("supabase/migrations/README.md").filter((row) =>
      row !== "file" && !/^-+$/.test(row)
    ),
    migrations.map(({ name }) => name),
  );
});

Deno.test("the map of the migrations has the tables, views and functions of public of each file", () => {
  const missing = migrations.flatMap(({ name, text }) =>
    [...text.matchAll(/^create (?:table|view|function) public\.([a-z_]+)/gm)]
      .filter(([, made]) => !rowOf(name).includes(`\`${made}\``))
      .map(([, made]) => `${name}: ${made}`)
  );
  deepEqual(missing, []);
});

Deno.test("what the map of the migrations names is made in the file that it is said to be in", () => {
  const elsewhere = migrations.flatMap(({ name, text }) =>
    [...rowOf(name).matchAll(/`amc_history\.([a-z_]+)`/g)]
      .filter(([, named]) =>
        !new RegExp(
          `^create (table|view|type|function) amc_history\\.${named}\\b`,
          "m",
        ).test(text)
      )
      .map(([, named]) => `${name}: ${named}`)
  );
  deepEqual(elsewhere, []);
});

Deno.test("the table of scenes has every file that tests include", () => {
  const scenes = rows("supabase/tests/README.md").filter((row) =>
    /^\w+\.psql$/.test(row)
  );
  deepEqual(
    scenes.sort(),
    files("supabase/tests/_shared/*.psql").map((path) => basename(path)),
  );
});

Deno.test("the table of helpers has every function that tests share", () => {
  const page = textOf("supabase/tests/README.md");
  const helpers = files("supabase/tests/_shared/*.psql").flatMap((path) =>
    [
      ...Deno.readTextFileSync(join(checkout, path)).matchAll(
        /^create function pg_temp\.(\w+)/gm,
      ),
    ]
      .map(([, name]) => ({ name, from: basename(path, ".psql") }))
  );
  deepEqual(
    helpers.filter(({ name, from }) =>
      !new RegExp(`^\\|.*\`${name}\\(.*\\| \`${from}\` `, "m").test(page)
    ),
    [],
  );
});

Deno.test("the table of tests has every folder of tests", () => {
  const folders = files("tests/**/{*_test.ts,run.ts}")
    .map((path) => dirname(path).split("/")[1])
    .filter((folder) => folder !== undefined && folder !== "support");
  const listed = rows("tests/README.md");
  deepEqual(
    [...new Set(folders)].filter((folder) => !listed.includes(folder)),
    [],
  );
});

Deno.test("the table of mutants has every file of mutants", () => {
  const listed = rows("tests/mutants/README.md").filter((row) =>
    row.startsWith("mutants/")
  );
  deepEqual(
    listed.sort(),
    files("tests/mutants/mutants/*.ts").map((path) =>
      `mutants/${basename(path)}`
    )
      .filter((path) => path !== "mutants/mod.ts"),
  );
});

Deno.test("the table of decisions has every decision", () => {
  deepEqual(
    rows("docs/decisions/README.md").filter((row) =>
      row !== "decision" && !/^-+$/.test(row)
    ).sort(),
    files("docs/decisions/!(README).md").map((path) => basename(path, ".md")),
  );
});
