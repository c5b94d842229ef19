import assert from "node:assert/strict";
import { WEEK, withAmc } from "./client.ts";

Deno.test("bad creates answer 400 with AMC's error body and make nothing", async () => {
  await withAmc({}, async (client, amc) => {
    const cases: [string, Record<string, unknown>, RegExp][] = [
      ["date only", { timeWindowStart: "2024-01-20" }, /could not be parsed/],
      ["with Z", { timeWindowEnd: "2024-01-27T00:00:00Z" }, /could not be/],
      ["no such day", { timeWindowEnd: "2024-02-30T00:00:00" }, /could not/],
      ["no start", { timeWindowStart: undefined }, /both required/],
      ["no end", { timeWindowEnd: undefined }, /both required/],
      ["end before", { timeWindowEnd: "2024-01-01T00:00:00" }, /after/],
      ["zone", { timeWindowTimeZone: "Mars/Olympus" }, /tz database/],
      ["offset as zone", { timeWindowTimeZone: "+05:00" }, /tz database/],
      ["type", { timeWindowType: "LAST_WEEK" }, /timeWindowType/],
      ["unknown workflow", { workflowId: "other" }, /other does not exist/],
      ["both", { workflow: { sqlQuery: "select 1" } }, /Exactly one/],
      ["neither", { workflowId: undefined }, /Exactly one/],
      ["short", { workflowExecutionTimeoutSeconds: 899 }, /Timeout/],
      ["long", { workflowExecutionTimeoutSeconds: 86401 }, /Timeout/],
      ["fraction", { workflowExecutionTimeoutSeconds: 1000.5 }, /Timeout/],
      ["parameter", { parameterValues: { x: "1" } }, /^Was unable to compile/],
    ];
    for (const [name, change, details] of cases) {
      const answer = await client.create(change);
      assert.equal(answer.status, 400, name);
      assert.equal(answer.json.code, "400", name);
      assert.match(answer.json.details, details, name);
    }
    assert.deepEqual(amc.ledger(), []);
  });
});

Deno.test("the bounds of the timeout are allowed and unknown fields tolerated", async () => {
  await withAmc({}, async (client) => {
    for (const workflowExecutionTimeoutSeconds of [900, 86400]) {
      const answer = await client.create({
        workflowExecutionTimeoutSeconds,
        outputFormat: "CSV",
      });
      assert.equal(answer.status, 200);
    }
  });
});

Deno.test("a closing Z is taken away when the switch says so", async () => {
  await withAmc({ answers: { trailingZ: "strip" } }, async (client) => {
    const { json } = await client.create({
      timeWindowStart: "2024-01-20T00:00:00.000Z",
    });
    assert.equal(json.timeWindowStartOriginal, "2024-01-20T00:00:00");
    assert.equal(json.timeWindowStart, "2024-01-20T05:00:00Z");
  });
});

Deno.test("a window without its type silently means the most recent day", async () => {
  await withAmc({}, async (client, amc) => {
    amc.clock.setTo(new Date("2036-05-10T12:00:00Z"));
    const { json } = await client.create({
      timeWindowType: undefined,
      timeWindowTimeZone: "UTC",
    });
    const got = await client.get(json.workflowExecutionId);
    assert.equal(got.json.timeWindowStart, "2036-05-09T00:00:00Z");
    assert.equal(got.json.timeWindowEnd, "2036-05-10T00:00:00Z");
  });
});

Deno.test("weeks with a change of clocks are 167 and 169 hours long", async () => {
  await withAmc({}, async (client) => {
    const hours = async (timeWindowStart: string, timeWindowEnd: string) => {
      const { json } = await client.create({ timeWindowStart, timeWindowEnd });
      return (Date.parse(json.timeWindowEnd) -
        Date.parse(json.timeWindowStart)) / 3_600_000;
    };
    assert.equal(
      await hours("2024-03-04T00:00:00", "2024-03-11T00:00:00"),
      167,
    );
    assert.equal(
      await hours("2024-10-28T00:00:00", "2024-11-04T00:00:00"),
      169,
    );
  });
});

Deno.test("SQL that is none or uses an undeclared parameter does not compile", async () => {
  await withAmc({}, async (client) => {
    for (
      const sqlQuery of [
        "selec 1",
        "select custom_parameter('country') from t",
      ]
    ) {
      const body = { ...WEEK, workflowId: undefined, workflow: { sqlQuery } };
      const answer = await client.send("POST", "/workflowExecutions", body);
      assert.equal(answer.status, 400);
      assert.match(
        answer.json.details,
        /^Was unable to compile workflow wf_.* because it was found to be invalid: /,
      );
    }
  });
});

Deno.test("a body that is not JSON is 400", async () => {
  await withAmc({}, async (client, amc) => {
    const response = await fetch(
      `${amc.url}/amc/reporting/amcr1aaaa1a/workflowExecutions`,
      { method: "POST", headers: client.headers(), body: "{" },
    );
    assert.equal(response.status, 400);
    assert.equal((await response.json()).code, "400");
  });
});

Deno.test("a fresh workflow cannot be run while its lag lasts", async () => {
  await withAmc({ lag: { workflowSeconds: 30 } }, async (client, amc) => {
    const workflow = { workflowId: "fresh", sqlQuery: "select 1 from t" };
    await client.send("POST", "/workflows", workflow);
    const early = await client.create({ workflowId: "fresh" });
    assert.equal(early.status, 400);
    assert.equal(
      early.json.details,
      "Workflow with ID fresh does not exist.",
    );
    amc.clock.advance(30);
    assert.equal((await client.create({ workflowId: "fresh" })).status, 200);
  });
});

Deno.test("the time window type of a workflow matters when the switch says so", async () => {
  await withAmc(
    { answers: { strictTimeWindowType: true } },
    async (client) => {
      const refused = await client.create();
      assert.match(refused.json.details, /MOST_RECENT_DAY/);
      await client.send("PUT", "/workflows/weekly", {
        timeWindowType: "EXPLICIT",
      });
      assert.equal((await client.create()).status, 200);
    },
  );
});

Deno.test("a dry run succeeds in a second and has nothing to download", async () => {
  await withAmc({}, async (client, amc) => {
    const { json } = await client.create({ dryRun: true });
    amc.clock.advance(11);
    const got = await client.get(json.workflowExecutionId);
    assert.equal(got.json.status, "SUCCEEDED");
    const path = `/workflowExecutions/${json.workflowExecutionId}/downloadUrls`;
    assert.equal((await client.send("GET", path)).status, 404);
    assert.equal(amc.ledger()[0].dryRun, true);
  });
});

Deno.test("the ledger holds each accepted create with its window and how it was answered", async () => {
  await withAmc({}, async (client, amc) => {
    amc.script({
      operation: "createExecution",
      skip: 1,
      fault: { kind: "status", status: 504, when: "after", body: "message" },
    });
    await client.create({ workflowExecutionTimeoutSeconds: 30001 });
    await client.create();
    const [first, second] = amc.ledger();
    const request = amc.requests("createExecution")[0];
    assert.ok(first.order > request.order && second.order > first.order);
    assert.deepEqual(
      { ...first, order: 0, at: "", executionId: "" },
      {
        order: 0,
        at: "",
        executionId: "",
        instanceId: "amcr1aaaa1a",
        workflowId: "weekly",
        windowStart: "2024-01-20T00:00:00",
        windowEnd: "2024-01-27T00:00:00",
        timeZone: "America/New_York",
        timeoutSeconds: 30001,
        dryRun: false,
        answered: "200",
      },
    );
    assert.equal(second.answered, "504");
  });
});

Deno.test("an observer is waited for before a request is handled", async () => {
  await withAmc({}, async (client, amc) => {
    const seen: [string, number][] = [];
    const end = amc.observe(async ({ operation }) => {
      await Promise.resolve();
      seen.push([operation, amc.ledger().length]);
    });
    const { json } = await client.create();
    await client.get(json.workflowExecutionId);
    end();
    await client.get(json.workflowExecutionId);
    assert.deepEqual(seen, [["createExecution", 0], ["getExecution", 1]]);
  });
});
