import assert from "node:assert/strict";
import { collect, withBench } from "./support/bench.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  assertOneCreateEach,
  column,
  finishAll,
  letTimePass,
} from "./support/weeks.ts";

for (const status of [400, 404] as const) {
  Deno.test(`a fresh execution that AMC neither lists nor knows (${status}) is followed until it shows, without an error`, async () => {
    const hidden = { listSeconds: 600, getSeconds: 600 };
    await withBench({
      simulator: { lag: hidden, answers: { unknownExecutionStatus: status } },
    }, async (bench) => {
      await collect(bench, 2);
      await using worker = openWorker(bench);
      for (let ticks = 0; ticks < 3; ticks++) {
        await worker.tick();
        await letTimePass(bench);
      }
      assert.ok(
        worker.lines.some(({ event }) => event === "execution_not_shown"),
        "AMC was asked, and did not know it",
      );
      assert.deepEqual(await column(bench, "status"), ["running", "running"]);
      assert.deepEqual(await column(bench, "attempt_state"), [
        "created",
        "created",
      ]);
      assert.deepEqual(await column(bench, "error_count"), [0, 0]);
      bench.simulator.clock.advance(600);
      await finishAll(bench, worker.tick);
      await assertOneCreateEach(bench);
    });
  });
}
