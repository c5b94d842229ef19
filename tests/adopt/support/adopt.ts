import type { AdoptArguments } from "../../../local/adopt/arguments.ts";
import type { Context } from "../../../local/adopt/context.ts";
import { openDatabase } from "../../../local/adopt/database.ts";
import type { Report } from "../../../local/adopt/report.ts";
import { STEPS } from "../../../local/adopt/steps.ts";

/** What a test changes of how a step runs. */
export type Changes =
  & Partial<AdoptArguments>
  & Partial<Pick<Context, "pause" | "say">>;

/** Runs a step as the command does, with a session of its own. Tries follow each other at once. */
export async function adopt(
  url: string,
  step: string,
  changes: Changes = {},
): Promise<Report> {
  const sql = openDatabase(url);
  try {
    return await STEPS.find(({ name }) => name === step)!.run({
      sql,
      dryRun: false,
      json: false,
      quietMinutes: 0,
      althoughWritten: false,
      lockWaitMs: 500,
      tries: 120,
      door: false,
      dropOurs: false,
      say: () => {},
      pause: () => Promise.resolve(),
      ...changes,
    });
  } finally {
    // One that was ended by the test is not waited for.
    await sql.end({ timeout: 0 });
  }
}

/** The rows of a section of a report. */
export function section(report: Report, title: string) {
  return report.sections.find((one) => one.title.startsWith(title))?.rows ?? [];
}

/** Codes and subjects of a report's blockers, sorted. */
export function blockers({ blockers }: Report): string[] {
  return blockers.map(({ code, subject }) => `${code} ${subject}`).sort();
}
