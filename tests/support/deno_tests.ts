import { join } from "node:path";
import { endWithThisProcess } from "../../local/platform/children.ts";
import type { Outcome } from "./pgtap.ts";

/**
 * Runs Deno tests in a process of their own; what they print goes to this one's stdout.
 *
 * @param files test files
 * @param env added to this process's environment
 * @param folder where the machine-readable report may be written
 * @param failFast whether to stop at the first test that fails
 * @returns tests passed and failed; a test that was skipped counts as failed, a run that broke as one failed
 */
export async function runDenoTests(
  files: string[],
  env: Record<string, string>,
  folder: string,
  failFast = false,
): Promise<Outcome> {
  const report = join(folder, "deno_tests.xml");
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--allow-all",
      "--no-prompt",
      "--no-check",
      "--quiet",
      `--junit-path=${report}`,
      ...(failFast ? ["--fail-fast"] : []),
      ...files,
    ],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const release = endWithThisProcess(child, "TERM");
  const printing = child.stdout.pipeTo(Deno.stdout.writable, {
    preventClose: true,
  });
  const { code } = await child.status;
  await release();
  await printing;
  const xml = await Deno.readTextFile(report).catch(() => "");
  const outcome = readJunit(xml);
  if (code !== 0 && outcome.failed === 0) {
    outcome.failed++;
    outcome.failures.push(
      `deno test ended with status ${code}; its output above says why.`,
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
