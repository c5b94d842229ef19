/** The pages name everything of the interface that the code has, and nothing that it has not. */
import { deepEqual, ok } from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { basename, join } from "node:path";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { connected } from "../support/connected.ts";
import { withDatabase } from "../support/with_database.ts";
import { pages, textOf } from "./support/pages.ts";

/** The text of the checkout's sources whose paths match a pattern. */
function sources(...patterns: string[]): string {
  return globSync(patterns, { cwd: checkout })
    .filter((path) => !path.startsWith("tests/docs/"))
    .map((path) => Deno.readTextFileSync(join(checkout, path))).join("\n");
}

function all(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found]) => found))]
    .sort();
}

/** The section of a page under a heading, without what follows its next heading. */
function section(path: string, heading: string): string {
  const [, rest] = textOf(path).split(`\n${heading}\n`);
  ok(rest, `${path} has the heading ${heading}`);
  return rest.split(/\n#+ /)[0];
}

/** All under a heading of the second level: to the next one of that level. */
function chapter(path: string, heading: string): string {
  const [, rest] = textOf(path).split(`\n${heading}\n`);
  ok(rest, `${path} has the heading ${heading}`);
  return rest.split("\n## ")[0];
}

/** The names in the first column of a section's tables. */
function firstColumn(text: string): string[] {
  return all(text, /^\| `([A-Za-z_]+)`/gm);
}

/** Runs a query in a database with the migrations. @returns the first column, sorted */
function ask(query: string): Promise<string[]> {
  return withDatabase(({ url }) =>
    connected(
      url,
      async (sql) =>
        (await sql.unsafe(query).values()).map(([value]) => String(value))
          .sort(),
    )
  );
}

const functions = sources("supabase/functions/**/!(tests)/*.ts");

Deno.test("API.md lists the error codes that there are", async () => {
  const refusals = await ask(`
    select m[1] from pg_proc p, regexp_matches(p.prosrc, 'refuse(?:_beyond)?\\(\\s*''([a-z_]+)''', 'g') m
    union
    select m[1] from pg_proc p, regexp_matches(p.prosrc, 'then ''([a-z_]+)''', 'g') m
    where p.proname = 'parameter_value_fault'`);
  const errors = all(functions, /RequestError\(\s*\d+,\s*"([a-z_]+)"/g);
  deepEqual(
    firstColumn(section("docs/API.md", "## Errors")),
    [...new Set([...refusals, ...errors, "unauthorized"])].sort(),
  );
});

Deno.test("API.md lists the statuses that the database's refusals are answered with", async () => {
  const refusals = await ask(`
    select distinct m[1] || ' ' || coalesce(substring(m[2] from '''PT([0-9]{3})'''), '400')
    from pg_proc p, regexp_matches(p.prosrc, 'refuse\\(\\s*''([a-z_]+)''([^;]*);', 'g') m`);
  const listed = all(
    section("docs/API.md", "## Errors"),
    /^\| `([a-z_]+` +\| \d+) /gm,
  ).map((row) => row.replace(/` +\| /, " "));
  const sqlOnly = [
    "bi_login_exists",
    "bi_login_name_invalid",
    "credential_incomplete",
    "credential_malformed",
    "credential_is_access_token",
    "credential_swapped",
    "credential_ambiguous",
    "credential_secret_not_found",
    "user_not_found",
    "user_ambiguous",
  ].map((code) => `${code} 400`);
  deepEqual(
    refusals.filter((refusal) =>
      !listed.includes(refusal) && !sqlOnly.includes(refusal)
    ),
    [],
  );
});

Deno.test("API.md lists the reasons with which a request of the owner's is rejected", async () => {
  const reasons = await ask(`
    select distinct m[1] from pg_proc p, regexp_matches(p.prosrc,
      '(?:,|then|return|else)\\s*''([a-z]+_[a-z_]+)''', 'g') m
    where p.pronamespace = 'amc_history'::regnamespace
      and (p.prorettype = 'public.control_report'::regtype or p.proname = 'retry_one_week')
      and m[1] <> 'already_applied'`);
  deepEqual(
    firstColumn(section("docs/API.md", "## Control it"))
      .filter((name) => name !== "unsettled"),
    reasons,
  );
});

Deno.test("API.md names every function, table and view of the API that a signed-in user may use", async () => {
  const names = await ask(`
    select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace
      and has_function_privilege('authenticated', p.oid, 'execute')
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    union
    select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace
      and c.relkind in ('r', 'v') and has_table_privilege('authenticated', c.oid, 'select')`);
  const api = textOf("docs/API.md");
  ok(names.length > 0);
  deepEqual(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(api)), []);
});

Deno.test("the runbook has an entry for each alert, and for none that there is not", async () => {
  const alerts = await ask("select code from amc_history.alert_codes");
  deepEqual(firstColumn(chapter("docs/OPERATIONS.md", "## Runbook")), alerts);
});

Deno.test("the table of what is held up has a row for each kind of stoppage, with its alert, and no other", async () => {
  const kinds = await ask(
    "select kind || ' ' || alert_code from amc_history.stoppage_kinds",
  );
  const rows = section("docs/OPERATIONS.md", "### Held up alone").matchAll(
    /^\| `([a-z_]+)` +\| `([a-z_]+)`/gm,
  );
  deepEqual(
    [...rows].map(([, kind, alert]) => `${kind} ${alert}`).sort(),
    kinds,
  );
});

Deno.test("OPERATIONS.md lists the codes of results that cannot be loaded", () => {
  const problems = all(
    /ResultProblem =([^;]*);/.exec(functions)![1],
    /"([a-z_]+)"/g,
  );
  const listed = firstColumn(
    section("docs/OPERATIONS.md", "## Codes of a failed week"),
  );
  ok(problems.length > 0);
  deepEqual(problems.filter((code) => !listed.includes(code)), []);
  const everything = functions + sources("supabase/migrations/*.sql");
  deepEqual(listed.filter((code) => !everything.includes(code)), []);
});

Deno.test("SETTINGS.md lists the worker's settings", () => {
  deepEqual(
    firstColumn(section("docs/SETTINGS.md", "## Settings"))
      .filter((name) => name.startsWith("AMC_")),
    all(functions, /"(AMC_[A-Z_]+)"/g)
      .filter((name) => name !== "AMC_HISTORY_FAILPOINTS"),
  );
});

Deno.test("OPERATIONS.md lists the jobs of the schedule", async () => {
  const jobs = await ask("select jobname from cron.job");
  ok(jobs.length > 0);
  deepEqual(
    all(
      section("docs/OPERATIONS.md", "## The jobs"),
      /^\| `(amc-history-[a-z]+)`/gm,
    ),
    jobs,
  );
});

Deno.test("the glossary has every state, outcome and kind that a constraint allows", async () => {
  const values = await ask(`
    select distinct m[1] from pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''::text', 'g') m
    where c.conname in ('status_is_known', 'state_is_known', 'outcome_is_known', 'kind_is_known')
    union select kind from amc_history.stoppage_kinds`);
  const states = section("docs/GLOSSARY.md", "## States");
  ok(values.length > 0);
  deepEqual(values.filter((value) => !states.includes(`\`${value}\``)), []);
});

Deno.test("the glossary has every source that a fact about AMC carries", () => {
  const code = sources("supabase/**/*.{ts,sql}", "local/**/*.ts");
  const marked = all(code, /\(([^():.]{1,60})[,;] [HML]\b/g);
  const named = marked.flatMap((text) =>
    text.replaceAll("SUCCEEDED", "")
      .match(/\b(?:[A-Z]{2,}\d?|guide|captured|observed)\b/g) ?? []
  );
  const listed = section(
    "docs/GLOSSARY.md",
    "## Facts about AMC: sources and confidence",
  );
  ok(named.length > 0);
  deepEqual(
    [...new Set(named)].filter((name) => !listed.includes(`\`${name}\``)),
    [],
  );
});

/** Backticked words of all pages, with the page. */
function quoted(pattern: RegExp): { page: string; word: string }[] {
  return pages.flatMap(({ path, prose }) =>
    [...prose.matchAll(/`([^`\n]+)`/g)].flatMap(([, word]) =>
      pattern.test(word) ? [{ page: path, word }] : []
    )
  );
}

Deno.test("every path that a page names is there", () => {
  const roots =
    /^(supabase|local|tests|bench|docs|_shared|\.github)\/[\w./-]+$/;
  // What a person makes for this checkout alone.
  const ignored = Deno.readTextFileSync(join(checkout, ".gitignore"))
    .split("\n");
  const missing = quoted(roots).filter(({ word }) =>
    !ignored.includes(word) && !existsSync(join(checkout, word)) &&
    !existsSync(join(checkout, "supabase/functions", word))
  );
  deepEqual(missing, []);
});

Deno.test("every name in camelCase that a page quotes is in the code", () => {
  const code = sources(
    "supabase/functions/**/*.ts",
    "local/**/*.ts",
    "tests/**/*.ts",
    "bench/**/*.ts",
  );
  const known = new Set(code.match(/[A-Za-z]+/g));
  const missing = quoted(/^[A-Za-z][a-z]+[A-Z][A-Za-z]+$/)
    // A decision also names what was left.
    .filter(({ page }) => !/^(tests\/mutants|docs\/decisions)\//.test(page))
    .filter(({ word }) => !known.has(word));
  deepEqual(missing, []);
});

Deno.test("every name in snake_case that a page quotes is in the code", () => {
  const code = sources(
    "supabase/**/*.{ts,sql,psql,toml}",
    "local/**/*.{ts,sql,mjs}",
    "tests/**/*.ts",
    "bench/**/*.ts",
  );
  const files = globSync("supabase/migrations/*.sql", { cwd: checkout });
  const known = new Set([
    ...code.match(/[a-z]+(?:_[a-z0-9]+)+/g)!,
    ...files.map((path) => basename(path, ".sql").replace(/^\d+_/, "")),
  ]);
  const generated = /^tests\/mutants\//;
  const missing = quoted(/^(amc_history\.|public\.)?[a-z]+(_[a-z]+)+(\(.*\))?$/)
    .filter(({ page }) => !generated.test(page))
    .filter(({ word }) =>
      !known.has(word.replace(/^\w+\./, "").replace(/\(.*$/, ""))
    );
  deepEqual(missing, []);
});
