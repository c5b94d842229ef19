import { endWithThisProcess } from "../../../local/platform/children.ts";
import type { Copy } from "./copy.ts";
import { changesOf, type Mutant } from "./mutant.ts";

/** Far longer than the slowest of the tests that mutants name takes: it ends those that hang without the guard. */
const TESTS_TIMEOUT_MS = 1_800_000;

/** The outcome of tests in a copy. */
export interface Run {
  /** The first tests that failed, as `path: name`. */
  failed: string[];
  passed: boolean;
  output: string;
}

/** The outcome of a mutant. */
export interface Verdict {
  mutant: Mutant;
  /** bitten: a test failed. survived: none did. broken: no test could run. */
  outcome: "bitten" | "survived" | "broken";
  /** The tests that failed, or why it is broken. */
  words: string[];
  seconds: number;
}

/**
 * Runs tests in a copy, up to the first file with a failure.
 *
 * @param tests parts of paths
 */
export async function runTests(copy: Copy, tests: string[]): Promise<Run> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-prompt",
      "--quiet",
      "tests/run.ts",
      "--fail-fast",
      "--lanes=1",
      ...tests,
    ],
    cwd: copy.folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const release = endWithThisProcess(child, "TERM");
  const timer = setTimeout(() => child.kill("SIGTERM"), TESTS_TIMEOUT_MS);
  const { success, stdout, stderr } = await child.output();
  clearTimeout(timer);
  await release();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const output = `${text(stdout)}${text(stderr)}`;
  return { failed: failuresIn(text(stdout)), passed: success, output };
}

/** Reads the list of failures with which `npm test` ends. What names no test (a migration that breaks, say) is none. */
export function failuresIn(stdout: string): string[] {
  const list = stdout.split("\nFailed:\n").at(1) ?? "";
  const lines = list.matchAll(
    /^ {2}(?:\.\/)?(\S+(?:\.test\.sql|_test\.ts): .*)$/gm,
  );
  // After the first failure the tests of a file are skipped.
  return [...lines].map(([, line]) => line)
    .filter((line) => !line.endsWith(" (skipped)"));
}

/** Switches a mutant's guard off in a copy and checks whether its tests notice. */
export async function judge(copy: Copy, mutant: Mutant): Promise<Verdict> {
  const began = performance.now();
  const verdict = (outcome: Verdict["outcome"], words: string[]): Verdict => ({
    mutant,
    outcome,
    words,
    seconds: Math.round((performance.now() - began) / 1000),
  });
  try {
    const changes = changesOf(mutant, copy.sources);
    return await copy.changed(changes, async () => {
      const { failed, passed, output } = await runTests(copy, mutant.tests);
      if (failed.length > 0) return verdict("bitten", failed);
      if (passed) return verdict("survived", []);
      return verdict("broken", [output.slice(-1_500)]);
    });
  } catch (error) {
    return verdict("broken", [(error as Error).message]);
  }
}
