// An execution that AMC does not show, does not cancel or whose result it keeps holds up only itself.
import assert from "node:assert/strict";
import { control } from "./support/control.ts";
import { collect, windowStartOf, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  assertOneCreateEach,
  finishAll,
  letTimePass,
  weeksOf,
} from "./support/weeks.ts";
import { heldUp, pauseReason } from "./support/held_up.ts";

for (
  const [what, fault] of [
    ["403", { kind: "status", status: 403 }],
    ["500", { kind: "status", status: 500 }],
    ["400", { kind: "status", status: 400, details: "Bad request." }],
    ["a page of HTML", { kind: "status", status: 200, body: "html" }],
    ["404", { kind: "status", status: 404 }],
  ] as const
) {
  Deno.test(`an execution whose GET answers ${what} for ever is set aside by itself`, async () => {
    await withHarness({}, async (harness) => {
      const { weeks } = await collect(harness, 6);
      const windowStart = windowStartOf(weeks[2]);
      harness.simulator.script({
        operation: "createExecution",
        where: { windowStart },
        fault: { kind: "list_lag", seconds: 1e6 },
      });
      harness.simulator.script({
        operation: "getExecution",
        where: { windowStart },
        times: "always",
        fault,
      });
      await using worker = openWorker(harness, {
        parts: { now: () => performance.now() },
      });
      await worker.tick();
      await harness
        .sql`update public.week_attempts set intended_at = intended_at - interval '10 minutes'`;
      for (let ticks = 0; ticks < 4; ticks++) {
        await letTimePass(harness);
        await worker.tick();
      }
      const rows = await weeksOf(harness);
      assert.deepEqual(
        rows.map(({ status }) => status),
        weeks.map((_, n) => n === 2 ? "running" : "completed"),
      );
      assert.equal(await pauseReason(harness), null);
      const held = await heldUp(harness);
      assert.equal(held.length, 1, String(held));
      assert.match(held[0], /^execution /);
      const asked = harness.simulator.requests("getExecution").length;
      await harness
        .sql`update public.stoppages set retry_at = now() + interval '1 hour'`;
      await harness
        .sql`update public.amc_instances set list_due_at = '-infinity'`;
      await worker.tick();
      assert.equal(
        harness.simulator.requests("getExecution").length,
        asked,
        "it is left alone until its pause is over",
      );
      harness.simulator.clearScript();
      await finishAll(harness, worker.tick);
      assert.deepEqual(await heldUp(harness), []);
      await assertOneCreateEach(harness);
    });
  });
}

for (const status of [400, 403, 500]) {
  Deno.test(`a cancel that AMC answers with ${status} is set aside by itself`, async () => {
    await withHarness({
      simulator: { execution: { pendingSeconds: 0, runSeconds: 3600 } },
    }, async (harness) => {
      const { collection_id, weeks: [first] } = await collect(harness, 2);
      await using worker = openWorker(harness);
      await worker.tick();
      harness.simulator.script({
        operation: "updateExecution",
        times: "always",
        fault: { kind: "status", status, details: "Not now." },
      });
      await control(harness, { action: "cancel", collection_id });
      harness.simulator.change({ execution: { runSeconds: 0 } });
      const begin = Temporal.PlainDate.from(first.week_start_date);
      const { weeks } = await collect(harness, 3, {
        start_date: String(begin.subtract({ days: 21 })),
        end_date: String(begin.subtract({ days: 1 })),
        weeks: null,
      });
      for (let ticks = 0; ticks < 4; ticks++) {
        await letTimePass(harness);
        await worker.tick();
      }
      const others = (await weeksOf(harness)).filter(({ id }) =>
        weeks.some((week) => week.id === id)
      );
      assert.deepEqual(others.map(({ status }) => status), [
        "completed",
        "completed",
        "completed",
      ]);
      assert.equal(await pauseReason(harness), null);
      const held = await heldUp(harness);
      assert.deepEqual(held.map((what) => what.split(" ")[0]), [
        "cancel",
        "cancel",
      ]);
      harness.simulator.clearScript();
      for (let ticks = 0; ticks < 2; ticks++) {
        await letTimePass(harness);
        await harness
          .sql`update public.workflow_executions set cancel_tried_at = null`;
        await worker.tick();
      }
      assert.deepEqual(await heldUp(harness), []);
      assert.ok(
        (await weeksOf(harness)).every(({ attempt_state }) =>
          attempt_state === "ended"
        ),
      );
    });
  });
}

for (const status of [429, 503]) {
  Deno.test(`a storage that answers ${status} holds up results alone: twelve weeks run in ten places, unpaused`, async () => {
    await withHarness({}, async (harness) => {
      await collect(harness, 12);
      harness.simulator.script({
        operation: "download",
        times: "always",
        fault: { kind: "status", status, retryAfter: 3600 },
      });
      await using worker = openWorker(harness);
      for (
        let ticks = 0;
        ticks < 20 && harness.simulator.ledger().length < 12;
        ticks++
      ) {
        await worker.tick();
        assert.equal(await pauseReason(harness), null);
        await letTimePass(harness);
      }
      assert.equal(harness.simulator.ledger().length, 12);
      assert.deepEqual(
        [...new Set(await heldUp(harness))],
        ["result unavailable"],
      );
      harness.simulator.clearScript();
      await finishAll(harness, worker.tick);
      await assertOneCreateEach(harness);
      assert.deepEqual(await heldUp(harness), []);
    });
  });
}
