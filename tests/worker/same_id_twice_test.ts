import assert from "node:assert/strict";
import { collect, withHarness } from "./support/harness.ts";
import { heldUp } from "./support/held_up.ts";
import { openWorker } from "./support/own_worker.ts";
import { letAllowancesPass, weeksOf } from "./support/weeks.ts";

Deno.test("of two creates that AMC answers with the same id, one waits for the execution, the other takes its own from the list", async () => {
  await withHarness({}, async (harness) => {
    const { simulator, sql } = harness;
    simulator.script({
      operation: "createExecution",
      times: 2,
      fault: {
        kind: "show_fields",
        fields: { workflowExecutionId: '"another"' },
      },
    });
    await collect(harness, 3);
    await using worker = openWorker(harness);
    for (let ticks = 0; ticks < 4; ticks++) {
      await worker.tick();
      await letAllowancesPass(harness);
      await sql`update public.week_attempts set intended_at = intended_at - interval '10 minutes' where is_live`;
    }
    assert.equal(simulator.ledger().length, 3, "one create each");
    const weeks = await weeksOf(harness);
    const waiting = weeks.filter(({ status }) => status !== "completed");
    assert.deepEqual(
      waiting.map(({ status, execution_id }) => [status, execution_id]),
      [["running", "another"]],
    );
    assert.equal(weeks.filter(({ adopted }) => adopted).length, 1);
    assert.deepEqual(await heldUp(harness), ["execution not_found"]);
    const alerts = await sql`select code, week_id from public.tracking_alerts
      where resolved_at is null and code = 'execution_refused'`;
    assert.deepEqual(
      alerts.map(({ week_id }) => week_id),
      weeks.filter(({ adopted }) => adopted).map(({ id }) => id),
      "the contradiction is told",
    );
    const errors = worker.lines.filter(({ level }) => level === "error");
    assert.deepEqual(errors, [], "it is no error of ours");
  });
});
