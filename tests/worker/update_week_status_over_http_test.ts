import assert from "node:assert/strict";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { collect, withHarness } from "./support/harness.ts";
import { weeksOf } from "./support/weeks.ts";

const EXECUTION = "b3a77999-7c8e-4289-9bf9-5da8f178536c";

Deno.test("update_week_status takes three, four and five named arguments, and a shorter call erases nothing", async () => {
  await withHarness({}, async (harness) => {
    const { collection_id, weeks: [week] } = await collect(harness, 1);
    const ids = { collection_id, week_id: week.id };
    const { service } = harness;
    const summary = { rows: 7 };
    assert.deepEqual(
      await report(service, { ...ids, status: "running" }),
      {
        outcome: "applied",
        reason: null,
        status: "running",
        execution_id: null,
      },
    );
    assert.deepEqual(
      await report(service, {
        ...ids,
        status: "completed",
        data: summary,
        execution_id: EXECUTION,
      }),
      {
        outcome: "applied",
        reason: null,
        status: "completed",
        execution_id: EXECUTION,
      },
    );
    for (
      const shorter of [
        { ...ids, status: "completed" },
        { ...ids, status: "completed", data: summary },
        { ...ids, status: "completed", data: null, execution_id: null },
      ]
    ) {
      const { outcome } = await report(service, shorter);
      assert.equal(outcome, "already_applied");
      const [row] = await weeksOf(harness);
      assert.equal(row.execution_id, EXECUTION);
      assert.deepEqual(row.data, summary);
    }
  });
});

Deno.test("an unknown status is refused with 400 and the valid ones, an unknown week is not_found", async () => {
  await withHarness({}, async (harness) => {
    const { collection_id, weeks: [week] } = await collect(harness, 1);
    for (const status of ["done", "", null]) {
      const answer = await harness.service.rpc("update_week_status", {
        collection_id,
        week_id: week.id,
        status,
      });
      assert.equal(answer.status, 400);
      assert.equal(answer.error!.code, "22023");
      assert.match(
        answer.error!.message,
        /pending, running, completed, failed/,
      );
    }
    const { outcome } = await report(harness.service, {
      collection_id: crypto.randomUUID(),
      week_id: week.id,
      status: "running",
    });
    assert.equal(outcome, "not_found");
  });
});

Deno.test("neither anybody nor the owner may report a week's status or call what the worker calls", async () => {
  await withHarness({}, async (harness) => {
    const { collection_id, weeks: [week] } = await collect(harness, 1);
    const anybody = createClient(
      harness.platform.apiUrl,
      harness.platform.publishableKey,
      { auth: { persistSession: false, autoRefreshToken: false } },
    );
    const calls: [string, Record<string, unknown>][] = [
      ["update_week_status", {
        collection_id,
        week_id: week.id,
        status: "completed",
      }],
      ["claim_due_weeks", {}],
      ["claim_listing", {}],
      ["claim_loads", {}],
      ["record_execution", {
        attempt_id: crypto.randomUUID(),
        execution_id: EXECUTION,
      }],
      ["start_collection", {
        requested_by: harness.ownerId,
        instance_id: "amcr1aaaa1a",
        workflow_id: harness.workflow,
      }],
    ];
    for (const client of [anybody, harness.owner]) {
      for (const [name, args] of calls) {
        const { error, status } = await client.rpc(name, args);
        assert.equal(error?.code, "42501", name);
        assert.ok(status === 401 || status === 403, `${name}: ${status}`);
      }
    }
    const [row] = await weeksOf(harness);
    assert.equal(row.status, "pending");
    assert.equal(row.attempts, 0);
  });
});

async function report(
  client: SupabaseClient,
  args: Record<string, unknown>,
) {
  const { data, error } = await client.rpc("update_week_status", args);
  assert.equal(error, null);
  return data as {
    outcome: string;
    reason: string | null;
    status: string;
    execution_id: string | null;
  };
}
