import assert from "node:assert/strict";
import { collect, windowStartOf, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  column,
  finishAll,
  letAllowancesPass,
  letTimePass,
  weeksOf,
} from "./support/weeks.ts";

Deno.test("a database that was restored from a backup takes over what AMC has, and runs none of it again", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 4);
    await using worker = openWorker(harness);
    await finishAll(harness, worker.tick);
    const before = await column(harness, "execution_id");
    // As a backup from right after the collection was made, and looked for in AMC's list, would have it.
    await harness
      .sql`update public.report_data_weeks set status = 'pending', due_at = now(), data = null`;
    await harness
      .sql`alter table public.report_data_weeks disable trigger protect_execution_id`;
    await harness.sql`update public.report_data_weeks set execution_id = null`;
    await harness
      .sql`alter table public.report_data_weeks enable trigger protect_execution_id`;
    await harness
      .sql`truncate public.week_attempts, public.result_loads, public.tracking_events`;
    await harness.sql`delete from public.workflow_executions`;
    await harness.sql`select amc_history.after_restore()`;
    await letTimePass(harness);
    await finishAll(harness, worker.tick);
    assert.deepEqual(await column(harness, "execution_id"), before);
    assert.deepEqual(await column(harness, "adopted"), [
      true,
      true,
      true,
      true,
    ]);
    assert.equal(harness.simulator.ledger().length, 4, "nothing was run again");
  });
});

Deno.test("an execution that AMC lists only after its attempt was abandoned is recorded and cancelled", async () => {
  const slow = { execution: { pendingSeconds: 0, runSeconds: 3600 } };
  await withHarness({ simulator: slow }, async (harness) => {
    const { weeks } = await collect(harness, 2);
    harness.simulator.script({
      operation: "createExecution",
      where: { windowStart: windowStartOf(weeks[1]) },
      fault: { kind: "drop", point: "after" },
    });
    harness.simulator.change({ lag: { listSeconds: 1800 } });
    await using worker = openWorker(harness);
    await worker.tick();
    assert.equal((await weeksOf(harness))[1].attempt_state, "unknown");
    await letAllowancesPass(harness);
    await worker.tick();
    const rows = await weeksOf(harness);
    assert.equal(rows[1].attempts, 2, "after the allowance it was tried again");
    assert.equal(harness.simulator.ledger().length, 3);
    harness.simulator.clock.advance(1900);
    for (let ticks = 0; ticks < 3; ticks++) {
      await letTimePass(harness);
      await worker.tick();
    }
    const lost = harness.simulator.ledger().filter(({ windowStart }) =>
      windowStart === windowStartOf(weeks[1])
    )[0].executionId;
    const executions = new Map(
      harness.simulator.executions().map((
        one,
      ) => [one.executionId, one.status]),
    );
    assert.equal(executions.get(lost), "CANCELLED");
    const [alert] = await harness.sql`
      select code from public.tracking_alerts where code = 'duplicate_execution'`;
    assert.ok(alert, "a person is told");
    const running = (await weeksOf(harness)).map(({ execution_id }) =>
      executions.get(execution_id!)
    );
    assert.deepEqual(running, ["RUNNING", "RUNNING"]);
  });
});

Deno.test("a run that a person started in the console with the same workflow and window is never cancelled", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 1);
    await using worker = openWorker(harness);
    await finishAll(harness, worker.tick);
    const [{ workflow_id }] = await harness.sql`
      select workflow_id from public.report_data_collections`;
    harness.simulator.change({ execution: { runSeconds: 3600 } });
    const theirs = harness.simulator.startOutside({
      workflowId: workflow_id,
      windowStart: windowStartOf(weeks[0]),
      windowEnd: `${
        new Date(Date.parse(weeks[0].week_start_date) + 7 * 86_400_000)
          .toISOString().slice(0, 10)
      }T00:00:00`,
    });
    // The first came from another system: else it would be the same one.
    await harness
      .sql`update public.report_data_collections set imported_from = 'legacy'`;
    await collect(harness, 2);
    for (let ticks = 0; ticks < 3; ticks++) {
      await letTimePass(harness);
      await worker.tick();
    }
    const status = harness.simulator.executions().find(({ executionId }) =>
      executionId === theirs
    )!.status;
    assert.equal(status, "RUNNING");
  });
});
