import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connected } from "../support/connected.ts";
import { readJunit } from "../support/deno_tests.ts";
import { type Outcome, runPgtapFile } from "../support/pgtap.ts";
import { withDatabase } from "../support/with_database.ts";

/** Runs the test tests/a.test.sql, beside which there may be other files, named relative to its folder. */
async function runSql(
  text: string,
  others: Record<string, string> = {},
): Promise<Outcome> {
  return await withDatabase(async ({ url }) => {
    await connected(
      url,
      (sql) => sql`create extension if not exists pgtap with schema extensions`,
    );
    const folder = await mkdtemp(join(tmpdir(), "amc-history-runner-"));
    try {
      for (const name of ["tests", "shared"]) await mkdir(join(folder, name));
      for (
        const [name, other] of Object.entries({ ...others, "a.test.sql": text })
      ) {
        await writeFile(join(folder, "tests", name), other);
      }
      return await runPgtapFile(url, join(folder, "tests/a.test.sql"));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

Deno.test("a pgTAP file is counted by its assertions", async () => {
  const outcome = await runSql(`
    begin;
    select plan(2);
    select ok(true, 'one');
    select is(1, 1, 'two');
    select * from finish();
    rollback;`);
  assert.deepEqual(outcome, { passed: 2, failed: 0, failures: [] });
});

Deno.test("a pgTAP assertion that fails is shown with what it had and wanted", async () => {
  const outcome = await runSql(`
    begin;
    select plan(2);
    select ok(true, 'one');
    select is(1, 2, 'two is one');
    select * from finish();
    rollback;`);
  assert.equal(outcome.passed, 1);
  assert.equal(outcome.failed, 1);
  assert.match(outcome.failures.join("\n"), /not ok 2 - two is one/);
  assert.match(outcome.failures.join("\n"), /have: 1/);
});

Deno.test("an SQL error in a pgTAP file fails it, and keeps what came before", async () => {
  const outcome = await runSql(`
    begin;
    select plan(2);
    select ok(true, 'one');
    select nonsense();
    rollback;`);
  assert.equal(outcome.passed, 1);
  assert.equal(outcome.failed, 1);
  assert.match(outcome.failures.join("\n"), /nonsense\(\) does not exist/);
});

Deno.test("a pgTAP file whose plan does not fit, or with no assertion, fails", async () => {
  const short = await runSql(`
    begin; select plan(3); select ok(true, 'one'); rollback;`);
  assert.deepEqual([short.passed, short.failed], [1, 1]);
  const empty = await runSql("begin; rollback;");
  assert.deepEqual([empty.passed, empty.failed], [0, 1]);
});

Deno.test("a file that \\ir includes is read from where the including file is", async () => {
  const outcome = await runSql(
    `begin;
\\ir ../shared/outer.psql
select is(pg_temp.two(), 2, 'both are included');
select * from finish();
rollback;`,
    {
      "../shared/outer.psql": "\\ir inner.psql\nselect plan(1);\n",
      "../shared/inner.psql":
        "create function pg_temp.two() returns integer language sql as 'select 2';\n",
    },
  );
  assert.deepEqual(outcome, { passed: 1, failed: 0, failures: [] });
});

Deno.test("an include of a file that is not there fails the file that includes it, and names both", async () => {
  const outcome = await runSql("begin;\n\\ir ../shared/outer.psql\n", {
    "../shared/outer.psql": "\n\n\\ir missing.psql\n",
  });
  assert.deepEqual([outcome.passed, outcome.failed], [0, 1]);
  assert.match(
    outcome.failures[0],
    /^ERROR: \.\.\/shared\/outer\.psql:3 includes missing\.psql, and there is no file \S+shared\/missing\.psql\.$/,
  );
});

Deno.test("a file that includes itself is refused", async () => {
  const outcome = await runSql("\\ir a.psql\n", { "a.psql": "\\ir a.psql\n" });
  assert.deepEqual(outcome, {
    passed: 0,
    failed: 1,
    failures: ["ERROR: a.psql:1 includes a.psql, which includes it again."],
  });
});

Deno.test("an SQL error names the file and the line in it", async () => {
  const inIncluded = await runSql("begin;\n\\ir a.psql\nselect 1;\n", {
    "a.psql": "select 1;\nselect ü_nonsense();\n",
  });
  assert.match(inIncluded.failures[0], /^ERROR \(a\.psql:2\): /);
  const behind = await runSql("begin;\n\\ir a.psql\nselect nonsense();\n", {
    "a.psql": "select 1;\nselect 'ü';\n\n",
  });
  assert.match(behind.failures[0], /^ERROR \(a\.test\.sql:3\): /);
});

Deno.test("a skipped or postponed assertion does not count as passed", async () => {
  const outcome = await runSql(`
    begin;
    select plan(2);
    select skip('not today', 1);
    select todo('later', 1);
    select ok(true, 'two');
    select * from finish();
    rollback;`);
  assert.deepEqual([outcome.passed, outcome.failed], [0, 2]);
});

Deno.test("a JUnit report is counted by its test cases, and a skipped one as failed", () => {
  const outcome = readJunit(`
    <testsuites>
      <testsuite name="a_test.ts">
        <testcase name="passes" classname="./a_test.ts" time="0.1"/>
        <testcase name="passes too" classname="./a_test.ts" time="0.1"></testcase>
        <testcase name="says &quot;no&quot;" classname="./a_test.ts"><failure message="no">no</failure></testcase>
        <testcase name="was left out" classname="./a_test.ts"><skipped/></testcase>
      </testsuite>
    </testsuites>`);
  assert.deepEqual(outcome, {
    passed: 2,
    failed: 2,
    failures: [`./a_test.ts: says "no"`, "./a_test.ts: was left out (skipped)"],
  });
});
