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
    name: "lost-id-of-an-unsearched-week",
    guard:
      "an execution that may be a week's that was not searched is given to none",
    off: "only searched weeks compete",
    edits: [
      inSqlFunction(
        "amc_history.verdict_on",
        "or amc_history.has_rivals(backfill, c)",
        "",
      ),
    ],
    tests: ["backfill_execution_ids/doubts"],
  },
  {
    name: "lost-id-is-no-attempts",
    guard: "what may be of an attempt of ours is given to no other week",
    off: "attempts without an execution are not looked at",
    edits: [
      inSqlFunction(
        "amc_history.unplaced_attempts",
        "and a.execution_id is null",
        "and a.execution_id is null and false",
      ),
    ],
    tests: ["backfill_execution_ids/doubts"],
  },
  {
    name: "lost-id-of-another-sql",
    guard: "the same workflow id with another SQL proves nothing",
    off: "the id is enough",
    edits: [
      inSqlFunction(
        "amc_history.compare_runs",
        "case when c.differs then 'sql_differs' end,",
        "",
      ),
    ],
    tests: ["backfill_execution_ids/doubts"],
  },
  {
    name: "lost-id-is-no-dry-run",
    guard: "what may be a dry run is never given to a week",
    off: "its timeout is not looked at",
    edits: [
      inSqlFunction(
        "amc_history.compare_runs",
        "case when c.may_be_dry_run then 'timeout' end",
        "null",
      ),
    ],
    tests: ["backfill_execution_ids/matches_only"],
  },
  {
    name: "lost-id-replaces-none",
    guard: "an id is never given to a week that has one",
    off: "whether the week lacks one is not asked",
    edits: [
      inSqlFunction(
        "amc_history.restore_execution_id",
        "if not found or not amc_history.lacks_execution_id(week) then",
        "if not found then",
      ),
      inSqlFunction(
        "amc_history.decide_week",
        "if not amc_history.lacks_execution_id(row_now) then",
        "if false then",
      ),
      inSqlFunction(
        "amc_history.restore_execution_id",
        "and w.execution_id is null",
        "",
      ),
    ],
    tests: ["backfill_execution_ids", "choose_execution"],
  },
  {
    name: "lost-ids-by-one-worker",
    guard: "a worker whose search another has taken over records nothing",
    off: "its fence is not asked for",
    edits: [
      inSqlFunction(
        "amc_history.lock_id_backfill",
        "and b.fence = lock_id_backfill.fence ",
        "",
      ),
    ],
    tests: ["backfill_execution_ids/goes_on_after_a_kill"],
  },
  {
    name: "lost-ids-cancelled-for-good",
    guard: "a cancelled search is over for the worker that reads for it",
    off: "it stays open",
    edits: [
      inSqlFunction(
        "amc_history.cancel_id_backfill",
        "ended_at = now_at,\n    leased_until = null, fence = b.fence + 1",
        "leased_until = null",
      ),
    ],
    tests: ["backfill_execution_ids/is_cancelled"],
  },
];
