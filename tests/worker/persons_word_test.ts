import assert from "node:assert/strict";
import type { ScriptedFaultInput } from "../../local/amc/mod.ts";
import {
  type Bench,
  collect,
  windowStartOf,
  withBench,
} from "./support/bench.ts";
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

/** What comes of the week's next create. */
function script(bench: Bench, week: Week, fault: ScriptedFaultInput["fault"]) {
  bench.simulator.script({
    operation: "createExecution",
    where: { windowStart: windowStartOf(week) },
    fault,
  });
}

/** The instance's list is not proved to tell. */
async function unprove({ sql }: Bench): Promise<void> {
  await sql`update public.amc_instances set matcher_proved_at = null`;
}

/** The attempt of which a person is to say what became of it, as its alert names it. */
async function askedFor({ sql }: Bench): Promise<string> {
  const [alert] = await sql`
    select detail ->> 'attempt_id' as attempt_id from public.tracking_alerts
    where code = 'unknown_outcome' and resolved_at is null`;
  assert.ok(alert, "a person is asked");
  return alert.attempt_id;
}

async function openAlerts({ sql }: Bench): Promise<string[]> {
  const alerts = await sql`
    select code from public.tracking_alerts where resolved_at is null order by code`;
  return alerts.map(({ code }) => code);
}

/** The execution that AMC made for the week. */
function executionOf(bench: Bench, week: Week): string {
  return bench.simulator.ledger().find(({ windowStart }) =>
    windowStart === windowStartOf(week)
  )!.executionId;
}

/** AMC runs the workflow over a window because a person asked it to, in its console. */
async function runOutside(bench: Bench, start: string): Promise<string> {
  const [{ workflow_id }] = await bench.sql`
    select distinct workflow_id from public.report_data_collections`;
  const end = new Date(Date.parse(`${start}Z`) + 7 * 86_400_000);
  return bench.simulator.startOutside({
    workflowId: workflow_id,
    windowStart: start,
    windowEnd: end.toISOString().slice(0, 19),
  });
}

Deno.test("an execution that a person names is taken once AMC has been asked, and another week's is not", async () => {
  await withBench({}, async (bench) => {
    const { weeks } = await collect(bench, 2);
    script(bench, weeks[0], { kind: "drop", point: "after" });
    // The list never shows it; a GET does.
    bench.simulator.change({ lag: { listSeconds: 1e6, getSeconds: 0 } });
    await using worker = openWorker(bench);
    await worker.tick();
    await unprove(bench);
    await letAllowancesPass(bench);
    await worker.tick();
    const attempt_id = await askedFor(bench);
    const say = (execution_id: string) =>
      control(bench, { action: "confirm_execution", attempt_id, execution_id });

    const ours = await say(executionOf(bench, weeks[1]));
    assert.equal(ours.status, 409);
    assert.equal(
      (ours.answer.error as { code: string }).code,
      "execution_of_another_attempt",
    );
    const other = await runOutside(bench, "2024-01-01T00:00:00");
    for (const wrong of [other, "never-made"]) {
      assert.equal((await say(wrong)).answer.outcome, "applied");
      await worker.tick();
      assert.deepEqual(await openAlerts(bench), [
        "execution_not_confirmed",
        "unknown_outcome",
      ]);
      assert.equal((await weeksOf(bench))[0].attempt_state, "unknown");
    }

    const right = executionOf(bench, weeks[0]);
    assert.equal((await say(right)).answer.outcome, "applied");
    assert.equal((await say(right)).answer.outcome, "already_applied");
    await worker.tick();
    assert.deepEqual(await column(bench, "adopted"), [true, false]);
    assert.deepEqual(await openAlerts(bench), []);
    assert.equal((await say(right)).answer.outcome, "already_applied");
    await finishAll(bench, worker.tick);
    await assertOneCreateEach(bench);
  });
});

Deno.test("a week whose create AMC has no execution of is collected once a person says so, and not before the allowances are over", async () => {
  await withBench({}, async (bench) => {
    const { weeks } = await collect(bench, 2);
    script(bench, weeks[0], { kind: "drop", point: "before" });
    await using worker = openWorker(bench);
    await worker.tick();
    await unprove(bench);
    const [{ id }] = await bench
      .sql`select id from public.week_attempts where state = 'unknown'`;
    const say = () =>
      control(bench, { action: "confirm_no_execution", attempt_id: id });
    const early = await say();
    assert.equal(early.status, 409);
    assert.equal((early.answer.error as { code: string }).code, "unsettled");
    await letAllowancesPass(bench);
    await worker.tick();
    assert.equal(await askedFor(bench), id);
    assert.deepEqual(await say(), {
      status: 200,
      answer: { outcome: "applied", reason: null, weeks: 1 },
    });
    assert.equal((await say()).answer.outcome, "already_applied");
    assert.deepEqual(await openAlerts(bench), []);
    await finishAll(bench, worker.tick);
    await assertOneCreateEach(bench);
    assert.deepEqual(await column(bench, "attempts"), [2, 1]);
  });
});

Deno.test("a collection goes on while a person is to say what became of another one's create, and its week of that window takes what AMC has", async () => {
  await withBench({}, async (bench) => {
    const { weeks } = await collect(bench, 1);
    script(bench, weeks[0], { kind: "drop", point: "before" });
    await using worker = openWorker(bench);
    await worker.tick();
    await unprove(bench);
    await letAllowancesPass(bench);
    await worker.tick();
    const attempt_id = await askedFor(bench);
    const theirs = await runOutside(bench, windowStartOf(weeks[0]));

    const second = await collect(bench, 2, { idempotency_key: "second" });
    const statuses = async () => {
      const rows = await bench.sql`
        select status, execution_id from public.report_data_weeks
        where collection_id = ${second.collection_id} order by week_start_date`;
      return rows.map(({ status }) => status);
    };
    for (let ticks = 0; ticks < 3; ticks++) {
      await worker.tick();
      await letTimePass(bench);
      await unprove(bench);
    }
    assert.deepEqual(await statuses(), ["completed", "pending"]);

    await control(bench, { action: "confirm_no_execution", attempt_id });
    await finishAll(bench, worker.tick);
    const rows = await bench.sql`
      select execution_id from public.report_data_weeks where collection_id = ${second.collection_id}
      order by week_start_date`;
    assert.equal(rows[1].execution_id, theirs, "AMC had run it already");
    assert.equal(
      bench.simulator.ledger().length,
      2,
      "the first collection's week and the second's other one",
    );
  });
});
