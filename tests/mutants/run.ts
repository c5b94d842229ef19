// `npm run test:mutants`: switches off one guard at a time, in a copy of the checkout, and shows that a test fails for each.
// Arguments: names of mutants; all of them by default. The last line is `N bitten, N survived, N broken`.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { stopOnSignals } from "../../local/platform/signals.ts";
import { MUTANTS } from "./mutants/mod.ts";
import { Copy } from "./support/copy.ts";
import type { Mutant } from "./support/mutant.ts";
import { table } from "./support/table.ts";
import { judge, runTests, type Verdict } from "./support/verdict.ts";

const CONCURRENCY = Math.min(4, navigator.hardwareConcurrency);
const TABLE = join(checkout, ".local/mutants.md");

function choose(names: string[]): Mutant[] {
  const unknown = names.filter((name) =>
    !MUTANTS.some((mutant) => mutant.name === name)
  );
  if (unknown.length > 0) {
    throw new Error(
      `There is no mutant ${unknown.join(" or ")}: expected some of ${
        MUTANTS.map(({ name }) => name).join(", ")
      }.`,
    );
  }
  return names.length === 0
    ? MUTANTS
    : MUTANTS.filter(({ name }) => names.includes(name));
}

/** A test that fails with every guard on proves nothing. */
async function checkThatTestsPass(copies: Copy[], chosen: Mutant[]) {
  const tests = [...new Set(chosen.flatMap((mutant) => mutant.tests))];
  console.log("With every guard on …");
  await Promise.all(copies.map(async (copy, i) => {
    const share = tests.filter((_, n) => n % copies.length === i);
    if (share.length === 0) return;
    const { passed, output } = await runTests(copy, share);
    if (!passed) {
      throw new Error(
        `Expected the tests to pass with every guard on:\n${
          output.slice(-3_000)
        }`,
      );
    }
  }));
}

function print({ mutant, outcome, words, seconds }: Verdict): void {
  console.log(`${mutant.name} ... ${outcome} (${seconds}s)`);
  for (const line of words.slice(0, 3)) console.log(`    ${line}`);
}

/** Takes one mutant after the other in each copy; returns the verdicts in the mutants' order. */
async function judgeAll(copies: Copy[], chosen: Mutant[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const next = chosen.entries();
  await Promise.all(copies.map(async (copy) => {
    for (const [i, mutant] of next) {
      verdicts[i] = await judge(copy, mutant);
      print(verdicts[i]);
    }
  }));
  return verdicts;
}

/** Prints the table and leaves it in a file. */
async function writeTable(verdicts: Verdict[]): Promise<void> {
  const text = table(verdicts);
  console.log(`\n${text}`);
  await mkdir(dirname(TABLE), { recursive: true });
  await writeFile(TABLE, `# Mutants\n\n${text}\n`);
  console.log(`\nThis table is in ${TABLE}.`);
}

async function main(names: string[]): Promise<number> {
  const chosen = choose(names);
  await using parts = new AsyncDisposableStack();
  const forget = stopOnSignals(() => parts.disposeAsync());
  parts.defer(forget);
  const copies: Copy[] = [];
  while (copies.length < Math.min(CONCURRENCY, chosen.length)) {
    copies.push(parts.use(await Copy.make()));
  }
  await checkThatTestsPass(copies, chosen);
  const verdicts = await judgeAll(copies, chosen);
  const count = (outcome: Verdict["outcome"]) =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length;
  await writeTable(verdicts);
  console.log(
    `\n${count("bitten")} bitten, ${count("survived")} survived, ${
      count("broken")
    } broken`,
  );
  return count("bitten") === verdicts.length ? 0 : 1;
}

try {
  Deno.exitCode = await main(Deno.args);
} catch (error) {
  console.error((error as Error).message);
  Deno.exitCode = 2;
}
