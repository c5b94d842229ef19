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
  letTimePass,
  weeksOf,
} from "./support/weeks.ts";

Deno.test("a create is not sent once its POST window is over, and its week is due again at once", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    await using worker = openWorker(harness);
    const { collector } = worker;
    const { rpc, now } = collector;
    // The machine sleeps longer than the window between the first claim's being sent and its create.
    let claims = 0;
    collector.now = () => now() - (claims === 0 ? 25_000 : 0);
    collector.rpc = (name, args) => {
      if (name === "claim_due_weeks") claims++;
      return rpc(name, args);
    };
    await worker.tick();
    const outcomes = await harness.sql`
      select outcome from public.week_attempts order by number`;
    assert.equal(outcomes[0].outcome, "not_sent");
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});

Deno.test("while Amazon gives no token, nothing is sent, the instance pauses and no error is counted", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 2);
    harness.simulator.script({
      operation: "token",
      times: "always",
      fault: { kind: "status", status: 400, body: "html" },
    });
    await using worker = openWorker(harness);
    await worker.tick();
    assert.equal(harness.simulator.requests("createExecution").length, 0);
    const [{ paused_until, pause_reason }] = await harness.sql`
      select paused_until, pause_reason from public.amc_instances`;
    assert.ok(paused_until !== null, "it is paused");
    assert.equal(pause_reason, "token_unavailable");
    assert.deepEqual(await column(harness, "error_count"), [0, 0]);
    harness.simulator.clearScript();
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});

Deno.test("a query that AMC refuses to save holds its workflow with AMC's words, and nothing is created", async () => {
  await withHarness({}, async (harness) => {
    const { data, error } = await harness.owner.rpc("save_workflow", {
      instance_id: "amcr1aaaa1a",
      name: "Not SQL",
      sql_query: "DELETE FROM everything",
    });
    assert.equal(error, null);
    // Its dry run was good once, but AMC has lost it since.
    await harness.sql`update public.amc_workflows set checked_at = now()`;
    await collect({ ...harness, workflow: data.workflow_id }, 12);
    await using worker = openWorker(harness);
    for (let n = 0; n < 3; n++) {
      await worker.tick();
      await letTimePass(harness);
    }
    for (const week of await weeksOf(harness)) {
      assert.ok(["pending", "running"].includes(week.status), week.status);
      assert.equal(week.error_count, 0);
    }
    const [{ words, ...held }] = await harness.sql`
      select kind, subject, code, source, retry_at, words from public.stoppages`;
    assert.deepEqual(held, {
      kind: "workflow_save",
      subject: `amcr1aaaa1a/${data.workflow_id}`,
      code: "refused",
      source: "amc",
      retry_at: null,
    });
    assert.match(words, /^Was unable to compile workflow/);
    assert.equal(harness.simulator.requests("createWorkflow").length, 1);
    assert.equal(harness.simulator.requests("createExecution").length, 0);
  });
});

/** What is held up now. */
async function stoppages({ sql }: Harness) {
  return [
    ...await sql`
      select kind, subject, code, source, retry_at is null as waits from public.stoppages where ended_at is null`,
  ];
}

for (
  const [what, fault] of [
    ["500", { kind: "status", status: 500 }],
    ["403", { kind: "status", status: 403 }],
    ["a page of HTML", { kind: "status", status: 200, body: "html" }],
    ["nothing", { kind: "drop", point: "before" }],
  ] as const
) {
  Deno.test(`a workflow whose save answers ${what} for ever is held up alone`, async () => {
    await withHarness({}, async (harness) => {
      const { data, error } = await harness.owner.rpc("save_workflow", {
        instance_id: "amcr1aaaa1a",
        name: "Never saved",
        sql_query: "SELECT 'x' AS campaign FROM sponsored_ads_traffic",
      });
      assert.equal(error, null);
      // Its dry run was good once, but AMC has lost it since.
      await harness.sql`update public.amc_workflows set checked_at = now()`;
      harness.simulator.script({
        operation: "createWorkflow",
        where: { workflowId: data.workflow_id },
        times: "always",
        fault,
      });
      const never = await collect(
        { ...harness, workflow: data.workflow_id },
        3,
      );
      const other = await collect(harness, 3);
      await using worker = openWorker(harness);
      for (let ticks = 0; ticks < 4; ticks++) {
        await worker.tick();
        const [{ pause_reason }] = await harness.sql`
          select pause_reason from public.amc_instances`;
        assert.equal(pause_reason, null);
        await letTimePass(harness);
      }
      const rows = await weeksOf(harness);
      const statusesOf = ({ weeks }: typeof other) =>
        rows.filter(({ id }) => weeks.some((week) => week.id === id)).map((
          { status },
        ) => status);
      assert.deepEqual(statusesOf(other), Array(3).fill("completed"));
      assert.ok(!statusesOf(never).includes("failed"));
      assert.deepEqual(
        (await stoppages(harness)).map(({ kind, subject }) => [kind, subject]),
        [["workflow_save", `amcr1aaaa1a/${data.workflow_id}`]],
      );
      assert.equal(harness.simulator.ledger().length, 3);
      harness.simulator.clearScript();
      await harness.sql`
        update public.stoppages set retry_at = now() where ended_at is null`;
      await finishAll(harness, worker.tick);
      assert.deepEqual(await stoppages(harness), []);
    });
  });
}

Deno.test("a checked workflow that somebody changed at AMC since is not saved over, and waits for a person", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 3);
    harness.simulator.saveWorkflow({
      workflowId: harness.workflow,
      sqlQuery: "SELECT 'other' AS campaign FROM sponsored_ads_traffic",
    });
    await using worker = openWorker(harness);
    for (let ticks = 0; ticks < 2; ticks++) {
      await worker.tick();
      await letTimePass(harness);
    }
    assert.deepEqual(await stoppages(harness), [{
      kind: "workflow_save",
      subject: `amcr1aaaa1a/${harness.workflow}`,
      code: "workflow_differs",
      source: "amc_history",
      waits: true,
    }]);
    assert.equal(harness.simulator.requests("createExecution").length, 0);
    assert.deepEqual(await column(harness, "error_count"), [0, 0, 0]);
    // As the words say: it is put right at AMC, and the check asked for again.
    const [{ sql_query, output_format }] = await harness.sql`
      select sql_query, output_format from public.amc_workflows where id = ${harness.workflow}`;
    harness.simulator.saveWorkflow({
      workflowId: harness.workflow,
      sqlQuery: sql_query,
      outputFormat: output_format,
    });
    const { error } = await harness.owner.rpc("check_workflow_again", {
      instance_id: "amcr1aaaa1a",
      workflow_id: harness.workflow,
    });
    assert.equal(error, null);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
    assert.deepEqual(await stoppages(harness), []);
  });
});

Deno.test("a workflow that AMC does not show yet makes its weeks wait, without an error", async () => {
  await withHarness({
    simulator: { lag: { workflowSeconds: 100 } },
  }, async (harness) => {
    await collect(harness, 2);
    await using worker = openWorker(harness);
    await worker.tick();
    const rows = await weeksOf(harness);
    assert.deepEqual(
      rows.map(({ status, attempt_outcome, error_count }) => [
        status,
        attempt_outcome,
        error_count,
      ]),
      Array(2).fill(["running", "not_visible", 0]),
    );
    assert.equal(harness.simulator.requests("createExecution").length, 2);
    await worker.tick();
    assert.equal(
      harness.simulator.requests("createExecution").length,
      2,
      "not at once",
    );
    harness.simulator.clock.advance(100);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});

Deno.test("a workflow is saved once, by its id, with the output format that results are read by", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 12);
    await using first = openWorker(harness);
    await using second = openWorker(harness);
    await Promise.all([first.tick(), second.tick()]);
    await finishAll(harness, first.tick);
    const saved = harness.simulator.requests("createWorkflow");
    const good = saved.filter(({ status }) => status === 200);
    assert.equal(good.length, 1);
    const [execution] = harness.simulator.executions();
    assert.equal(execution.workflow.workflowId, harness.workflow);
    assert.match(harness.workflow, /-[0-9a-f]{12}$/);
    assert.deepEqual(execution.workflow.outputFormat, {
      separatorCharacter: ",",
      quoteCharacter: '"',
      escapeCharacter: '"',
    });
  });
});

Deno.test("a create names the week's window in local time, its zone, its parameters and its own fingerprint", async () => {
  await withHarness({}, async (harness) => {
    const { data } = await harness.owner.rpc("save_workflow", {
      instance_id: "amcr1aaaa1a",
      name: "By brand",
      sql_query: "SELECT CUSTOM_PARAMETER('brand') AS brand",
      parameters: [{ name: "brand", dataType: "STRING" }],
    });
    await harness.sql`update public.amc_workflows set checked_at = now()`;
    const { weeks } = await collect(
      {
        ...harness,
        workflow: data.workflow_id,
      },
      3,
      {
        time_zone: "America/New_York",
        parameter_values: { brand: "Müller & Söhne" },
      },
    );
    await using worker = openWorker(harness);
    await worker.tick();
    const executions = harness.simulator.executions();
    assert.deepEqual(
      executions.map(({ windowStart }) => windowStart).sort(),
      weeks.map(windowStartOf).sort(),
    );
    for (const execution of executions) {
      const { windowStart, windowEnd, timeZone, explicitWindow } = execution;
      const days = Date.parse(`${windowEnd}Z`) - Date.parse(`${windowStart}Z`);
      assert.equal(days, 7 * 24 * 3600_000);
      assert.equal(timeZone, "America/New_York");
      assert.equal(explicitWindow, true);
      assert.deepEqual(execution.parameterValues, { brand: "Müller & Söhne" });
    }
    const sent = executions.map(({ timeoutSeconds }) => timeoutSeconds).sort();
    const kept = await harness.sql`
      select fingerprint from public.week_attempts order by fingerprint::text`;
    assert.deepEqual(kept.map(({ fingerprint }) => fingerprint), sent);
    for (const seconds of sent) assert.ok(seconds >= 21600 && seconds <= 86400);
  });
});
