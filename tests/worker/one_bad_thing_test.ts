/** One bad thing holds up only itself: listings, surveys, single executions and cancels. */
import assert from "node:assert/strict";
import { oddEntries } from "../../local/amc/mod.ts";
import type { ClaimedListing } from "../../supabase/functions/_shared/database/rpc.ts";
import { control } from "./support/control.ts";
import {
  collect,
  type Harness,
  windowStartOf,
  withHarness,
} from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  assertOneCreateEach,
  column,
  finishAll,
  letAllowancesPass,
  letTimePass,
  weeksOf,
} from "./support/weeks.ts";

/** What is held up now: kind, code and words of each. */
async function heldUp({ sql }: Harness): Promise<string[]> {
  const rows = await sql`
    select kind || ' ' || code as what from public.stoppages where ended_at is null order by 1`;
  return rows.map(({ what }) => what);
}

async function pauseReason({ sql }: Harness): Promise<string | null> {
  const [{ pause_reason }] = await sql`
    select pause_reason from public.amc_instances`;
  return pause_reason;
}

const ODD = Object.entries(oddEntries());
Deno.test(`a list with ${ODD.length} odd entries of others hides no execution of ours, nor that a create was lost`, async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 4);
    harness.simulator.script({
      operation: "listExecutions",
      times: "always",
      fault: { kind: "list_entries", entries: ODD.map(([, text]) => text) },
    });
    harness.simulator.script({
      operation: "createExecution",
      where: { windowStart: windowStartOf(weeks[1]) },
      skip: 0,
      fault: { kind: "drop", point: "after" },
    });
    // What runs elsewhere takes slots; these are many.
    await harness.sql`update public.amc_instances set max_parallel = 100`;
    await using worker = openWorker(harness);
    await worker.tick();
    await letTimePass(harness);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
    assert.ok(!(await heldUp(harness)).includes("listing not_handled"));
  });
});

for (
  const [start, isRead] of [
    ["0001-01-01T00:00:00", true],
    ["0050-06-01T00:00:00", true],
    ["10000-01-01T00:00:00", false],
    ["2025-13-01T00:00:00", false],
    ["yesterday", false],
  ] as const
) {
  Deno.test(`a week from ${start} stops no listing of its instance`, async () => {
    await withHarness({}, async (harness) => {
      const { weeks } = await collect(harness, 3);
      await using worker = openWorker(harness);
      const { rpc } = worker.collector;
      // Whatever may enter today, it may be there already.
      worker.collector.rpc = async (name, args) => {
        const answer = await rpc(name, args);
        if (name !== "claim_listing") return answer;
        return (answer as ClaimedListing[]).map((claim) => ({
          ...claim,
          surveys: (claim.surveys as { week_id: string }[]).map((week) =>
            week.week_id === weeks[1].id
              ? { ...week, time_window_start: start }
              : week
          ),
        })) as typeof answer;
      };
      for (let ticks = 0; ticks < 3; ticks++) {
        await worker.tick();
        await letTimePass(harness);
      }
      assert.deepEqual(await column(harness, "status"), [
        "completed",
        isRead ? "completed" : "pending",
        "completed",
      ]);
      assert.deepEqual(
        await heldUp(harness),
        isRead ? [] : ["week not_handled"],
      );
      worker.collector.rpc = rpc;
      await finishAll(harness, worker.tick);
      assert.deepEqual(await heldUp(harness), []);
      await assertOneCreateEach(harness);
    });
  });
}

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
        idempotency_key: "other",
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

/** Shows, in each listing, an entry without an id that asks for a week's window. */
async function showNameless(
  harness: Harness,
  week: { week_start_date: string },
  fields: Record<string, unknown> = {},
): Promise<void> {
  const [{ workflow_id, time_zone }] = await harness.sql`
    select workflow_id, time_zone from public.report_data_collections`;
  const end = Temporal.PlainDate.from(week.week_start_date).add({ days: 7 });
  const shown = {
    workflowId: workflow_id,
    timeWindowStartOriginal: windowStartOf(week),
    timeWindowEndOriginal: `${end}T00:00:00`,
    timeWindowTimeZoneOriginal: time_zone,
    createTime: new Date().toISOString(),
    status: "RUNNING",
    ...fields,
  };
  harness.simulator.script({
    operation: "listExecutions",
    times: "always",
    fault: { kind: "list_entries", entries: [JSON.stringify(shown)] },
  });
}

Deno.test("an entry without an id that may be a lost week's keeps that week waiting, and no other", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 4);
    await using worker = openWorker(harness);
    harness.simulator.script({
      operation: "createExecution",
      where: { windowStart: windowStartOf(weeks[1]) },
      fault: { kind: "drop", point: "before" },
    });
    harness.simulator.script({
      operation: "createExecution",
      where: { windowStart: windowStartOf(weeks[2]) },
      fault: { kind: "drop", point: "before" },
    });
    await worker.tick();
    await showNameless(harness, weeks[1]);
    for (let ticks = 0; ticks < 3; ticks++) {
      await letAllowancesPass(harness);
      await worker.tick();
    }
    assert.deepEqual(await column(harness, "status"), [
      "completed",
      "running",
      "completed",
      "completed",
    ]);
    assert.equal((await weeksOf(harness))[1].attempt_state, "unknown");
    assert.deepEqual(await heldUp(harness), ["list_entry entry_not_read"]);
    harness.simulator.clearScript();
    await letAllowancesPass(harness);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
    assert.deepEqual(await heldUp(harness), []);
  });
});

Deno.test("a week that AMC seems to run already, by an entry without an id, is not begun before that can be read", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 3);
    await showNameless(harness, weeks[1], { parameterValues: {} });
    await using worker = openWorker(harness);
    for (let ticks = 0; ticks < 3; ticks++) {
      await worker.tick();
      await letTimePass(harness);
    }
    assert.deepEqual(await column(harness, "status"), [
      "completed",
      "pending",
      "completed",
    ]);
    harness.simulator.clearScript();
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});

for (
  const [what, fault, held, paused] of [
    ["403", { kind: "status", status: 403 }, ["listing refused"], null],
    [
      "a page of HTML",
      { kind: "status", status: 200, body: "html" },
      ["listing unavailable"],
      null,
    ],
    ["500", { kind: "status", status: 500 }, [], "unavailable"],
    ["429", { kind: "status", status: 429 }, [], "throttled"],
  ] as const
) {
  Deno.test(
    `a list that answers ${what} is told, and ${
      paused === null ? "set aside" : "pauses the instance"
    }`,
    async () => {
      await withHarness({}, async (harness) => {
        await collect(harness, 2);
        harness.simulator.script({
          operation: "listExecutions",
          skip: 1,
          times: "always",
          fault,
        });
        await using worker = openWorker(harness);
        for (let ticks = 0; ticks < 2; ticks++) {
          await worker.tick();
          await harness
            .sql`update public.amc_instances set list_due_at = '-infinity', list_leased_until = null`;
        }
        assert.deepEqual(await heldUp(harness), held);
        assert.equal(await pauseReason(harness), paused);
        harness.simulator.clearScript();
        await letTimePass(harness);
        await finishAll(harness, worker.tick);
        await assertOneCreateEach(harness);
        assert.deepEqual(await heldUp(harness), []);
      });
    },
  );
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
