import { inSqlFunction, type Mutant } from "../support/mutant.ts";

/** Lost execution ids: nothing is guessed, and nothing replaced. */
export const LOST_IDS: Mutant[] = [
  {
    name: "lost-id-fits-one-week",
    guard: "an execution that fits several weeks is given to none",
    off: "the other weeks are not looked at",
    edits: [
      inSqlFunction(
        "amc_history.verdict_on",
        "or m.times > 0 or p.is_shared or",
        "or m.times > 0 or",
      ),
    ],
    tests: ["backfill_execution_ids/never_guesses"],
  },
  {
    name: "lost-id-is-no-dry-run",
    guard: "a dry run is never a week's execution",
    off: "its timeout is not looked at",
    edits: [
      inSqlFunction(
        "amc_history.listed_runs",
        "and not coalesce(amc_history.is_dry_run_timeout(d.timeout_seconds), false)",
        "",
      ),
    ],
    tests: ["backfill_execution_ids/matches_only"],
  },
];
