import assert from "node:assert/strict";
import { simulatorEnv } from "../../local/demo/setup.ts";
import { startPlatform } from "../../local/platform/platform.ts";
import { testCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { wakeUp } from "./support/function_worker.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  assertOneCreateEach,
  column,
  letListingBeDue,
  letTimePass,
} from "./support/weeks.ts";

const WEEKS = 30;
const CAP = 10;

Deno.test("four workers at once create each of 30 weeks once, and never hold more than ten places", async () => {
  await withHarness({
    simulator: { execution: { pendingSeconds: 0, runSeconds: [0.2, 0.6] } },
  }, async (harness) => {
    await collect(harness, WEEKS);
    const seen = watchLiveAttempts(harness);
    await using a = openWorker(harness);
    await using b = openWorker(harness);
    await using c = openWorker(harness);
    await using d = openWorker(harness);
    const workers = [a, b, c, d];
    await eventually("the end of every week", async () => {
      await Promise.all(workers.map(({ tick }) => tick()));
      await letListingBeDue(harness);
      return await allDone(harness);
    });
    await assertOneCreateEach(harness);
    assert.deepEqual(
      await column(harness, "attempts"),
      Array(WEEKS).fill(1),
    );
    assert.equal(Math.max(...seen), CAP, "all places were used, and no more");
    for (const { lines } of workers) {
      const failures = lines.filter(({ level }) => level === "error");
      assert.deepEqual(failures, []);
    }
  });
});

Deno.test("two function servers on one database create each week once", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, WEEKS);
    const seen = watchLiveAttempts(harness);
    const name = new URL(harness.platform.databaseUrl).pathname.slice(1);
    const other = await startPlatform({
      database: { cluster: testCluster().cluster, name },
      functionEnv: simulatorEnv(harness.simulator),
      scheduled: false,
      stopOnSignals: false,
    });
    try {
      await eventually("the end of every week", async () => {
        await Promise.all([wakeUp(harness), wakeUp({ platform: other })]);
        await letListingBeDue(harness);
        return await allDone(harness);
      });
    } finally {
      await other.stop();
    }
    await assertOneCreateEach(harness);
    assert.deepEqual(await column(harness, "attempts"), Array(WEEKS).fill(1));
    assert.ok(Math.max(...seen) <= CAP);
  });
});

Deno.test("a worker passes over an instance that another one has locked", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 2);
    await using worker = openWorker(harness);
    await harness.sql.begin(async (transaction) => {
      await transaction`select from public.amc_instances for update`;
      const report = await worker.tick();
      assert.equal(report.submit, 0);
      assert.equal(report.list, 0);
    });
    await letTimePass(harness);
    await worker.tick();
    assert.equal(harness.simulator.ledger().length, 2);
  });
});

/** Counts the attempts that may run, whose execution has not ended, at each request that AMC gets. */
function watchLiveAttempts({ simulator, sql }: Harness): number[] {
  const seen: number[] = [];
  simulator.observe(async () => {
    const [{ live }] = await sql`
      select count(*)::integer as live from public.week_attempts a
      left join public.workflow_executions e on e.id = a.execution_id
      where a.is_live and not coalesce(e.has_ended, false)`;
    seen.push(live);
  });
  return seen;
}

async function allDone(harness: Harness): Promise<boolean> {
  return (await column(harness, "status")).every((status) =>
    status === "completed"
  );
}
