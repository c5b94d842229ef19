/** AMC has lost a workflow: few creates are spent on finding it out, one person is told, and then it goes on. */
import assert from "node:assert/strict";
import { control } from "./support/control.ts";
import { collect, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  assertOneCreateEach,
  column,
  finishAll,
  letTimePass,
} from "./support/weeks.ts";

Deno.test("52 weeks of a workflow that AMC has lost make few creates and one alert, and complete once AMC has it", async () => {
  await withHarness({}, async (harness) => {
    const { simulator, sql, workflow } = harness;
    const { collection_id } = await collect(harness, 52);
    simulator.script({
      operation: "createExecution",
      times: "always",
      fault: {
        kind: "status",
        status: 404,
        details: `Workflow with ID ${workflow} does not exist.`,
      },
    });
    await using worker = openWorker(harness);
    for (let ticks = 0; ticks < 10; ticks++) {
      await worker.tick();
      // Longer than a workflow may take to be seen.
      await sql`update public.amc_workflows set saved_at = saved_at - interval '1 hour'`;
      await sql`update public.stoppages set since = since - interval '1 hour'`;
      await letTimePass(harness);
    }
    const creates = simulator.requests("createExecution").length;
    assert.ok(creates <= 20, `${creates} creates`);
    assert.equal(simulator.ledger().length, 0);
    const held = await sql`
      select kind, code, retry_at from public.stoppages where ended_at is null`;
    assert.deepEqual([...held], [
      { kind: "workflow_save", code: "workflow_not_visible", retry_at: null },
    ]);
    const alerts = await sql`
      select code from public.tracking_alerts where resolved_at is null`;
    assert.deepEqual([...alerts], [{ code: "held_up" }]);
    assert.deepEqual([...new Set(await column(harness, "error_code"))], [null]);

    simulator.clearScript();
    await control(harness, { action: "resume", collection_id });
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
    const open = await sql`
      select from public.stoppages where ended_at is null
      union all select from public.tracking_alerts where resolved_at is null`;
    assert.equal(open.length, 0);
  });
});
