// A list that cannot be read, and what is odd in one, hold up only themselves.
import assert from "node:assert/strict";
import { oddEntries } from "../../local/amc/mod.ts";
import type { ClaimedListing } from "../../supabase/functions/_shared/database/rpc.ts";
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
import { heldUp, pauseReason } from "./support/held_up.ts";

for (
  const [what, fault, held, paused] of [
    ["403", { kind: "status", status: 403 }, ["listing refused"], null],
    [
      "a page of HTML",
      { kind: "status", status: 200, body: "html" },
      ["listing unavailable"],
      null,
    ],
    ["500", { kind: "status", status: 500 }, [
      "instance unavailable",
    ], "unavailable"],
    ["429", { kind: "status", status: 429 }, [
      "instance throttled",
    ], "throttled"],
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
