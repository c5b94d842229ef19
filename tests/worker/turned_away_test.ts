/** AMC turns calls about one thing away (429, 401), again and again: the instance pauses for each, and then goes on without it. */
import assert from "node:assert/strict";
import type { ScriptedFaultInput } from "../../local/amc/faults.ts";
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
  letTimePass,
} from "./support/weeks.ts";

/** What is held up now: kind, code, and whether it is left alone for now. */
async function heldUp({ sql }: Harness): Promise<string[]> {
  const rows = await sql`
    select concat_ws(' ', kind, code, case when retry_at > now() then 'waits' end) as what
    from public.stoppages where ended_at is null and kind <> 'instance' order by 1`;
  return rows.map(({ what }) => what);
}

/** How often the instance was paused so far. */
async function pauses({ sql }: Harness): Promise<number> {
  const [{ count }] = await sql`
    select count(*)::integer from public.tracking_events where event = 'instance_paused'`;
  return count;
}

/** The instance's pause is over, and its listing due; what is set aside waits on. */
async function letPauseEnd({ sql }: Harness): Promise<void> {
  await sql`
    update public.amc_instances set paused_until = null, list_due_at = '-infinity', list_leased_until = null`;
  await sql`update public.stoppages set retry_at = now() where kind = 'instance' and ended_at is null`;
  await sql`update public.workflow_checks set due_at = now() where state = 'created'`;
  await sql`
    update public.workflow_checks set leased_until = now() - interval '1 second' where leased_until is not null`;
  await sql`
    update public.week_attempts set leased_until = now() - interval '1 second' where leased_until is not null and is_live`;
}

for (
  const [status, code] of [[429, "throttled"], [401, "unauthorized"]] as const
) {
  for (
    const [what, operation, held] of [
      ["GET", "getExecution", "dry_run_unseen"],
      ["create", "createExecution", "dry_run_failed"],
    ] as const
  ) {
    Deno.test(`a ${status} that lasts on the ${what} of one dry run holds up its version alone`, async () => {
      await withHarness({ checked: false }, async (harness) => {
        const { data, error } = await harness.owner.rpc("save_workflow", {
          instance_id: "amcr1aaaa1a",
          name: "Another",
          sql_query: "SELECT campaign FROM sponsored_ads_traffic",
        });
        assert.equal(error, null);
        await collect({ ...harness, workflow: data.workflow_id }, 2);
        await harness.sql`update public.amc_workflows set checked_at = now()`;
        await harness.sql`
          update public.amc_workflows set checked_at = null where id = ${harness.workflow}`;
        await collect(harness, 2);
        harness.simulator.script({
          operation,
          where: operation === "createExecution"
            ? { dryRun: true }
            : { workflowId: harness.workflow },
          times: "always",
          fault: { kind: "status", status },
        });
        await using worker = openWorker(harness);
        for (let tick = 0; tick < 3; tick++) {
          await worker.tick();
          await letPauseEnd(harness);
        }
        assert.equal(await pauses(harness), 1, "AMC turned a call away");
        assert.deepEqual(await heldUp(harness), [
          `workflow_check ${held} waits`,
        ]);
        for (let tick = 0; tick < 4; tick++) {
          await letPauseEnd(harness);
          await worker.tick();
          assert.equal(await pauses(harness), 1, "nothing is asked about it");
        }
        const statuses = await column(harness, "status");
        assert.deepEqual(statuses.toSorted(), [
          "completed",
          "completed",
          "pending",
          "pending",
        ], "the others are collected");
        harness.simulator.clearScript();
        await finishAll(harness, worker.tick);
        assert.deepEqual(await heldUp(harness), []);
      });
    });
  }

  const links: ScriptedFaultInput = {
    operation: "downloadUrls",
    fault: { kind: "status", status },
  };
  Deno.test(`a ${status} that lasts on the links of one result holds up that result alone`, async () => {
    await withHarness({}, async (harness) => {
      const { weeks } = await collect(harness, 4);
      const where = { windowStart: windowStartOf(weeks[0]) };
      harness.simulator.script({ ...links, where, times: "always" });
      await using worker = openWorker(harness);
      for (let tick = 0; tick < 6; tick++) {
        await worker.tick();
        await letPauseEnd(harness);
      }
      assert.deepEqual(await column(harness, "status"), [
        "running",
        "completed",
        "completed",
        "completed",
      ]);
      assert.deepEqual(await heldUp(harness), [`result ${code} waits`]);
      assert.equal(await pauses(harness), 1, "it pauses the instance once");
      harness.simulator.clearScript();
      await finishAll(harness, worker.tick);
      await assertOneCreateEach(harness);
      assert.deepEqual(await heldUp(harness), []);
      assert.deepEqual(await column(harness, "error_count"), [0, 0, 0, 0]);
    });
  });

  Deno.test(`a ${status} that lasts on one cancel holds up that cancel alone`, async () => {
    await withHarness({
      simulator: { execution: { pendingSeconds: 0, runSeconds: 3600 } },
    }, async (harness) => {
      const { collection_id } = await collect(harness, 1);
      await using worker = openWorker(harness);
      await worker.tick();
      const body = { action: "cancel", collection_id };
      assert.equal((await control(harness, body)).status, 200);
      harness.simulator.script({
        operation: "updateExecution",
        times: "always",
        fault: { kind: "status", status },
      });
      await worker.tick();
      assert.equal(await pauses(harness), 1);
      assert.deepEqual(await heldUp(harness), [`cancel ${code} waits`]);
      await letPauseEnd(harness);
      await harness
        .sql`update public.workflow_executions set cancel_tried_at = null`;
      await worker.tick();
      assert.equal(await pauses(harness), 1, "it is left alone");
      harness.simulator.clearScript();
      await letTimePass(harness);
      await harness
        .sql`update public.workflow_executions set cancel_tried_at = null`;
      await worker.tick();
      assert.deepEqual(await heldUp(harness), []);
    });
  });
}

Deno.test("a dry run for which AMC gives the id of a week's execution is given up, and that execution is not cancelled", async () => {
  await withHarness({
    checked: false,
    simulator: { execution: { pendingSeconds: 0, runSeconds: 3600 } },
  }, async (harness) => {
    await harness.sql`update public.amc_workflows set checked_at = now()`;
    await collect(harness, 1);
    await using worker = openWorker(harness, {
      client: (client) => ({
        ...client,
        createExecution: async (request, how) => {
          const outcome = await client.createExecution(request, how);
          if (!request.dryRun || outcome.kind !== "created") return outcome;
          const [{ executionId: id }] = harness.simulator.ledger();
          return {
            ...outcome,
            execution: { ...outcome.execution, id, dry_run: false },
          };
        },
      }),
    });
    await worker.tick();
    const { data, error } = await harness.owner.rpc("save_workflow", {
      instance_id: "amcr1aaaa1a",
      name: "Another",
      sql_query: "SELECT campaign FROM sponsored_ads_traffic",
    });
    assert.equal(error, null);
    await collect({ ...harness, workflow: data.workflow_id }, 1);
    await letTimePass(harness);
    await worker.tick();
    assert.deepEqual(await heldUp(harness), [
      "workflow_check dry_run_failed waits",
    ]);
    const [week] = await harness.sql`
      select status from public.workflow_executions`;
    assert.equal(week.status, "RUNNING");
    const asked = harness.simulator.requests();
    assert.ok(!asked.some(({ operation }) => operation === "updateExecution"));
  });
});
