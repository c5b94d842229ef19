import assert from "node:assert/strict";
import type { ScriptedFaultInput } from "../../local/amc/mod.ts";
import {
  collect,
  type Harness,
  windowStartOf,
  withHarness,
} from "./support/harness.ts";
import { control } from "./support/control.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  assertOneCreateEach,
  column,
  finishAll,
  letAllowancesPass,
  letTimePass,
  weeksOf,
} from "./support/weeks.ts";

type Week = { id: string; week_start_date: string };

/** Sets the fault of the week's next create. */
function script(
  harness: Harness,
  week: Week,
  fault: ScriptedFaultInput["fault"],
) {
  harness.simulator.script({
    operation: "createExecution",
    where: { windowStart: windowStartOf(week) },
    fault,
  });
}

/** Forgets the proof that the instance's list shows fingerprints. */
async function unprove({ sql }: Harness): Promise<void> {
  await sql`update public.amc_instances set matcher_proved_at = null, window_proved_at = null`;
}

/** The attempt that needs a person's confirmation, as its alert names it. */
async function askedFor({ sql }: Harness): Promise<string> {
  const [alert] = await sql`
    select detail ->> 'attempt_id' as attempt_id from public.tracking_alerts
    where code = 'unknown_outcome' and resolved_at is null`;
  assert.ok(alert, "a person is asked");
  return alert.attempt_id;
}

async function openAlerts({ sql }: Harness): Promise<string[]> {
  const alerts = await sql`
    select code from public.tracking_alerts where resolved_at is null order by code`;
  return alerts.map(({ code }) => code);
}

/** The execution that AMC made for the week. */
function executionOf(harness: Harness, week: Week): string {
  return harness.simulator.ledger().find(({ windowStart }) =>
    windowStart === windowStartOf(week)
  )!.executionId;
}

/** AMC runs the workflow over a window because a person asked it to, in its console. */
async function runOutside(harness: Harness, start: string): Promise<string> {
  const [{ workflow_id }] = await harness.sql`
    select distinct workflow_id from public.report_data_collections`;
  const end = new Date(Date.parse(`${start}Z`) + 7 * 86_400_000);
  return harness.simulator.startOutside({
    workflowId: workflow_id,
    windowStart: start,
    windowEnd: end.toISOString().slice(0, 19),
  });
}

Deno.test("an execution that a person names is taken once AMC has been asked, and another week's is not", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 2);
    script(harness, weeks[0], { kind: "drop", point: "after" });
    // The list never shows it; a GET does.
    harness.simulator.change({ lag: { listSeconds: 1e6, getSeconds: 0 } });
    await using worker = openWorker(harness);
    await worker.tick();
    await unprove(harness);
    await letAllowancesPass(harness);
    await worker.tick();
    const attempt_id = await askedFor(harness);
    const say = (execution_id: string) =>
      control(harness, {
        action: "confirm_execution",
        attempt_id,
        execution_id,
      });

    const ours = await say(executionOf(harness, weeks[1]));
    assert.equal(ours.status, 409);
    assert.equal(
      (ours.answer.error as { code: string }).code,
      "execution_of_another_attempt",
    );
    const other = await runOutside(harness, "2024-01-01T00:00:00");
    for (const wrong of [other, "never-made"]) {
      assert.equal((await say(wrong)).answer.outcome, "applied");
      await worker.tick();
      assert.deepEqual(await openAlerts(harness), ["execution_not_confirmed"]);
      assert.equal((await weeksOf(harness))[0].attempt_state, "unknown");
    }

    const right = executionOf(harness, weeks[0]);
    assert.equal((await say(right)).answer.outcome, "applied");
    assert.equal((await say(right)).answer.outcome, "already_applied");
    await worker.tick();
    assert.deepEqual(await column(harness, "adopted"), [true, false]);
    assert.deepEqual(await openAlerts(harness), []);
    assert.equal((await say(right)).answer.outcome, "already_applied");
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});

Deno.test("a week without an execution is collected once a person confirms that, after the allowances", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 2);
    script(harness, weeks[0], { kind: "drop", point: "before" });
    await using worker = openWorker(harness);
    await worker.tick();
    await unprove(harness);
    const [{ id }] = await harness
      .sql`select id from public.week_attempts where state = 'unknown'`;
    const say = () =>
      control(harness, { action: "confirm_no_execution", attempt_id: id });
    const early = await say();
    assert.equal(early.status, 409);
    assert.equal((early.answer.error as { code: string }).code, "unsettled");
    await letAllowancesPass(harness);
    await worker.tick();
    assert.equal(await askedFor(harness), id);
    assert.deepEqual(await say(), {
      status: 200,
      answer: { outcome: "applied", reason: null, weeks: 1 },
    });
    assert.equal((await say()).answer.outcome, "already_applied");
    assert.deepEqual(await openAlerts(harness), []);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
    assert.deepEqual(await column(harness, "attempts"), [2, 1]);
  });
});

Deno.test("a collection goes on while another waits for a confirmation, and adopts that window's execution", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 1);
    script(harness, weeks[0], { kind: "drop", point: "before" });
    await using worker = openWorker(harness);
    await worker.tick();
    await unprove(harness);
    await letAllowancesPass(harness);
    await worker.tick();
    const attempt_id = await askedFor(harness);
    const theirs = await runOutside(harness, windowStartOf(weeks[0]));

    // The first came from another system: else it would be the same one.
    await harness
      .sql`update public.report_data_collections set imported_from = 'legacy'`;
    const second = await collect(harness, 2);
    const statuses = async () => {
      const rows = await harness.sql`
        select status, execution_id from public.report_data_weeks
        where collection_id = ${second.collection_id} order by week_start_date`;
      return rows.map(({ status }) => status);
    };
    for (let ticks = 0; ticks < 3; ticks++) {
      await worker.tick();
      await letTimePass(harness);
      await unprove(harness);
    }
    assert.deepEqual(await statuses(), ["completed", "pending"]);

    await control(harness, { action: "confirm_no_execution", attempt_id });
    await finishAll(harness, worker.tick);
    const rows = await harness.sql`
      select execution_id from public.report_data_weeks where collection_id = ${second.collection_id}
      order by week_start_date`;
    assert.equal(rows[1].execution_id, theirs, "AMC had run it already");
    assert.equal(
      harness.simulator.ledger().length,
      2,
      "the first collection's week and the second's other one",
    );
  });
});
