import assert from "node:assert/strict";
import { read, WEEK, withAmc } from "./client.ts";

/** The keys of the captured create answer. */
const CREATED_KEYS = [
  "createTime",
  "dataGaps",
  "disableAggregationControls",
  "executionCategory",
  "expireTime",
  "ignoreDataGaps",
  "lastUpdatedTime",
  "parameterValues",
  "status",
  "timeWindowEnd",
  "timeWindowEndOriginal",
  "timeWindowStart",
  "timeWindowStartOriginal",
  "timeWindowTimeZoneOriginal",
  "waitUntil",
  "workflowExecutionId",
  "workflowExecutionTimeoutSeconds",
  "workflowId",
];

Deno.test("a create answers 200 with exactly the captured keys, flat", async () => {
  await withAmc({}, async (client, amc) => {
    amc.clock.setTo(new Date("2036-09-25T03:11:52.400Z"));
    const { status, json, headers } = await client.create();
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json), CREATED_KEYS);
    assert.match(json.workflowExecutionId, /^[0-9a-f-]{14}4[0-9a-f-]{21}$/);
    const { workflowExecutionId: _, ...rest } = json;
    assert.deepEqual(rest, {
      createTime: "2036-09-25T03:11:52Z",
      dataGaps: [],
      disableAggregationControls: false,
      executionCategory: "AD_HOC",
      expireTime: "2036-09-26T03:11:52Z",
      ignoreDataGaps: false,
      lastUpdatedTime: "2036-09-25T03:11:52Z",
      parameterValues: {},
      status: "PENDING",
      timeWindowEnd: "2024-01-27T05:00:00Z",
      timeWindowEndOriginal: "2024-01-27T00:00:00",
      timeWindowStart: "2024-01-20T05:00:00Z",
      timeWindowStartOriginal: "2024-01-20T00:00:00",
      timeWindowTimeZoneOriginal: "America/New_York",
      waitUntil: "2036-09-25T02:11:52Z",
      workflowExecutionTimeoutSeconds: 21600,
      workflowId: "weekly",
    });
    assert.equal(
      headers.get("content-type"),
      "application/vnd.amcworkflowexecutions.v1+json",
    );
    assert.match(headers.get("x-amz-rid") ?? "", /^[A-Z0-9]{20}$/);
    assert.equal(headers.get("x-amz-request-id"), headers.get("x-amz-rid"));
  });
});

Deno.test("a succeeded execution shows the keys that the captured one has, and no others", async () => {
  await withAmc({}, async (client, amc) => {
    const { json: created } = await client.create();
    amc.clock.advance(70);
    const { json } = await client.get(created.workflowExecutionId);
    const added = [
      "availableTimeBeforeWindowSecs",
      "executionTime",
      "invalidationOffsetSecs",
      "outputColumns",
      "outputS3URI",
      "validatedTime",
    ];
    assert.deepEqual(Object.keys(json), [...CREATED_KEYS, ...added].sort());
    assert.equal(json.status, "SUCCEEDED");
    assert.equal(json.executionTime, 60);
    assert.equal(json.outputS3URI, "N/A");
    assert.match(json.validatedTime, /\.\d{3}Z$/);
    assert.deepEqual(Object.keys(json.outputColumns[0]), [
      "columnType",
      "dataType",
      "name",
    ]);
  });
});

Deno.test("the execution is wrapped in create and get when the switch says so", async () => {
  await withAmc({ answers: { wrapped: true } }, async (client) => {
    const { json } = await client.create();
    const id = json.workflowExecution.workflowExecutionId;
    const got = await client.get(id);
    assert.equal(got.json.workflowExecution.workflowExecutionId, id);
  });
});

Deno.test("parameter values and the timeout that were sent are echoed", async () => {
  const workflow = {
    workflowId: "with-parameters",
    sqlQuery: "select custom_parameter('country') from t",
    inputParameters: [{ name: "country", dataType: "STRING" }],
  };
  await withAmc({ workflows: [workflow] }, async (client) => {
    const { json } = await client.create({
      workflowId: "with-parameters",
      parameterValues: { country: "US" },
      workflowExecutionTimeoutSeconds: 43211,
    });
    assert.deepEqual(json.parameterValues, { country: "US" });
    assert.equal(json.workflowExecutionTimeoutSeconds, 43211);
    const { json: got } = await client.get(json.workflowExecutionId);
    assert.deepEqual(got.parameterValues, { country: "US" });
    assert.equal(got.workflowExecutionTimeoutSeconds, 43211);
  });
});

Deno.test("a relative window has no window fields in the create answer, and an ad-hoc run a transient id", async () => {
  await withAmc({}, async (client) => {
    const { json } = await client.send("POST", "/workflowExecutions", {
      workflow: { sqlQuery: "select 1 from t" },
      timeWindowType: "MOST_RECENT_WEEK",
    });
    assert.match(json.workflowId, /^transient_[0-9a-f-]{36}$/);
    assert.equal(json.timeWindowTimeZoneOriginal, "UTC");
    assert.equal("timeWindowStart" in json, false);
    assert.equal("timeWindowStartOriginal" in json, false);
  });
});

Deno.test("includeWorkflow adds the SQL", async () => {
  await withAmc({}, async (client) => {
    const { json } = await client.create();
    const path = `/workflowExecutions/${json.workflowExecutionId}`;
    const plain = await client.send("GET", path);
    const full = await client.send("GET", `${path}?includeWorkflow=true`);
    assert.equal("sqlQuery" in plain.json, false);
    assert.match(full.json.sqlQuery, /^SELECT campaign_id/);
  });
});

Deno.test("accounts and instances have the captured shapes", async () => {
  await withAmc({}, async (client, amc) => {
    const headers = client.headers();
    const accounts = await read(
      await fetch(`${amc.url}/amc/accounts`, { headers }),
    );
    assert.deepEqual(accounts.json.amcAccounts.map(Object.keys), [[
      "accountId",
      "accountName",
      "marketplaceId",
    ]]);
    const instances = await read(
      await fetch(`${amc.url}/amc/instances?nextToken=&limit=`, { headers }),
    );
    assert.equal(instances.json.nextToken, null);
    const [instance] = instances.json.instances;
    assert.equal(instance.instanceId, "amcr1aaaa1a");
    assert.equal(instance.creationStatus, "COMPLETED");
    const one = await read(
      await fetch(`${amc.url}/amc/instances/amcr1aaaa1a`, { headers }),
    );
    assert.deepEqual(one.json.instance, instance);
    const wrong = { ...headers, "amazon-advertising-api-marketplaceid": "X" };
    const hidden = await read(
      await fetch(`${amc.url}/amc/instances/amcr1aaaa1a`, { headers: wrong }),
    );
    assert.equal(hidden.status, 404);
  });
});

Deno.test("workflows are created as octet-stream, read flat, changed, listed and deleted", async () => {
  await withAmc({}, async (client) => {
    const workflow = { workflowId: "new.one-1_a", sqlQuery: "select 1 from t" };
    const created = await client.send("POST", "/workflows", workflow);
    assert.equal(created.status, 200);
    assert.equal(created.text, "{}");
    assert.equal(
      created.headers.get("content-type"),
      "application/octet-stream",
    );
    const again = await client.send("POST", "/workflows", workflow);
    assert.equal(again.status, 400);
    assert.deepEqual(again.json, {
      code: "400",
      details: "Workflow with ID new.one-1_a already exists.",
    });
    const sqlQuery = "select 2 from t";
    await client.send("PUT", "/workflows/new.one-1_a", { sqlQuery });
    const got = await client.send("GET", "/workflows/new.one-1_a");
    assert.deepEqual(got.json, { ...workflow, sqlQuery });
    const listed = await client.send("GET", "/workflows?nextToken=");
    assert.deepEqual(Object.keys(listed.json), ["workflows"]);
    assert.equal(listed.json.workflows.length, 2);
    const gone = await client.send("DELETE", "/workflows/new.one-1_a");
    assert.equal(gone.status, 200);
    const missing = await client.send("GET", "/workflows/new.one-1_a");
    assert.equal(missing.status, 404);
  });
});

Deno.test("a workflow that a schedule uses cannot be deleted", async () => {
  const schedules = [{ scheduleId: "s", workflowId: "weekly" }];
  await withAmc({ schedules }, async (client) => {
    const refused = await client.send("DELETE", "/workflows/weekly");
    assert.equal(refused.status, 400);
    const listed = await client.send("GET", "/schedules");
    assert.deepEqual(listed.json.schedules, schedules);
  });
});

Deno.test("data sources are listed, deleting an execution is not allowed, and other paths are 404", async () => {
  await withAmc({}, async (client) => {
    const sources = await client.send("GET", "/dataSources");
    assert.ok(sources.json.dataSources.length > 2);
    const { json } = await client.create();
    const path = `/workflowExecutions/${json.workflowExecutionId}`;
    assert.equal((await client.send("DELETE", path)).status, 405);
    assert.equal((await client.send("GET", "/nothing")).status, 404);
  });
});

Deno.test("several instances are served, each to the credentials it names", async () => {
  const instances = [
    { instanceId: "amcaaaaaaaa" },
    { instanceId: "amcbbbbbbbb", entityId: "ENTITY2", credentials: ["second"] },
  ];
  const credentials = [{}, { name: "second" }];
  await withAmc({ instances, credentials }, async (client, amc) => {
    assert.equal((await client.create()).status, 200);
    const headers = {
      ...client.headers(),
      "amazon-advertising-api-advertiserid": "ENTITY2",
    };
    const path = `${amc.url}/amc/reporting/amcbbbbbbbb/workflowExecutions`;
    const body = JSON.stringify(WEEK);
    const refused = await read(
      await fetch(path, { method: "POST", headers, body }),
    );
    assert.equal(refused.status, 403);
    assert.equal(amc.ledger().length, 1);
  });
});
