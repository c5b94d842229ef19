import assert from "node:assert/strict";
import { collect, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  assertOneCreateEach,
  column,
  finishAll,
  letTimePass,
} from "./support/weeks.ts";

for (const status of [400, 404] as const) {
  Deno.test(`a new execution that AMC neither lists nor finds (${status}) is followed without an error`, async () => {
    const hidden = { listSeconds: 600, getSeconds: 600 };
    await withHarness({
      simulator: { lag: hidden, answers: { unknownExecutionStatus: status } },
    }, async (harness) => {
      await collect(harness, 2);
      await using worker = openWorker(harness);
      for (let ticks = 0; ticks < 3; ticks++) {
        await worker.tick();
        await letTimePass(harness);
      }
      assert.ok(
        worker.lines.some(({ event }) => event === "execution_not_shown"),
        "AMC was asked, and did not know it",
      );
      assert.deepEqual(await column(harness, "status"), ["running", "running"]);
      assert.deepEqual(await column(harness, "attempt_state"), [
        "created",
        "created",
      ]);
      assert.deepEqual(await column(harness, "error_count"), [0, 0]);
      harness.simulator.clock.advance(600);
      await finishAll(harness, worker.tick);
      await assertOneCreateEach(harness);
    });
  });
}
