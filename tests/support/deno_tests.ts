import { join } from "node:path";
import { endWithThisProcess } from "../../local/platform/children.ts";
import type { Outcome } from "./pgtap.ts";

/** What {@link runDenoTests} needs to know. */
export interface DenoTests {
  file: string;
  /** Added to this process's environment. */
  env: Record<string, string>;
  /** Where the machine-readable report is written meanwhile. */
  folder: string;
  /** Whether to stop at the first test that fails. */
  failFast: boolean;
  /** Takes what the tests print, as it comes. */
  print: (bytes: Uint8Array) => void;
  /** Ends the tests. */
  signal: AbortSignal;
}

/**
 * Runs a file of Deno tests in a process of its own.
 *
 * @returns tests passed and failed; a test that was skipped counts as failed, a run that broke as one failed
 */
export async function runDenoTests(
  { file, env, folder, failFast, print, signal }: DenoTests,
): Promise<Outcome> {
  const report = join(folder, `${crypto.randomUUID()}.xml`);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--allow-all",
      "--no-prompt",
      "--no-check",
      "--quiet",
      `--junit-path=${report}`,
      ...(failFast ? ["--fail-fast"] : []),
      file,
    ],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).spawn();
  const release = endWithThisProcess(child, "TERM");
  const printing = [child.stdout, child.stderr].map(async (stream) => {
    for await (const bytes of stream) print(bytes);
  });
  const { code } = await child.status;
  await release();
  await Promise.all(printing);
  const xml = await Deno.readTextFile(report).catch(() => "");
  const outcome = readJunit(xml);
  if (code !== 0 && outcome.failed === 0) {
    outcome.failed++;
    outcome.failures.push(
      `deno test ended with status ${code} for ${file}; its output above says why.`,
    );
  }
  return outcome;
}

/** Counts the test cases of a JUnit report as Deno writes it. */
export function readJunit(xml: string): Outcome {
  const outcome: Outcome = { passed: 0, failed: 0, failures: [] };
  for (const [whole, attributes, , body] of xml.matchAll(CASE)) {
    if (/<(failure|error|skipped)/.test(body ?? "")) {
      outcome.failed++;
      const of = (name: string) =>
        unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(whole)?.[1] ?? "");
      const skipped = /<skipped/.test(body ?? "") ? " (skipped)" : "";
      outcome.failures.push(`${of("classname")}: ${of("name")}${skipped}`);
    } else if (attributes) {
      outcome.passed++;
    }
  }
  return outcome;
}

const CASE = /<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g;

function unescape(text: string): string {
  return text
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"').replaceAll("&apos;", "'")
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll("&amp;", "&");
}
