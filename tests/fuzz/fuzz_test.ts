import { CASES, fuzz, SEED } from "./support/run.ts";

Deno.test({
  name:
    `${CASES} odd answers, files, settings and inputs stop only themselves (seed ${SEED})`,
  // The timer of a load's time limit outlives the load.
  sanitizeOps: false,
  fn: () => fuzz("tests/fuzz/fuzz_test.ts"),
});
