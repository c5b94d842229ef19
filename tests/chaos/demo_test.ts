import assert from "node:assert/strict";
import { ChanceProfile, nameFault } from "../../local/amc/faults.ts";
import { OPERATIONS } from "../../local/amc/types.ts";
import { chaosProfile } from "../../local/demo/chaos.ts";
import { parseArguments } from "../../local/demo/arguments.ts";
import { startDemo } from "../../local/demo/demo.ts";
import { isWhole } from "../../local/demo/summary.ts";
import {
  chaosSummaryTable,
  groupFaults,
} from "../../local/demo/chaos_summary.ts";
import { isLongRun } from "./support/weeks.ts";

Deno.test("under npm start's chaos each week is tracked by the one create that AMC accepted for it", async () => {
  const demo = await startDemo({
    weeks: isLongRun() ? 52 : 15,
    chaos: 1,
    say: () => {},
  });
  try {
    await demo.finished(() => {});
    const summary = await demo.summarize();
    assert.ok(isWhole(summary), JSON.stringify(summary));
    const { chaos } = summary;
    assert.ok(chaos!.killed_processes > 0, "nothing was killed");
    assert.equal(chaos!.seed, 1);
    const groups = Object.keys(groupFaults(chaos!.faults));
    assert.ok(
      groups.includes("creates accepted, answer lost or spoilt"),
      groups.join(", "),
    );
    assert.match(chaosSummaryTable(chaos!), /shortenAllowances/);
  } finally {
    await demo.stop();
  }
});

Deno.test("every fault of the chaos is named in the summary by what it does, none of them a FAILED or REJECTED", () => {
  const { faults } = ChanceProfile.parse(chaosProfile());
  for (const { operation, fault } of faults) {
    assert.notEqual(fault.kind, "outcome");
    const met = operation === "any" ? OPERATIONS : [operation].flat();
    for (const one of met) {
      const groups = groupFaults({ [`${one}: ${nameFault(fault)}`]: 1 });
      assert.notDeepEqual(groups, { "other faults": 1 }, nameFault(fault));
    }
  }
});

Deno.test("--seed names the seed of --chaos, which is 1 by default, and means nothing without it", () => {
  assert.equal(parseArguments([])?.chaos, null);
  assert.equal(parseArguments(["--chaos"])?.chaos, 1);
  assert.equal(parseArguments(["--seed", "7", "--chaos"])?.chaos, 7);
  assert.throws(
    () => parseArguments(["--seed=7"]),
    /Expected --seed only together with --chaos/,
  );
});
