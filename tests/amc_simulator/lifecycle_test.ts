import assert from "node:assert/strict";
import { withAmc } from "./client.ts";

const WINDOW = { windowStart: "2024-01-20T00:00:00" };

Deno.test("an execution waits, runs, publishes and succeeds by the clock", async () => {
  await withAmc({
    execution: { pendingSeconds: 10, runSeconds: 3600, publishingSeconds: 30 },
  }, async (client, amc) => {
    const { json } = await client.create();
    const at = async (seconds: number) => {
      amc.clock.advance(seconds);
      return (await client.get(json.workflowExecutionId)).json.status;
    };
    assert.equal(await at(9), "PENDING");
    assert.equal(await at(1), "RUNNING");
    assert.equal(await at(3599), "RUNNING");
    assert.equal(await at(1), "PUBLISHING");
    assert.equal(await at(29), "PUBLISHING");
    assert.equal(await at(1), "SUCCEEDED");
  });
});

Deno.test("ten run at once, the rest wait in order and follow as slots come free", async () => {
  await withAmc({}, async (client, amc) => {
    for (let count = 0; count < 12; count++) await client.create();
    amc.clock.advance(10);
    const running = Array(10).fill("RUNNING");
    assert.deepEqual(await client.statuses(), [
      ...running,
      "PENDING",
      "PENDING",
    ]);
    amc.clock.advance(60);
    const done = Array(10).fill("SUCCEEDED");
    assert.deepEqual(await client.statuses(), [...done, "RUNNING", "RUNNING"]);
  });
});

Deno.test("a long leap of the clock plays the queue as it would have run", async () => {
  await withAmc({ limits: { maxRunning: 1 } }, async (client, amc) => {
    for (let count = 0; count < 3; count++) await client.create();
    amc.clock.advance(100_000);
    const started = amc.executions().map((execution) =>
      (execution.startedAt! - execution.acceptedAt) / 1000
    );
    assert.deepEqual(started, [10, 70, 130]);
  });
});

Deno.test("each instance has its own ten, and a limit of its own if it names one", async () => {
  const instances = [
    { instanceId: "amcaaaaaaaa", maxRunning: 2 },
    { instanceId: "amcbbbbbbbb" },
  ];
  await withAmc({ instances }, async (client, amc) => {
    for (let count = 0; count < 3; count++) {
      await client.create();
      amc.startOutside({
        instanceId: "amcbbbbbbbb",
        ...WINDOW,
        windowEnd: "2024-01-27T00:00:00",
      });
    }
    amc.clock.advance(10);
    const running = amc.executions().filter(({ status }) =>
      status === "RUNNING"
    );
    assert.equal(running.length, 5);
  });
});

Deno.test("above the limit creates are refused with 422 or 429 when the switch says so", async () => {
  await withAmc({ limits: { aboveActive: "422" } }, async (client, amc) => {
    for (let count = 0; count < 10; count++) await client.create();
    const refused = await client.create();
    assert.equal(refused.status, 422);
    assert.match(
      refused.json.details,
      /^You have reached your execution limit of 10 workflowExecutions that are in PENDING or RUNNING status\./,
    );
    amc.change({ limits: { aboveActive: "429" } });
    assert.equal((await client.create()).status, 429);
    amc.clock.advance(70);
    assert.equal((await client.create()).status, 200);
    assert.equal(amc.ledger().length, 11);
  });
});

Deno.test("a daily limit counts 24 hours back", async () => {
  await withAmc({ limits: { daily: 2 } }, async (client, amc) => {
    await client.create();
    amc.clock.advance(3600);
    await client.create();
    const refused = await client.create();
    assert.equal(refused.status, 422);
    assert.match(refused.json.details, /daily limit of 2/);
    amc.clock.advance(23 * 3600);
    assert.equal((await client.create()).status, 200);
    assert.equal((await client.create()).status, 422);
  });
});

Deno.test("a window run too often is rejected for privacy, others are not", async () => {
  await withAmc({ limits: { overlappingRuns: 2 } }, async (client, amc) => {
    for (let count = 0; count < 3; count++) await client.create();
    await client.create({
      timeWindowStart: "2024-01-27T00:00:00",
      timeWindowEnd: "2024-02-03T00:00:00",
    });
    await client.create({
      timeWindowStart: "2024-01-13T00:00:00",
      timeWindowEnd: "2024-01-20T00:00:00",
    });
    amc.clock.advance(1000);
    const states = await client.statuses();
    const good = ["SUCCEEDED", "SUCCEEDED"];
    assert.deepEqual(states, [...good, "REJECTED", ...good]);
    const third = amc.ledger()[2].executionId;
    const { json } = await client.get(third);
    assert.match(
      json.statusReason,
      /^Execution ".*" of workflow "weekly" could not be run because too many workflows have already been run/,
    );
  });
});

Deno.test("a run is cancelled while pending or running, and not after its end", async () => {
  await withAmc({}, async (client, amc) => {
    const cancel = async (id: string) =>
      await client.send("PUT", `/workflowExecutions/${id}`, {
        status: "CANCELLED",
      });
    const pending = (await client.create()).json.workflowExecutionId;
    assert.equal((await cancel(pending)).status, 200);
    const running = (await client.create()).json.workflowExecutionId;
    amc.clock.advance(20);
    assert.equal((await cancel(running)).status, 200);
    assert.equal((await client.get(running)).json.status, "CANCELLED");
    assert.equal((await cancel(running)).status, 400);
    const ended = (await client.create()).json.workflowExecutionId;
    amc.clock.advance(100);
    const refused = await cancel(ended);
    assert.equal(refused.status, 400);
    assert.equal((await client.get(ended)).json.status, "SUCCEEDED");
  });
});

Deno.test("other fields in an update are ignored and other statuses refused", async () => {
  await withAmc({}, async (client) => {
    const { json } = await client.create();
    const path = `/workflowExecutions/${json.workflowExecutionId}`;
    const ignored = await client.send("PUT", path, {
      disableAggregationControls: true,
    });
    assert.equal(ignored.status, 200);
    const refused = await client.send("PUT", path, { status: "SUCCEEDED" });
    assert.equal(refused.status, 400);
  });
});

Deno.test("an outcome that is set meets the next run of its window once", async () => {
  await withAmc({}, async (client, amc) => {
    amc.setOutcome(WINDOW.windowStart, "FAILED", { reason: "Out of memory." });
    const failed = (await client.create()).json.workflowExecutionId;
    await client.create();
    amc.clock.advance(100);
    assert.deepEqual(await client.statuses(), ["FAILED", "SUCCEEDED"]);
    const { json } = await client.get(failed);
    assert.equal(json.statusReason, "Out of memory.");
    assert.equal("outputColumns" in json, false);
  });
});

Deno.test("an outcome that is set meets a live run first, and REJECTED comes before it runs", async () => {
  await withAmc({}, async (client, amc) => {
    const { json } = await client.create();
    amc.setOutcome(WINDOW.windowStart, "REJECTED", { reason: "No." });
    amc.clock.advance(10);
    const got = await client.get(json.workflowExecutionId);
    assert.equal(got.json.status, "REJECTED");
    assert.equal(got.json.statusReason, "No.");
    assert.equal("executionTime" in got.json, false);
  });
});

Deno.test("a person cancels a run from outside", async () => {
  await withAmc({}, async (client, amc) => {
    const { json } = await client.create();
    assert.equal(amc.cancelOutside(json.workflowExecutionId), true);
    assert.equal(amc.cancelOutside(json.workflowExecutionId), false);
    assert.deepEqual(await client.statuses(), ["CANCELLED"]);
  });
});

Deno.test("a run that a person starts is listed and holds a slot but is not in the ledger", async () => {
  await withAmc({ limits: { maxRunning: 1 } }, async (client, amc) => {
    const same = { ...WINDOW, windowEnd: "2024-01-27T00:00:00" };
    amc.startOutside({
      ...same,
      workflowId: "weekly",
      timeZone: "America/New_York",
      runSeconds: 500,
    });
    await client.create();
    amc.clock.advance(100);
    assert.deepEqual(await client.statuses(), ["RUNNING", "PENDING"]);
    const { json } = await client.list({ workflowId: "weekly" });
    const windows = json.executions.map((
      { timeWindowStart }: { timeWindowStart: string },
    ) => timeWindowStart);
    assert.deepEqual(new Set(windows), new Set(["2024-01-20T05:00:00Z"]));
    assert.equal(amc.ledger().length, 1);
    const other = amc.startOutside(same);
    const got = await client.get(other);
    assert.match(got.json.workflowId, /^analytics-[0-9a-f-]{36}$/);
  });
});

Deno.test("a run that waits past its expiry ends as the switch says", async () => {
  await withAmc({
    limits: { maxRunning: 1 },
    execution: { runSeconds: 200_000, expiredStatus: "FAILED" },
  }, async (client, amc) => {
    await client.create();
    await client.create();
    amc.clock.advance(24 * 3600);
    assert.deepEqual(await client.statuses(), ["RUNNING", "FAILED"]);
  });
});

Deno.test("a skewed clock shows in the Date header and in createTime, and changes no duration", async () => {
  await withAmc({}, async (client, amc) => {
    amc.clock.setTo(new Date("2036-07-01T12:00:00Z"));
    amc.clock.skewSeconds = -180;
    const { json, headers } = await client.create();
    assert.equal(json.createTime, "2036-07-01T11:57:00Z");
    assert.equal(headers.get("date"), "Tue, 01 Jul 2036 11:57:00 GMT");
    amc.clock.advance(70);
    const got = await client.get(json.workflowExecutionId);
    assert.equal(got.json.status, "SUCCEEDED");
    assert.equal(got.json.lastUpdatedTime, "2036-07-01T11:58:10Z");
    const { json: listed } = await client.list({
      minCreationTime: "2036-07-01T11:57:00",
      maxCreationTime: "2036-07-01T11:57:00",
    });
    assert.equal(listed.executions.length, 1);
  });
});

Deno.test("a clock that runs by itself drives executions too", async () => {
  await withAmc({
    execution: { pendingSeconds: 0, runSeconds: 0 },
  }, async (client, amc) => {
    amc.clock.thaw();
    const { json } = await client.create();
    const got = await client.get(json.workflowExecutionId);
    assert.equal(got.json.status, "SUCCEEDED");
  });
});
