import { ALL_FAULTS } from "./support/actions.ts";
import { SEED, walk, WALKS } from "./support/run.ts";
import { checkNothingRanTwice } from "./support/verdict.ts";

Deno.test({
  name:
    `${WALKS} random walks lose nothing and run nothing twice (seed ${SEED})`,
  // The timer of a load's time limit outlives the load.
  sanitizeOps: false,
  fn: () =>
    walk({
      file: "tests/walks/walks_test.ts",
      odds: { lags: [0, 30, 290], faults: ALL_FAULTS, restores: true },
      walks: WALKS,
      check: checkNothingRanTwice,
      places: [
        "attempt_abandoned",
        "collection_extended",
        "collection_taken_over",
        "create_not_sent",
        "create_throttled",
        "create_unknown",
        "execution_adopted",
        "execution_confirmed",
        "execution_not_confirmed",
        "keep_current_set",
        "member_removed",
        "surveyed_execution_adopted",
        "week_completed",
        "week_failed",
        "week_reopened",
        "week_retried",
        "weeks_added",
        "weeks_to_be_surveyed",
        "collected, cancelled",
        "collected, refused",
        "restated, collected",
      ],
    }),
});
