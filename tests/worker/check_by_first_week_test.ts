// Where AMC has no dry runs, a version is checked by its first week.
import assert from "node:assert/strict";
import { collect, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  assertOneCreateEach,
  finishAll,
  letTimePass,
} from "./support/weeks.ts";
import { creates, UNCHECKED } from "./support/checks.ts";

Deno.test("where AMC refuses dry runs, the first week goes alone until AMC runs it", async () => {
  await withHarness({
    ...UNCHECKED,
    simulator: { execution: { pendingSeconds: 3600, runSeconds: 0 } },
  }, async (harness) => {
    await collect(harness, 5);
    await using worker = openWorker(harness, {
      client: (client) => ({
        ...client,
        createExecution: (request, how) =>
          request.dryRun
            ? Promise.resolve({
              kind: "refused",
              status: 400,
              message: "dryRun is not supported for this instance.",
              requestId: null,
            })
            : client.createExecution(request, how),
      }),
    });
    for (let tick = 0; tick < 3; tick++) {
      await worker.tick();
      await letTimePass(harness);
    }
    assert.equal(creates(harness).length, 1);
    harness.simulator.clock.advance(3700);
    await finishAll(harness, async () => {
      await worker.tick();
      harness.simulator.clock.advance(3700);
    });
    await assertOneCreateEach(harness);
    const checks = await harness.sql`
      select kind, outcome from public.workflow_checks order by intended_at`;
    assert.deepEqual(checks.map(({ kind, outcome }) => `${kind} ${outcome}`), [
      "dry_run unsupported",
      "first_week accepted",
    ]);
  });
});

Deno.test("where AMC ignores dry runs, what it runs is cancelled, that is remembered, and the first week goes alone", async () => {
  await withHarness({
    ...UNCHECKED,
    simulator: { execution: { pendingSeconds: 0, runSeconds: 100_000 } },
  }, async (harness) => {
    await collect(harness, 3);
    await using worker = openWorker(harness, {
      client: (client) => ({
        ...client,
        createExecution: (request, how) =>
          client.createExecution({ ...request, dryRun: false }, how),
      }),
    });
    await worker.tick();
    const [{ executionId, timeoutSeconds }] = harness.simulator.ledger();
    assert.ok(timeoutSeconds < 21_600);
    await harness.sql`
      update public.workflow_checks set intended_at = now() - interval '3 minutes', due_at = now()`;
    // AMC is seen to run it, and then that it still does.
    await worker.tick();
    await letTimePass(harness);
    await worker.tick();
    const [check] = await harness.sql`
      select outcome, execution_id, amc_status from public.workflow_checks where kind = 'dry_run'`;
    assert.deepEqual({ ...check }, {
      outcome: "ignored",
      execution_id: executionId,
      amc_status: "CANCELLED",
    });
    const [{ dry_runs }] = await harness.sql`
      select dry_runs from public.amc_instances`;
    assert.equal(dry_runs, "ignored");
    await worker.tick();
    const checks = await harness.sql`
      select kind, outcome from public.workflow_checks order by intended_at desc`;
    assert.deepEqual({ ...checks[0] }, {
      kind: "first_week",
      outcome: "accepted",
    }, "a week went alone, and AMC runs it");
    const taken = await harness.sql`
      select from public.workflow_executions where id = ${executionId}`;
    assert.equal(taken.length, 0, "no week takes the dry run");
  });
});
