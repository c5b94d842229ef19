import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import type { Database } from "../../supabase/functions/_shared/database/database.types.ts";
import { createRpc } from "../../supabase/functions/_shared/database/rpc.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import { column, finishAll, letTimePass } from "./support/weeks.ts";

/** What the answer to a report leaves in the tables, but for times. */
async function snapshot({ sql }: Harness) {
  return {
    weeks: await sql`
      select id, status, data, execution_id, error_code, error_message, error_count from public.report_data_weeks order by id`,
    attempts: await sql`
      select id, state, outcome, execution_id, fence from public.week_attempts order by id`,
    executions: await sql`
      select id, week_id, status, adopted from public.workflow_executions order by id`,
    instances: await sql`
      select id, throttles_in_row, list_fence from public.amc_instances`,
    alerts: await sql`
      select code, times from public.tracking_alerts order by code`,
  };
}

/** The reports that are repeated when their answer is lost, each with the way in which it comes about. */
const REPORTS: Record<string, (harness: Harness) => void> = {
  record_execution: () => {},
  record_listing: () => {},
  update_week_status: () => {},
  mark_workflow_saved: () => {},
  settle_attempt: ({ simulator }) =>
    simulator.script({
      operation: "createExecution",
      fault: { kind: "drop", point: "before" },
    }),
  report_create: ({ simulator }) =>
    simulator.script({
      operation: "createExecution",
      fault: { kind: "status", status: 400, details: "Not this query." },
    }),
  fail_load: ({ simulator }) =>
    simulator.script({
      operation: "downloadUrls",
      fault: { kind: "unavailable" },
    }),
};

for (const [name, arrange] of Object.entries(REPORTS)) {
  Deno.test(`${name}, repeated because its answer was lost, changes nothing more`, async () => {
    await withHarness({}, async (harness) => {
      arrange(harness);
      await collect(harness, 1);
      await using worker = openWorker(harness);
      const { collector } = worker;
      const { rpc } = collector;
      let repeated = 0;
      collector.rpc = async (called, args) => {
        const answer = await rpc(called, args);
        if (called !== name || repeated > 0) return answer;
        repeated++;
        const before = await snapshot(harness);
        const again = await rpc(called, args);
        assert.deepEqual(await snapshot(harness), before);
        return again;
      };
      for (let tick = 0; tick < 4 && repeated === 0; tick++) {
        await worker.tick();
        await letTimePass(harness);
      }
      assert.equal(repeated, 1, `${name} was called`);
      const failed = worker.lines.filter(({ error }) =>
        error === "AssertionError"
      );
      assert.deepEqual(failed, []);
    });
  });
}

Deno.test("the worker repeats a report whose response was lost, and the week is collected", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 2);
    const lost = new Set<string>();
    const client = createClient<Database>(
      harness.platform.apiUrl,
      harness.platform.secretKeys.default,
      { global: { fetch: losingFirstAnswers(lost) } },
    );
    await using worker = openWorker(harness, {
      parts: { rpc: createRpc(client, () => Promise.resolve()) },
    });
    await finishAll(harness, worker.tick);
    assert.deepEqual(await column(harness, "status"), [
      "completed",
      "completed",
    ]);
    assert.deepEqual(await column(harness, "error_count"), [0, 0]);
    assert.equal(harness.simulator.ledger().length, 2);
    assert.deepEqual([...lost].sort(), [
      "mark_workflow_saved",
      "record_execution",
      "record_listing",
      "update_week_status",
    ]);
  });
});

/** Lets the first answer to each kind of report be lost after the database gave it; notes which. */
function losingFirstAnswers(lost: Set<string>): typeof fetch {
  return async (input, init) => {
    const answer = await fetch(input, init);
    const name = new URL(String(input)).pathname.split("/").at(-1)!;
    if (!(name in REPORTS) || lost.has(name)) return answer;
    lost.add(name);
    await answer.body?.cancel();
    throw new TypeError("the connection broke");
  };
}
