import assert from "node:assert/strict";
import { withAmc } from "./client.ts";

interface Listed {
  workflowExecutionId: string;
  status: string;
}

const ids = (json: { executions: Listed[] }) =>
  json.executions.map(({ workflowExecutionId }) => workflowExecutionId);

Deno.test("a list shows the newest first, and the oldest first when asked", async () => {
  await withAmc({}, async (client, amc) => {
    const made: string[] = [];
    for (let count = 0; count < 3; count++) {
      made.push((await client.create()).json.workflowExecutionId);
      amc.clock.advance(1);
    }
    const newest = await client.list({ workflowId: "weekly" });
    assert.deepEqual(ids(newest.json), made.toReversed());
    const oldest = await client.list({
      workflowId: "weekly",
      sortAscending: "true",
    });
    assert.deepEqual(ids(oldest.json), made);
  });
});

Deno.test("pages follow their token to the end, where it is absent, and new runs do not shift them", async () => {
  await withAmc({}, async (client) => {
    const made: string[] = [];
    for (let count = 0; count < 5; count++) {
      made.push((await client.create()).json.workflowExecutionId);
    }
    const query = { workflowId: "weekly", limit: "2" };
    const first = await client.list({ ...query, nextToken: "" });
    await client.create();
    const second = await client.list({
      ...query,
      nextToken: first.json.nextToken,
    });
    const third = await client.list({
      ...query,
      nextToken: second.json.nextToken,
    });
    const shown = [first, second, third].flatMap(({ json }) => ids(json));
    assert.deepEqual(shown, made.toReversed());
    assert.equal("nextToken" in third.json, false);
  });
});

Deno.test("the end of the pages can be null or empty", async () => {
  await withAmc({}, async (client, amc) => {
    for (const [nextTokenAtEnd, value] of [["null", null], ["empty", ""]]) {
      amc.change({
        answers: { nextTokenAtEnd: nextTokenAtEnd as "null" | "empty" },
      });
      const { json } = await client.list({ workflowId: "weekly" });
      assert.equal(json.nextToken, value);
    }
  });
});

Deno.test("a page holds 100 by default, and the limit is bounded", async () => {
  await withAmc({}, async (client) => {
    for (let count = 0; count < 101; count++) await client.create();
    const { json } = await client.list({ workflowId: "weekly" });
    assert.equal(json.executions.length, 100);
    assert.equal(typeof json.nextToken, "string");
    for (const limit of ["0", "101", "many"]) {
      const answer = await client.list({ workflowId: "weekly", limit });
      assert.equal(answer.status, 400);
    }
  });
});

Deno.test("cancelled runs are hidden unless asked for", async () => {
  await withAmc({}, async (client) => {
    const { json } = await client.create();
    const path = `/workflowExecutions/${json.workflowExecutionId}`;
    await client.send("PUT", path, { status: "CANCELLED" });
    const without = await client.list({ workflowId: "weekly" });
    assert.deepEqual(without.json.executions, []);
    const including = await client.list({
      workflowId: "weekly",
      includeCancelled: "true",
    });
    assert.equal(including.json.executions[0].status, "CANCELLED");
  });
});

Deno.test("creation times filter in the given zone, and one filter is required", async () => {
  await withAmc({}, async (client, amc) => {
    amc.clock.setTo(new Date("2036-07-01T12:00:00.900Z"));
    await client.create();
    const counts = async (query: Record<string, string>) => {
      const { json } = await client.list(query);
      return json.executions.length;
    };
    assert.equal(await counts({ minCreationTime: "2036-07-01T12:00:00" }), 1);
    assert.equal(await counts({ minCreationTime: "2036-07-01T12:00:01" }), 0);
    const newYork = {
      minCreationTime: "2036-07-01T08:00:00",
      maxCreationTime: "2036-07-01T08:00:00",
      timeZone: "America/New_York",
    };
    assert.equal(await counts(newYork), 1);
    assert.equal(
      await counts({ ...newYork, minCreationTime: "2036-07-01T08:00:01" }),
      0,
    );
    assert.equal((await client.list({})).status, 400);
    const bad = await client.list({ minCreationTime: "2036-07-01" });
    assert.equal(bad.status, 400);
  });
});

Deno.test("a workflow id filters, and empty query values are tolerated", async () => {
  await withAmc({}, async (client) => {
    await client.create();
    const other = await client.list({ workflowId: "other" });
    assert.deepEqual(other.json.executions, []);
    const { json } = await client.list({
      workflowId: "weekly",
      minCreationTime: "",
      maxCreationTime: "",
      timeZone: "",
      nextToken: "",
    });
    assert.equal(json.executions.length, 1);
  });
});

Deno.test("an execution is invisible in lists while the list lag lasts, though get shows it", async () => {
  await withAmc({ lag: { listSeconds: 120 } }, async (client, amc) => {
    const { json } = await client.create();
    amc.clock.advance(119);
    const early = await client.list({ workflowId: "weekly" });
    assert.deepEqual(early.json.executions, []);
    assert.equal((await client.get(json.workflowExecutionId)).status, 200);
    amc.clock.advance(1);
    const later = await client.list({ workflowId: "weekly" });
    assert.deepEqual(ids(later.json), [json.workflowExecutionId]);
  });
});

Deno.test("get says that a fresh execution does not exist while its lag lasts, as 400 or 404", async () => {
  await withAmc({ lag: { getSeconds: 10 } }, async (client, amc) => {
    for (const getStatus of [400, 404] as const) {
      amc.change({ lag: { getStatus } });
      const { json } = await client.create();
      const id = json.workflowExecutionId;
      const early = await client.get(id);
      assert.equal(early.status, getStatus);
      assert.equal(
        early.json.details,
        `Workflow execution with ID ${id} does not exist.`,
      );
      amc.clock.advance(10);
      assert.equal((await client.get(id)).status, 200);
    }
  });
});

Deno.test("an execution id that never was does not exist", async () => {
  await withAmc({}, async (client, amc) => {
    const id = crypto.randomUUID();
    assert.equal((await client.get(id)).status, 400);
    amc.change({ answers: { unknownExecutionStatus: 404 } });
    assert.equal((await client.get(id)).status, 404);
  });
});
