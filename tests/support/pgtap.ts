import { Parser } from "tap-parser";
import postgres from "postgres";
import { expandIncludes, locate, type Script } from "./psql_includes.ts";

/** What one pgTAP file, or a run of Deno tests, came to. */
export interface Outcome {
  passed: number;
  failed: number;
  /** What to show of the failures. */
  failures: string[];
}

/**
 * Runs a pgTAP file as pg_prove would: with the files that it includes by `\ir`, over a connection of its own, stopping at
 * the first error.
 *
 * @param url a connection of the role postgres to a database with pgTAP in the schema extensions
 * @returns assertions passed and failed; an error, a plan that does not fit, or no assertion at all counts as one failed
 */
export async function runPgtapFile(
  url: string,
  path: string,
): Promise<Outcome> {
  let script: Script;
  try {
    script = await expandIncludes(path);
  } catch (caught) {
    return judge("", `ERROR: ${(caught as Error).message}`);
  }
  const lines: string[] = [];
  let error: string | null = null;
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    // Without parameters this is one simple query: rows arrive statement by statement, up to an error.
    // As values: assertions in one row have columns of one name.
    await sql.unsafe(script.text).values().forEach((row) => {
      lines.push(...(row as unknown as unknown[]).map(String));
    });
  } catch (caught) {
    error = describe(caught as postgres.PostgresError, script);
  } finally {
    await sql.end({ timeout: 5 });
  }
  return judge(lines.join("\n"), error);
}

function judge(tap: string, error: string | null): Outcome {
  const failures: string[] = [];
  const parser = new Parser();
  parser.on("comment", (comment) => failures.push(comment.trimEnd()));
  let results: Parser["results"] | null = null;
  parser.on("complete", (complete) => (results = complete));
  const assertions = { passed: 0, failed: 0 };
  parser.on("assert", (assert) => {
    // A skipped or postponed assertion has shown nothing.
    const passed = assert.ok && !assert.skip && !assert.todo;
    assertions[passed ? "passed" : "failed"]++;
    if (!passed) failures.push(`not ok ${assert.id} - ${assert.name}`);
  });
  parser.end(`${tap}\n`);
  const { passed } = assertions;
  let { failed } = assertions;
  if (error !== null) {
    failed++;
    failures.push(error);
  } else if (
    passed + failed === 0 ||
    failed === 0 && !(results as { ok: boolean } | null)?.ok
  ) {
    failed++;
    failures.push(
      `The plan does not fit: ${passed} assertions ran. (Does the file call plan() and finish()?)`,
    );
  }
  return { passed, failed, failures: failed > 0 ? failures : [] };
}

function describe(error: postgres.PostgresError, script: Script): string {
  const place = error.position === undefined
    ? ""
    : ` (${locate(script, Number(error.position))})`;
  return [`ERROR${place}: ${error.message}`, error.detail, error.where]
    .filter(Boolean).join("\n");
}
