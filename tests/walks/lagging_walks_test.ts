import { SEED, walk, WALKS } from "./support/run.ts";
import { checkDuplicatesAreKnown } from "./support/verdict.ts";

const SHARE = Math.ceil(WALKS / 5);

Deno.test({
  name:
    `${SHARE} random walks with a list that lags too long report and end every duplicate (seed ${SEED})`,
  // The timer of a load's time limit outlives the load.
  sanitizeOps: false,
  fn: () =>
    walk({
      file: "tests/walks/lagging_walks_test.ts",
      odds: {
        lags: [0, 5_000, 20_000],
        faults: [
          "accepted, answer lost",
          "accepted, but throttled",
          "lost on the way",
        ],
        restores: false,
      },
      walks: SHARE,
      check: checkDuplicatesAreKnown,
      places: ["attempt_abandoned", "duplicate_execution"],
    }),
});
