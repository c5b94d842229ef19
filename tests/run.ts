// `npm test`: one cluster, a template database with the migrations, then every pgTAP file and every Deno test.
// `npm test -- --help` lists its arguments.

import { mkdtemp, rm } from "node:fs/promises";
import { glob } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import {
  checkout,
  type Cluster,
  createDatabase,
  databaseUrl,
  dropDatabase,
  migrate,
  startCluster,
} from "../local/platform/postgres/mod.ts";
import { stopOnSignals } from "../local/platform/signals.ts";
import { CLUSTER_VARIABLE, type TestCluster } from "./support/cluster.ts";
import { runDenoTests } from "./support/deno_tests.ts";
import { type Outcome, runPgtapFile } from "./support/pgtap.ts";
import {
  parseRunArguments,
  type RunArguments,
  USAGE,
} from "./support/run_arguments.ts";

const TEMPLATE = "template_migrated";

/** Long runs: each has a command of its own, test:large. */
const OF_THEIR_OWN = ["tests/large/"];

async function files(pattern: string, filters: string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob(pattern, { cwd: checkout })) {
    const wanted = filters.length === 0
      ? !OF_THEIR_OWN.some((folder) => path.startsWith(folder))
      : filters.some((filter) => path.includes(filter.replace(/^\.\//, "")));
    if (wanted) found.push(path);
  }
  return found.sort();
}

async function runDatabaseTests(
  cluster: Cluster,
  paths: string[],
  failFast: boolean,
): Promise<Outcome[]> {
  if (paths.length === 0) return [];
  const name = "database_tests";
  await createDatabase(cluster, name, { template: TEMPLATE });
  const url = databaseUrl(cluster, "postgres", name);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`create extension if not exists pgtap with schema extensions`;
  await sql.end();
  const outcomes: Outcome[] = [];
  for (const path of paths) {
    const outcome = await runPgtapFile(url, join(checkout, path));
    const word = outcome.failed === 0 ? "ok" : "FAILED";
    console.log(`${path} ... ${word} (${outcome.passed} passed)`);
    for (const line of outcome.failures) console.log(`    ${line}`);
    outcomes.push({
      ...outcome,
      failures: outcome.failures
        .filter((line) => /^(not ok|ERROR|The plan)/.test(line))
        .map((line) => `${path}: ${line}`),
    });
    if (failFast && outcome.failed > 0) break;
  }
  await dropDatabase(cluster, name);
  return outcomes;
}

async function run(
  filters: string[],
  failFast: boolean,
  cluster: Cluster,
  folder: string,
): Promise<Outcome[]> {
  await createDatabase(cluster, TEMPLATE);
  await migrate(databaseUrl(cluster, "postgres", TEMPLATE));
  const outcomes = await runDatabaseTests(
    cluster,
    await files("supabase/tests/database/**/*.test.sql", filters),
    failFast,
  );
  if (failFast && outcomes.some(({ failed }) => failed > 0)) return outcomes;
  const denoFiles = [
    ...await files("supabase/functions/tests/**/*_test.ts", filters),
    ...await files("tests/**/*_test.ts", filters),
  ];
  if (denoFiles.length > 0) {
    const { host, port, passwords, authority } = cluster;
    const told: TestCluster = {
      cluster: { host, port, passwords, authority },
      template: TEMPLATE,
    };
    outcomes.push(
      await runDenoTests(
        denoFiles,
        { [CLUSTER_VARIABLE]: JSON.stringify(told) },
        folder,
        failFast,
      ),
    );
  }
  return outcomes;
}

async function main({ filters, failFast }: RunArguments): Promise<number> {
  const parts = new AsyncDisposableStack();
  const stop = () => parts.disposeAsync();
  parts.defer(stopOnSignals(stop));
  let outcomes: Outcome[] = [];
  try {
    const folder = await mkdtemp(join(tmpdir(), "amc-history-tests-"));
    parts.defer(() => rm(folder, { recursive: true, force: true }));
    // Nothing of it outlives the run; a crash of the server alone loses nothing either.
    const cluster = await startCluster({ settings: ["fsync=off"] });
    parts.defer(() => cluster.stop());
    outcomes = await run(filters, failFast, cluster, folder);
  } catch (error) {
    const { message } = error as Error;
    outcomes.push({ passed: 0, failed: 1, failures: [message] });
  }
  await stop();
  const passed = outcomes.reduce((sum, one) => sum + one.passed, 0);
  const failed = outcomes.reduce((sum, one) => sum + one.failed, 0);
  const failures = outcomes.flatMap((one) => one.failures);
  if (failures.length > 0) {
    console.log(`\nFailed:\n${failures.map((one) => `  ${one}`).join("\n")}`);
  }
  if (passed + failed === 0) {
    console.log(
      filters.length > 0
        ? `No test file's path contains ${filters.join(" or ")}.`
        : "There are no tests.",
    );
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

let asked: RunArguments | null;
try {
  asked = parseRunArguments(Deno.args);
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(2);
}
if (asked === null) {
  console.log(USAGE);
  Deno.exit(0);
}
Deno.exit(await main(asked));
