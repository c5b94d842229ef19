import assert from "node:assert/strict";
import {
  DEMO_WORKFLOW,
  type SettingsInput,
  type SimulatorOptions,
} from "../../local/amc/mod.ts";
import { type Client, withAmc } from "./client.ts";

const SQL = "SELECT campaign FROM t WHERE note <> 'a -- b; /* c */'";

function workflow(sqlQuery: string): SimulatorOptions {
  const { sqlQuery: _, ...rest } = DEMO_WORKFLOW;
  return { workflows: [{ ...rest, workflowId: "weekly", sqlQuery }] };
}

/** Runs the usual week to its end. @returns its status, words and lines of text */
async function outcomeOf(client: Client, changes = {}) {
  const { json } = await client.create(changes);
  client.amc.clock.advance(3600);
  const { status, statusReason } =
    (await client.get(json.workflowExecutionId)).json;
  if (status !== "SUCCEEDED") return { status, statusReason, lines: 0 };
  const [link] = await client.links(json.workflowExecutionId);
  const text = await (await fetch(link)).text();
  return { status, statusReason, lines: text.trim().split("\n").length };
}

Deno.test("a semicolon at the end makes a result that is empty and says nothing of it", async () => {
  for (const end of [";", "; ", ";\n"]) {
    await withAmc(workflow(SQL + end), async (client, amc) => {
      assert.deepEqual(await outcomeOf(client), {
        status: "SUCCEEDED",
        statusReason: undefined,
        lines: 1,
      });
      amc.change({ queries: { semicolon: "ignored" } });
      assert((await outcomeOf(client)).lines > 1);
    });
  }
});

Deno.test("a comment does not compile, text in quotes is none", async () => {
  await withAmc(workflow(SQL), async (client) => {
    assert.equal((await outcomeOf(client)).status, "SUCCEEDED");
    for (const comment of ["-- why", "/* why */"]) {
      const sqlQuery = `${SQL}\n  ${comment}`;
      const saved = { workflowId: "commented", sqlQuery };
      const { status, json } = await client.send("POST", "/workflows", saved);
      assert.equal(status, 400);
      assert.match(json.details, /at line 2, column 3$/);
    }
  });
  const commented = workflow(`${SQL} -- why`);
  await withAmc(commented, async (client, amc) => {
    assert.equal((await outcomeOf(client)).status, "REJECTED");
    amc.change({ queries: { comments: "ignored" } });
    assert.equal((await outcomeOf(client)).status, "SUCCEEDED");
  });
});

Deno.test("data older than 13 months are gone: an empty result, a refusal, or REJECTED", async () => {
  await withAmc({ retention: { months: 13 } }, async (client, amc) => {
    amc.clock.setTo(new Date("2036-09-25T03:11:52Z"));
    const old = {
      timeWindowStart: "2035-08-24T00:00:00",
      timeWindowEnd: "2035-08-31T00:00:00",
    };
    const kept = {
      timeWindowStart: "2035-08-26T00:00:00",
      timeWindowEnd: "2035-09-02T00:00:00",
    };
    assert.equal((await outcomeOf(client, old)).lines, 1);
    assert((await outcomeOf(client, kept)).lines > 1);
    amc.change({ retention: { older: "REJECTED" } });
    const rejected = await outcomeOf(client, old);
    assert.equal(rejected.status, "REJECTED");
    assert.match(rejected.statusReason, /earliest available data/);
    amc.change({ retention: { older: "refused" } });
    assert.equal((await client.create(old)).status, 400);
    assert.equal((await client.create(kept)).status, 200);
  });
});

Deno.test("the timeout that is shown may be the default whatever was sent, or none", async () => {
  await withAmc({}, async (client, amc) => {
    const shown = async () => {
      const sent = { workflowExecutionTimeoutSeconds: 30_001 };
      const { json } = await client.create(sent);
      const got = (await client.get(json.workflowExecutionId)).json;
      const { executions } = (await client.list({ workflowId: "weekly" })).json;
      return [json, got, executions[0]].map((seen) =>
        seen.workflowExecutionTimeoutSeconds
      );
    };
    assert.deepEqual(await shown(), [30_001, 30_001, 30_001]);
    amc.change({ answers: { timeoutEcho: "default" } });
    assert.deepEqual(await shown(), [21_600, 21_600, 21_600]);
    assert.equal(amc.ledger().at(-1)?.timeoutSeconds, 30_001);
    amc.change({ answers: { timeoutEcho: "absent" } });
    assert.deepEqual(await shown(), [undefined, undefined, undefined]);
  });
});

Deno.test("the instants of a window may be off, its local times are as they were sent", async () => {
  await withAmc({}, async (client, amc) => {
    const at = Date.parse((await client.create()).json.timeWindowStart);
    amc.change({ answers: { windowHoursOff: -1 } });
    const { json } = await client.create();
    const got = (await client.get(json.workflowExecutionId)).json;
    for (const seen of [json, got]) {
      assert.equal(Date.parse(seen.timeWindowStart), at - 3_600_000);
      assert.equal(
        seen.timeWindowStartOriginal,
        amc.ledger().at(-1)?.windowStart,
      );
    }
  });
});

Deno.test("statuses come in other cases, and CANCELLED with one L", async () => {
  await withAmc({}, async (client, amc) => {
    const { json: { workflowExecutionId: id } } = await client.create();
    await client.create();
    await client.send("PUT", `/workflowExecutions/${id}`, {
      status: "CANCELLED",
    });
    amc.change({ answers: { statusCase: "title", cancelledWord: "CANCELED" } });
    assert.deepEqual(await client.statuses(), ["Canceled", "Pending"]);
    amc.change({ answers: { statusCase: "lower" } });
    assert.deepEqual(await client.statuses(), ["canceled", "pending"]);
    amc.change({ answers: { statusCase: "upper" } });
    assert.deepEqual(await client.statuses(), ["CANCELED", "PENDING"]);
  });
});

Deno.test("media types and request ids come in other forms", async () => {
  type Answers = NonNullable<SettingsInput["answers"]>;
  const cases: [Answers, string, string[]][] = [
    [
      {},
      "application/vnd.amcworkflowexecutions.v1+json",
      ["x-amz-request-id", "x-amz-rid"],
    ],
    [
      { mediaType: "json", requestId: "x-amz-rid" },
      "application/json",
      ["x-amz-rid"],
    ],
    [
      { mediaType: "octets", requestId: "x-amzn-requestid" },
      "application/octet-stream",
      ["x-amzn-requestid"],
    ],
    [
      { mediaType: "text", requestId: "none" },
      "text/plain; charset=ISO-8859-1",
      [],
    ],
  ];
  for (const [answers, mediaType, ids] of cases) {
    await withAmc({ answers }, async (client) => {
      const { headers, json } = await client.create();
      assert(json.workflowExecutionId);
      assert.equal(headers.get("content-type"), mediaType);
      const names = [...headers.keys()].filter((name) => /^x-amz/.test(name));
      assert.deepEqual(names, ids);
    });
  }
});

Deno.test("a download that AMC calls unavailable or failed has no links, and says why", async () => {
  for (const status of ["UNAVAILABLE", "FAILED"] as const) {
    await withAmc({}, async (client, amc) => {
      const channel = { status, statusReason: "Clean room only." };
      amc.setResult("2024-01-20T00:00:00", { channel });
      const { json } = await client.create();
      const id = json.workflowExecutionId;
      assert.equal(
        (await client.get(id)).json.outputChannels[0].status,
        "PENDING",
      );
      amc.clock.advance(3600);
      assert.deepEqual((await client.get(id)).json.outputChannels, [{
        channel: { type: "DOWNLOAD" },
        ...channel,
      }]);
      const path = `/workflowExecutions/${id}/downloadUrls`;
      assert.equal((await client.send("GET", path)).status, 404);
    });
  }
});

Deno.test("errors come in every form of body, with any words", async () => {
  const words = "Das Zeitfenster ist ungültig.";
  const forms: [string, unknown][] = [
    ["json", { code: "400", details: words }],
    ["message", { message: words }],
    ["Message", { Message: words }],
    ["errors", { errors: [{ errorType: "400", message: words }] }],
    [
      "details_array",
      { code: "400", details: [{ field: "workflowId", message: words }] },
    ],
    ["details_object", { code: "400", details: { reason: words } }],
    ["problem", { type: "about:blank", title: words, status: 400 }],
  ];
  await withAmc({}, async (client, amc) => {
    const answerTo = (body: string, more = {}) => {
      const fault = { kind: "status", status: 400, details: words, body };
      const input = { operation: "createExecution", fault };
      // A body that is none of the forms fails here.
      amc.script({ ...input, fault: { ...fault, ...more } } as never);
      return client.create();
    };
    for (const [body, expected] of forms) {
      assert.deepEqual((await answerTo(body)).json, expected);
    }
    assert.equal((await answerTo("empty")).text, "");
    const text = await answerTo("text", { contentType: "application/xml" });
    assert.equal(text.text, words);
    assert.equal(text.headers.get("content-type"), "application/xml");
  });
});

Deno.test("a refusal above a limit says what the settings say, with their status", async () => {
  const words = "Service Limit Exceeded";
  await withAmc({
    limits: { aboveActive: "400", active: 1, words },
  }, async (client, amc) => {
    await client.create();
    const refused = await client.create();
    assert.deepEqual([refused.status, refused.json.details], [400, words]);
    amc.change({
      limits: { aboveActive: "queue", daily: 1, dailyStatus: 403 },
    });
    const daily = await client.create();
    assert.deepEqual([daily.status, daily.json.details], [403, words]);
  });
});
