/** Creates without an id where AMC's list is not proved to show them, or never will be. */
import assert from "node:assert/strict";
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

/** Somebody runs our workflow over a week's window in AMC's console. */
async function runInConsole(
  harness: Harness,
  week: { week_start_date: string },
): Promise<void> {
  const [{ workflow_id }] = await harness.sql`
    select workflow_id from public.report_data_collections`;
  const end = Temporal.PlainDate.from(week.week_start_date).add({ days: 7 });
  harness.simulator.startOutside({
    workflowId: workflow_id,
    windowStart: windowStartOf(week),
    windowEnd: `${end}T00:00:00`,
  });
}

for (const body of ["json", "html", "empty"] as const) {
  Deno.test(`a 429 (${body}) on a new instance is tried again after the wait, without a person`, async () => {
    await withHarness({}, async (harness) => {
      await collect(harness, 3);
      harness.simulator.script({
        operation: "createExecution",
        times: 3,
        fault: { kind: "status", status: 429, body },
      });
      await using worker = openWorker(harness);
      await worker.tick();
      await letAllowancesPass(harness);
      await finishAll(harness, async () => {
        await worker.tick();
        await letAllowancesPass(harness);
      });
      await assertOneCreateEach(harness);
      const alerts = await harness.sql`
        select code from public.tracking_alerts where code = 'unknown_outcome'`;
      assert.equal(alerts.length, 0);
    });
  });
}

Deno.test("ten weeks of a new instance whose creates were all throttled once are created once each, and no alert says lost", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 10);
    for (const [n, week] of weeks.entries()) {
      harness.simulator.script({
        operation: "createExecution",
        where: { windowStart: windowStartOf(week) },
        fault: { kind: "status", status: 429, body: n % 2 ? "html" : "json" },
      });
    }
    await using worker = openWorker(harness);
    await finishAll(harness, async () => {
      await worker.tick();
      await letAllowancesPass(harness);
    });
    await assertOneCreateEach(harness);
    assert.equal(
      harness.simulator.requests("createExecution").length,
      2 * weeks.length,
    );
    const alerts = await harness.sql`
      select code, message from public.tracking_alerts`;
    assert.deepEqual(alerts.map(({ message }) => message), []);
  });
});

Deno.test("a 429 while a person runs the same week in the console waits for a person on a new instance", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 1);
    harness.simulator.script({
      operation: "createExecution",
      fault: { kind: "status", status: 429 },
    });
    await using worker = openWorker(harness);
    await worker.tick();
    await runInConsole(harness, weeks[0]);
    await letAllowancesPass(harness);
    await worker.tick();
    assert.deepEqual(await column(harness, "attempt_state"), ["unknown"]);
    const alerts = await harness.sql`
      select code from public.tracking_alerts where resolved_at is null`;
    assert.deepEqual(alerts.map(({ code }) => code), ["unknown_outcome"]);
  });
});

/** AMC shows another timeout than was sent, always, and perhaps leaves out fields. */
function echoAs(
  harness: Harness,
  seconds: string,
  missing: string[] = [],
): void {
  harness.simulator.script({
    operation: ["createExecution", "getExecution", "listExecutions"],
    times: "always",
    fault: {
      kind: "show_fields",
      fields: { workflowExecutionTimeoutSeconds: seconds },
      missing,
    },
  });
}

for (const seconds of ["21600", "86400", "null"]) {
  Deno.test(`an AMC that always echoes the timeout ${seconds} is told of at once, and lost creates are found by window`, async () => {
    await withHarness({}, async (harness) => {
      const { weeks } = await collect(harness, 3);
      echoAs(harness, seconds);
      // The last one is lost, when the others have shown what AMC echoes.
      let lost = 0;
      await using worker = openWorker(harness, {
        client: (client) => ({
          ...client,
          createExecution: async (request, options) => {
            const outcome = await client.createExecution(request, options);
            if (request.timeWindowStart !== windowStartOf(weeks[2])) {
              return outcome;
            }
            lost++;
            return {
              kind: "unknown",
              reason: "timeout",
              status: null,
              message: "No response within the timeout.",
              retryAfterSeconds: null,
              requestId: null,
            };
          },
        }),
      });
      await harness
        .sql`update public.report_data_weeks set due_at = 'infinity' where id = ${
        weeks[2].id
      }`;
      await worker.tick();
      const alerts = await harness.sql`
        select code from public.tracking_alerts where resolved_at is null`;
      assert.deepEqual(alerts.map(({ code }) => code), ["matcher_failed"]);
      await harness
        .sql`update public.report_data_weeks set due_at = now() where due_at = 'infinity'`;
      await letTimePass(harness);
      await finishAll(harness, worker.tick);
      assert.equal(lost, 1);
      await assertOneCreateEach(harness);
      assert.equal((await weeksOf(harness))[2].adopted, true);
    });
  });
}

for (
  const [what, missing, runs] of [
    ["several runs of a lost week", [], 1],
    ["a run whose parameters it does not say", ["parameterValues"], 0],
  ] as const
) {
  Deno.test(`where AMC does not echo the timeout, ${what} is left to a person`, async () => {
    await withHarness({}, async (harness) => {
      const { weeks } = await collect(harness, 2);
      echoAs(harness, "21600", [...missing]);
      await harness
        .sql`update public.report_data_weeks set due_at = 'infinity' where id = ${
        weeks[1].id
      }`;
      await using worker = openWorker(harness);
      await worker.tick();
      harness.simulator.script({
        operation: "createExecution",
        fault: { kind: "drop", point: "after" },
      });
      await harness
        .sql`update public.report_data_weeks set due_at = now(), surveyed_at = now() where due_at = 'infinity'`;
      if (runs > 0) await runInConsole(harness, weeks[1]);
      for (let ticks = 0; ticks < 3; ticks++) {
        await letAllowancesPass(harness);
        await worker.tick();
      }
      assert.equal((await weeksOf(harness))[1].attempt_state, "unknown");
      const alerts = await harness.sql`
      select code from public.tracking_alerts where resolved_at is null order by 1`;
      assert.deepEqual(alerts.map(({ code }) => code), [
        "matcher_failed",
        "unknown_outcome",
      ]);
      assert.equal(
        harness.simulator.requests("updateExecution").length,
        0,
        "none of them is cancelled",
      );
    });
  });
}
