// `npm test`: every pgTAP file and every Deno test, on clusters with a template database that has the migrations.
// `npm test -- --help` lists its arguments.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../local/platform/postgres/mod.ts";
import { stopOnSignals } from "../local/platform/signals.ts";
import { CLUSTER_VARIABLE } from "./support/cluster.ts";
import { runDenoTests } from "./support/deno_tests.ts";
import { type Lane, startLane } from "./support/lane.ts";
import { memoryFolder } from "./support/memory_folder.ts";
import { Output } from "./support/output.ts";
import { type Outcome, runPgtapFile } from "./support/pgtap.ts";
import {
  parseRunArguments,
  type RunArguments,
  USAGE,
} from "./support/run_arguments.ts";
import { findTests, isLarge } from "./support/test_files.ts";

/** What all lanes of a run have in common. */
interface Run {
  asked: RunArguments;
  output: Output;
  /** For reports. */
  folder: string;
  /** Stops the clusters. */
  parts: AsyncDisposableStack;
  /** Ends the run before its time. */
  signal: AbortSignal;
}

async function runDatabaseTest(
  { output }: Run,
  lane: Lane,
  path: string,
): Promise<Outcome> {
  const url = await lane.databaseTestsUrl();
  const outcome = await runPgtapFile(url, join(checkout, path));
  const word = outcome.failed === 0 ? "ok" : "FAILED";
  output.line(
    [
      `${path} ... ${word} (${outcome.passed} passed)`,
      ...outcome.failures.map((line) => `    ${line}`),
    ].join("\n"),
  );
  return {
    ...outcome,
    failures: outcome.failures
      .filter((line) => /^(not ok|ERROR|The plan)/.test(line))
      .map((line) => `${path}: ${line}`),
  };
}

async function runDenoTest(
  { asked, output, folder, signal }: Run,
  { told }: Lane,
  file: string,
): Promise<Outcome> {
  const { print, end } = output.file();
  try {
    return await runDenoTests({
      file,
      env: { [CLUSTER_VARIABLE]: JSON.stringify(told) },
      folder,
      failFast: asked.failFast,
      print,
      signal,
    });
  } finally {
    end();
  }
}

/** Each lane takes one file after the other, the database tests first. */
async function runAll(run: Run): Promise<Outcome[]> {
  const { asked, parts, signal } = run;
  const queue = await findTests(asked.filters);
  const lanes = Math.min(asked.lanes, queue.length);
  const folder = queue.some(isLarge) ? null : await memoryFolder(lanes);
  const outcomes: Outcome[] = [];
  const takeAll = async () => {
    const lane = await startLane(folder, parts, signal);
    while (queue.length > 0) {
      const path = queue.shift()!;
      const runTest = path.endsWith(".sql") ? runDatabaseTest : runDenoTest;
      const outcome = await runTest(run, lane, path);
      if (signal.aborted) return;
      outcomes.push(outcome);
      if (asked.failFast && outcome.failed > 0) queue.length = 0;
    }
  };
  const ended = await Promise.allSettled(
    Array.from({ length: lanes }, () =>
      takeAll().catch((error) => {
        queue.length = 0;
        throw error;
      })),
  );
  const broken = ended.find((one) => one.status === "rejected");
  if (broken) {
    const { message } = broken.reason as Error;
    outcomes.push({ passed: 0, failed: 1, failures: [message] });
  }
  return outcomes;
}

async function main(asked: RunArguments): Promise<number> {
  const parts = new AsyncDisposableStack();
  const output = new Output(asked.lanes === 1);
  const aborting = new AbortController();
  // A signal and the end below wait for one and the same clearing up.
  let ending: Promise<void> | undefined;
  const end = () => {
    aborting.abort();
    return ending ??= parts.disposeAsync();
  };
  parts.defer(stopOnSignals(end));
  const folder = await mkdtemp(join(tmpdir(), "amc-history-tests-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  parts.defer(() => output.end());
  const { signal } = aborting;
  const outcomes = await runAll({ asked, output, folder, parts, signal });
  // The handler of the signal ends this process.
  if (signal.aborted) await new Promise<never>(() => {});
  await end();
  return report(outcomes, asked.filters);
}

/** Prints the failures and the numbers. @returns the status */
function report(outcomes: Outcome[], filters: string[]): number {
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
