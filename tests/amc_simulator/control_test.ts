import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Simulator } from "../../local/amc/mod.ts";
import { withAmc } from "./client.ts";

async function control(
  amc: Simulator,
  name: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${amc.url}/_control/${name}`, {
    method: body === undefined ? "GET" : "POST",
    body: body === undefined ? undefined : JSON.stringify(body),
    headers,
  });
  return { status: response.status, json: await response.json() };
}

Deno.test("another process reads the ledger, the requests and the executions", async () => {
  await withAmc({}, async (client, amc) => {
    const { json } = await client.create();
    const ledger = await control(amc, "ledger");
    assert.deepEqual(ledger.json, amc.ledger());
    const requests = await control(amc, "requests?operation=createExecution");
    assert.equal(requests.json.length, 1);
    assert.deepEqual((await control(amc, "counts")).json, {
      token: 1,
      createExecution: 1,
    });
    const executions = await control(amc, "executions");
    assert.equal(executions.json[0].executionId, json.workflowExecutionId);
    const credentials = await control(amc, "credentials");
    assert.deepEqual(credentials.json, amc.credentials);
    assert.deepEqual((await control(amc, "instances")).json, amc.instances());
  });
});

Deno.test("another process scripts faults, sets chance, settings and the clock", async () => {
  await withAmc({}, async (client, amc) => {
    await control(amc, "script", {
      operation: "createExecution",
      fault: { kind: "status", status: 503, when: "after" },
    });
    assert.equal((await client.create()).status, 503);
    const faults = await control(amc, "faults");
    assert.deepEqual(faults.json, { "createExecution: status 503 after": 1 });
    await control(amc, "script", { operation: "any", fault: { kind: "hang" } });
    await control(amc, "clear-script", {});
    await control(amc, "chance", {
      profile: {
        faults: [{
          operation: "any",
          probability: 1,
          fault: { kind: "status", status: 502 },
        }],
      },
      seed: 5,
    });
    assert.equal((await client.create()).status, 502);
    await control(amc, "chance", { profile: "mixed" });
    await control(amc, "chance", { profile: null });
    await control(amc, "settings", { limits: { maxRunning: 1 } });
    await client.create();
    await control(amc, "clock", { advanceSeconds: 20, skewSeconds: 30 });
    assert.deepEqual(await client.statuses(), ["RUNNING", "PENDING"]);
    assert.equal((await control(amc, "clock")).json.skewSeconds, 30);
  });
});

Deno.test("another process acts as a person in the console", async () => {
  await withAmc({}, async (client, amc) => {
    const windowStart = "2024-01-20T00:00:00";
    const { json } = await control(amc, "start-outside", {
      workflowId: "weekly",
      windowStart,
      windowEnd: "2024-01-27T00:00:00",
    });
    const cancelled = await control(amc, "cancel-outside", json);
    assert.deepEqual(cancelled.json, { cancelled: true });
    await control(amc, "outcome", { windowStart, status: "FAILED" });
    await control(amc, "result", { windowStart, result: { rows: 1 } });
    await client.create();
    const last = (await client.create()).json.workflowExecutionId;
    amc.clock.advance(100);
    const states = ["CANCELLED", "FAILED", "SUCCEEDED"];
    assert.deepEqual(await client.statuses(), states);
    const [link] = await client.links(last);
    await control(amc, "expire-links", {});
    const expired = await fetch(link);
    await expired.body?.cancel();
    assert.equal(expired.status, 403);
    await control(amc, "workflow", { workflowId: "w2", sqlQuery: "select 1" });
    assert.equal((await client.create({ workflowId: "w2" })).status, 200);
    await control(amc, "expire-tokens", {});
    assert.equal((await client.create()).status, 401);
    await control(amc, "revoke", {});
    assert.equal((await client.login()).status, 400);
  });
});

Deno.test("control refuses bad input, unknown names and web pages", async () => {
  await withAmc({}, async (_client, amc) => {
    assert.equal((await control(amc, "script", { a: 1 })).status, 400);
    assert.equal((await control(amc, "settings", { seed: 7 })).status, 400);
    const limits = { limits: { maxRunning: 0 } };
    assert.equal((await control(amc, "settings", limits)).status, 400);
    const back = { setTo: "2020-01-01T00:00:00Z" };
    assert.equal((await control(amc, "clock", back)).status, 400);
    assert.equal((await control(amc, "nothing", {})).status, 404);
    const origin = { origin: "https://example.com" };
    const page = await control(amc, "ledger", undefined, origin);
    assert.equal(page.status, 403);
    assert.deepEqual(amc.requestCounts(), { token: 1 });
  });
});

Deno.test("run alone it prints its addresses as one line of JSON and stops at SIGINT", async () => {
  const main = fileURLToPath(
    new URL("../../local/amc/main.ts", import.meta.url),
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, '--settings={"seed":"9"}'],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  const { url, token_url } = JSON.parse(value!);
  assert.equal(token_url, `${url}/auth/o2/token`);
  const credentials = await fetch(`${url}/_control/credentials`);
  assert.equal((await credentials.json()).length, 1);
  child.kill("SIGINT");
  const { code } = await child.status;
  assert.equal(code, 0);
  await reader.cancel();
});
