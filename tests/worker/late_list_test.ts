import assert from "node:assert/strict";
import { list } from "../../supabase/functions/_shared/collector/listing.ts";
import {
  collect,
  type Harness,
  windowStartOf,
  withHarness,
} from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  column,
  finishAll,
  letAllowancesPass,
  letTimePass,
} from "./support/weeks.ts";

const WEEKS = 8;

/** Longer than every allowance together. */
const LAG_SECONDS = 3600;

/**
 * All first creates are accepted, their answers are lost, and AMC's list shows none of them within the allowances: each
 * attempt is given up by the next listing.
 *
 * @returns the executions
 */
async function loseAll(harness: Harness): Promise<string[]> {
  const { simulator } = harness;
  const { weeks } = await collect(harness, WEEKS);
  simulator.change({ lag: { listSeconds: LAG_SECONDS } });
  simulator.script({
    operation: "createExecution",
    times: WEEKS,
    fault: { kind: "drop", point: "after" },
  });
  // Every other one still runs when the list shows it at last.
  for (const week of weeks.filter((_, index) => index % 2 === 0)) {
    simulator.script({
      operation: "createExecution",
      where: { windowStart: windowStartOf(week) },
      fault: { kind: "run", runSeconds: 10 * LAG_SECONDS },
    });
  }
  await using worker = openWorker(harness);
  await worker.tick();
  assert.equal(simulator.ledger().length, WEEKS);
  await harness.sql`update public.amc_instances set matcher_proved_at = now()`;
  await letAllowancesPass(harness);
  return simulator.ledger().map(({ executionId }) => executionId).sort();
}

Deno.test("duplicates that AMC lists after the allowance are recorded, alerted and cancelled if running", async () => {
  await withHarness({}, async (harness) => {
    const { simulator, sql } = harness;
    const lost = await loseAll(harness);
    await using worker = openWorker(harness);
    await finishAll(harness, worker.tick);
    const ids = await column(harness, "execution_id");
    assert.equal(simulator.ledger().length, 2 * WEEKS);
    assert.ok(ids.every((id) => !lost.includes(id!)));
    assert.deepEqual(await duplicates(harness), []);

    simulator.clock.advance(LAG_SECONDS + 1);
    await letTimePass(harness);
    const before = simulator.requests("listExecutions").length;
    await worker.tick();
    assert.equal(simulator.requests("listExecutions").length, before + 1);
    assert.deepEqual(await duplicates(harness), lost);
    const ended = simulator.executions().filter(({ executionId }) =>
      lost.includes(executionId)
    ).map(({ status }) => status);
    assert.deepEqual(ended.sort(), [
      ...Array(WEEKS / 2).fill("CANCELLED"),
      ...Array(WEEKS / 2).fill("SUCCEEDED"),
    ]);
    const alerts = await sql`
      select week_id from public.tracking_alerts where code = 'duplicate_execution'`;
    assert.ok(alerts.length > 0, "a person is told");

    await letTimePass(harness);
    await worker.tick();
    assert.deepEqual(await column(harness, "execution_id"), ids);
    assert.equal(simulator.ledger().length, 2 * WEEKS, "and none is run again");
  });
});

Deno.test("weeks that still wait adopt given-up executions that AMC lists late, and nothing runs twice", async () => {
  await withHarness({}, async (harness) => {
    const { simulator } = harness;
    const lost = await loseAll(harness);
    await using worker = openWorker(harness);
    // It stops after the listing that gives them up.
    await list(worker.collector);
    assert.deepEqual(
      await column(harness, "attempt_outcome"),
      Array(WEEKS).fill("abandoned"),
    );
    simulator.clock.advance(11 * LAG_SECONDS);
    await letTimePass(harness);
    await finishAll(harness, worker.tick);
    assert.deepEqual(
      (await column(harness, "execution_id")).sort(),
      lost,
    );
    assert.deepEqual(await column(harness, "adopted"), Array(WEEKS).fill(true));
    assert.equal(simulator.ledger().length, WEEKS);
    assert.deepEqual(await duplicates(harness), []);
  });
});

/** Executions that the history tells of as duplicates. */
async function duplicates({ sql }: Harness): Promise<string[]> {
  const rows = await sql`
    select v.execution_id from public.tracking_events v
    join public.workflow_executions e on e.id = v.execution_id
    where v.event = 'duplicate_execution'`;
  return rows.map(({ execution_id }) => execution_id).sort();
}
