import assert from "node:assert/strict";
import { signIn } from "../../local/demo/setup.ts";
import { collect, withHarness } from "./support/harness.ts";
import { control } from "./support/control.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  assertOneCreateEach,
  column,
  finishAll,
  letTimePass,
  weeksOf,
} from "./support/weeks.ts";

Deno.test("a paused collection begins nothing until it is resumed, and then goes on to its end", async () => {
  await withHarness({}, async (harness) => {
    const { collection_id } = await collect(harness, 3);
    await using worker = openWorker(harness);
    assert.deepEqual(
      await control(harness, { action: "pause", collection_id }),
      { status: 200, answer: { outcome: "applied", reason: null, weeks: 3 } },
    );
    await worker.tick();
    assert.equal(harness.simulator.ledger().length, 0);
    const again = await control(harness, { action: "pause", collection_id });
    assert.equal(again.answer.outcome, "already_applied");
    await control(harness, { action: "resume", collection_id });
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});

Deno.test("a cancelled collection is cancelled at AMC too, and what was done stays", async () => {
  await withHarness({}, async (harness) => {
    const { collection_id, weeks } = await collect(harness, 12);
    for (const week of weeks.slice(1)) {
      harness.simulator.script({
        operation: "createExecution",
        where: { windowStart: `${week.week_start_date}T00:00:00` },
        fault: { kind: "run", runSeconds: 3600 },
      });
    }
    await using worker = openWorker(harness);
    await worker.tick();
    await letTimePass(harness);
    await worker.tick();
    assert.equal((await weeksOf(harness))[0].status, "completed");
    const { answer } = await control(harness, {
      action: "cancel",
      collection_id,
    });
    assert.deepEqual(answer, { outcome: "applied", reason: null, weeks: 11 });
    await worker.tick();
    await letTimePass(harness);
    await worker.tick();
    assert.deepEqual(await column(harness, "status"), [
      "completed",
      ...Array(11).fill("cancelled"),
    ]);
    const live = await harness.sql`
      select id from public.week_attempts where state <> 'ended'`;
    assert.equal(live.length, 0, "every slot is free");
    const ended = harness.simulator.executions().map(({ status }) => status);
    assert.deepEqual([...new Set(ended)].sort(), ["CANCELLED", "SUCCEEDED"]);
  });
});

Deno.test("a week whose execution was cancelled before its id was known is cancelled at AMC once it is", async () => {
  const slow = { execution: { pendingSeconds: 0, runSeconds: 3600 } };
  await withHarness({ simulator: slow }, async (harness) => {
    const { collection_id } = await collect(harness, 1);
    harness.simulator.script({
      operation: "createExecution",
      fault: { kind: "drop", point: "after" },
    });
    await using worker = openWorker(harness);
    await worker.tick();
    assert.equal((await weeksOf(harness))[0].attempt_state, "unknown");
    await control(harness, { action: "cancel", collection_id });
    for (let ticks = 0; ticks < 3; ticks++) {
      await letTimePass(harness);
      await worker.tick();
    }
    assert.equal(harness.simulator.executions()[0].status, "CANCELLED");
    assert.equal((await weeksOf(harness))[0].attempt_outcome, "cancelled");
  });
});

Deno.test("the owner may retry a failed week, and restate a completed one as another execution", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 2);
    const start = `${weeks[0].week_start_date}T00:00:00`;
    harness.simulator.setOutcome(start, "REJECTED", {
      reason: "too many runs",
    });
    await using worker = openWorker(harness);
    await finishAll(harness, worker.tick);
    assert.deepEqual(await column(harness, "status"), ["failed", "completed"]);
    const week_id = weeks[0].id;
    assert.equal(
      (await control(harness, { action: "retry", week_id })).answer.outcome,
      "applied",
    );
    await finishAll(harness, worker.tick);
    assert.deepEqual(await column(harness, "status"), [
      "completed",
      "completed",
    ]);
    const [before] = await column(harness, "execution_id");
    const refused = await control(harness, { action: "retry", week_id });
    assert.equal(refused.status, 409);
    assert.equal(
      (refused.answer.error as { code: string }).code,
      "week_is_completed",
    );
    await control(harness, { action: "restate", week_id });
    await letTimePass(harness);
    for (let ticks = 0; ticks < 3; ticks++) {
      await worker.tick();
      await letTimePass(harness);
    }
    const [after] = await column(harness, "execution_id");
    assert.notEqual(after, before, "the week shows the new execution");
    assert.equal((await weeksOf(harness))[0].status, "completed");
  });
});

Deno.test("requests that name nothing that can be controlled are refused, and change nothing", async () => {
  await withHarness({}, async (harness) => {
    const { collection_id, weeks } = await collect(harness, 1);
    for (
      const [body, status, code] of [
        [{}, 400, "invalid_request"],
        [{ action: "explode", collection_id }, 400, "invalid_request"],
        [{ action: "pause", collection_id: "x" }, 400, "invalid_request"],
        [{ action: "pause", week_id: weeks[0].id }, 400, "invalid_request"],
        [
          { action: "pause", collection_id: crypto.randomUUID() },
          404,
          "collection_not_found",
        ],
        [
          { action: "retry", week_id: crypto.randomUUID() },
          404,
          "week_not_found",
        ],
        [
          { action: "confirm_execution", attempt_id: crypto.randomUUID() },
          400,
          "invalid_request",
        ],
        [
          {
            action: "confirm_execution",
            attempt_id: crypto.randomUUID(),
            execution_id: "exec-1",
          },
          404,
          "attempt_not_found",
        ],
        [
          { action: "resolve_alert", alert_id: 2 ** 52 },
          404,
          "alert_not_found",
        ],
        [
          { action: "restate", week_id: weeks[0].id },
          409,
          "week_is_not_completed",
        ],
      ] as const
    ) {
      const refused = await control(harness, body);
      assert.equal(refused.status, status, JSON.stringify(body));
      assert.equal((refused.answer.error as { code: string }).code, code);
    }
    assert.deepEqual(await column(harness, "status"), ["pending"]);
  });
});

Deno.test("another user finds no collection to control, and changes nothing", async () => {
  await withHarness({}, async (harness) => {
    const { collection_id } = await collect(harness, 1);
    const [email, password] = ["other@example.com", "another-password"];
    await harness.platform.createUser(email, password);
    const other = await signIn(harness.platform, email, password);
    const foreign = await control(
      harness,
      { action: "cancel", collection_id },
      other,
    );
    assert.equal(foreign.status, 404);
    assert.deepEqual(await column(harness, "status"), ["pending"]);
  });
});
