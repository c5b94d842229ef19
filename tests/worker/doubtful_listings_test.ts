import assert from "node:assert/strict";
import type { AmcClient } from "../../supabase/functions/_shared/amc/mod.ts";
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

type Listing = Awaited<ReturnType<AmcClient["listExecutions"]>>;

/** A client whose listings are changed on their way, as long as it is told to. */
function listingAs(change: (listing: Listing) => Listing) {
  return (client: AmcClient): AmcClient => ({
    ...client,
    listExecutions: async (query) => change(await client.listExecutions(query)),
  });
}

/** Somebody runs our workflow over a week's window in AMC's console. */
async function runInConsole(
  harness: Harness,
  week: { week_start_date: string },
): Promise<string> {
  const [{ workflow_id }] = await harness.sql`
    select workflow_id from public.report_data_collections`;
  const end = Temporal.PlainDate.from(week.week_start_date).add({ days: 7 });
  return harness.simulator.startOutside({
    workflowId: workflow_id,
    windowStart: windowStartOf(week),
    windowEnd: `${end}T00:00:00`,
  });
}

Deno.test("an answer that the list could not be matched by proves nothing of the list", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    await using worker = openWorker(harness, {
      client: (client) => ({
        ...client,
        createExecution: async (...args) => {
          const outcome = await client.createExecution(...args);
          return outcome.kind === "created"
            ? { ...outcome, matches: false }
            : outcome;
        },
      }),
    });
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
    const [{ matcher_proved_at }] = await harness.sql`
      select matcher_proved_at from public.amc_instances`;
    assert.equal(matcher_proved_at, null);
  });
});

Deno.test("an attempt is not given up while the list shows an execution that may be its own", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 1);
    harness.simulator.script({
      operation: "createExecution",
      fault: { kind: "drop", point: "before" },
    });
    let vague = true;
    await using worker = openWorker(harness, {
      client: listingAs((listing) => ({
        ...listing,
        executions: listing.executions.map((execution) =>
          vague ? { ...execution, timeout_seconds: null } : execution
        ),
      })),
    });
    await worker.tick();
    await harness
      .sql`update public.amc_instances set matcher_proved_at = now()`;
    await runInConsole(harness, weeks[0]);
    await letAllowancesPass(harness);
    await worker.tick();
    assert.deepEqual(await column(harness, "attempt_state"), ["unknown"]);
    assert.deepEqual(await column(harness, "attempts"), [1]);
    vague = false;
    await letAllowancesPass(harness);
    await worker.tick();
    assert.deepEqual(await column(harness, "attempts"), [2]);
  });
});

Deno.test("a lost execution that somebody cancelled meanwhile is found, and not created again", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    harness.simulator.change({ execution: { runSeconds: 3600 } });
    harness.simulator.script({
      operation: "createExecution",
      fault: { kind: "drop", point: "after" },
    });
    await using worker = openWorker(harness);
    await worker.tick();
    await harness
      .sql`update public.amc_instances set matcher_proved_at = now()`;
    harness.simulator.cancelOutside(harness.simulator.ledger()[0].executionId);
    await letAllowancesPass(harness);
    await finishAll(harness, worker.tick);
    const [week] = await weeksOf(harness);
    assert.equal(week.error_code, "cancelled_outside");
    assert.equal(week.execution_id, harness.simulator.ledger()[0].executionId);
    assert.equal(harness.simulator.ledger().length, 1);
  });
});

Deno.test("a person's run of a week whose attempt was abandoned is neither taken over nor cancelled", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 1);
    harness.simulator.script({
      operation: "createExecution",
      fault: { kind: "drop", point: "before" },
    });
    await using worker = openWorker(harness);
    await worker.tick();
    await harness
      .sql`update public.amc_instances set matcher_proved_at = now()`;
    harness.simulator.change({ execution: { runSeconds: 3600 } });
    await letAllowancesPass(harness);
    await worker.tick();
    assert.deepEqual(await column(harness, "attempts"), [2]);
    const theirs = await runInConsole(harness, weeks[0]);
    for (let ticks = 0; ticks < 2; ticks++) {
      await letTimePass(harness);
      await worker.tick();
    }
    const status = harness.simulator.executions().find(({ executionId }) =>
      executionId === theirs
    )!.status;
    assert.equal(status, "RUNNING");
    const known = await harness.sql`
      select id from public.workflow_executions where id = ${theirs}`;
    assert.deepEqual([...known], []);
  });
});

Deno.test("a collection begins once AMC's list was read whole, and adopts no run with other parameters", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 1);
    const theirs = await runInConsole(harness, weeks[0]);
    let complete = false;
    await using worker = openWorker(harness, {
      client: listingAs((listing) => ({
        ...listing,
        complete,
        executions: listing.executions.map((execution) => ({
          ...execution,
          parameter_values: execution.id === theirs
            ? { brand: "another" }
            : execution.parameter_values,
        })),
      })),
    });
    await worker.tick();
    assert.deepEqual(await column(harness, "attempts"), [0]);
    complete = true;
    await letTimePass(harness);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
    assert.deepEqual(await column(harness, "adopted"), [false]);
  });
});
