// Helpers for the tests of what is asked of AMC before a version's first create.
import type { Harness } from "./harness.ts";

/** What leaves a version to be checked by the worker. */
export const UNCHECKED = { checked: false };

/** The dry runs that AMC accepted. */
export function dryRuns({ simulator }: Harness) {
  return simulator.ledger().filter(({ dryRun }) => dryRun);
}

/** The creates that AMC accepted. */
export function creates({ simulator }: Harness) {
  return simulator.ledger().filter(({ dryRun }) => !dryRun);
}

/** What is held up: its kind, code, source and words. */
export async function stoppages({ sql }: Harness) {
  const rows = await sql`
    select kind, code, source, words, retry_at is null as waits from public.stoppages where ended_at is null`;
  return rows.map((row) => ({ ...row }));
}
