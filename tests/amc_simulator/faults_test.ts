import assert from "node:assert/strict";
import type { ScriptedFaultInput } from "../../local/amc/mod.ts";
import { type Answer, withAmc } from "./client.ts";

/** Sends one create that a fault meets; null: no answer came. */
async function createUnder(
  fault: ScriptedFaultInput["fault"],
): Promise<{ answer: Answer | null; created: number; answered: string[] }> {
  let result = { answer: null as Answer | null, created: 0, answered: [""] };
  await withAmc({}, async (client, amc) => {
    amc.script({ operation: "createExecution", fault });
    const answer = await client.create().catch(() => null);
    const ledger = amc.ledger();
    const answered = ledger.map((entry) => entry.answered);
    result = { answer, created: ledger.length, answered };
    assert.equal((await client.create()).status, 200);
    assert.equal(amc.ledger().length, ledger.length + 1);
  });
  return result;
}

Deno.test("statuses are answered before and after having created", async () => {
  for (const status of [408, 429, 500, 502, 503, 504]) {
    const before = await createUnder({ kind: "status", status });
    assert.deepEqual([before.answer?.status, before.created], [status, 0]);
    assert.equal(before.answer?.json.code, String(status));
    const after = await createUnder({ kind: "status", status, when: "after" });
    assert.deepEqual([after.answer?.status, after.created], [status, 1]);
    assert.deepEqual(after.answered, [String(status)]);
  }
});

Deno.test("a throttle comes without Retry-After, with seconds, and with a date by AMC's clock", async () => {
  await withAmc({}, async (client, amc) => {
    amc.clock.setTo(new Date("2036-07-01T12:00:00Z"));
    amc.clock.skewSeconds = 60;
    const throttle = { kind: "status", status: 429 } as const;
    const operation = "listExecutions";
    amc.script({ operation, fault: throttle });
    amc.script({ operation, fault: { ...throttle, retryAfter: 7 } });
    amc.script({
      operation,
      fault: { ...throttle, retryAfter: 7, retryAfterForm: "date" },
    });
    const waits: (string | null)[] = [];
    for (let count = 0; count < 4; count++) {
      const { headers } = await client.list({ workflowId: "weekly" });
      waits.push(headers.get("retry-after"));
    }
    const date = "Tue, 01 Jul 2036 12:01:07 GMT";
    assert.deepEqual(waits, [null, "7", date, null]);
  });
});

Deno.test("bodies are HTML, a gateway's message, or empty", async () => {
  const status = { kind: "status", status: 504 } as const;
  const html = await createUnder({ ...status, body: "html" });
  assert.equal(html.answer?.headers.get("content-type"), "text/html");
  assert.match(html.answer?.text ?? "", /<h1>504 Gateway Time-out<\/h1>/);
  const message = await createUnder({ ...status, body: "message" });
  assert.deepEqual(message.answer?.json, {
    message: "Endpoint request timed out",
  });
  const empty = await createUnder({ ...status, body: "empty" });
  assert.equal(empty.answer?.text, "");
});

Deno.test("a redirect points at the same address, before and after having created", async () => {
  for (const [when, created] of [["before", 0], ["after", 1]] as const) {
    const result = await createUnder({ kind: "redirect", when });
    assert.equal(result.answer?.status, 307);
    assert.match(
      result.answer?.headers.get("location") ?? "",
      /\/workflowExecutions$/,
    );
    assert.equal(result.created, created);
  }
});

Deno.test("a connection is dropped before reading, after creating, and in the middle of the body", async () => {
  const before = await createUnder({ kind: "drop", point: "before" });
  assert.deepEqual([before.answer, before.created], [null, 0]);
  const after = await createUnder({ kind: "drop", point: "after" });
  assert.deepEqual([after.answer, after.answered], [null, ["dropped"]]);
  const body = await createUnder({ kind: "drop", point: "body" });
  assert.deepEqual([body.answer, body.answered], [null, [
    "dropped in the body",
  ]]);
});

Deno.test("a download is dropped after half of its bytes", async () => {
  await withAmc({}, async (client, amc) => {
    const { json } = await client.create();
    const [link] = await client.links(json.workflowExecutionId);
    amc.script({
      operation: "download",
      fault: { kind: "drop", point: "body" },
    });
    const response = await fetch(link);
    const length = Number(response.headers.get("content-length"));
    let got = 0;
    await assert.rejects(async () => {
      for await (const chunk of response.body!) got += chunk.length;
    });
    assert.ok(got > 0 && got < length);
  });
});

Deno.test("an answer never comes, before and after having created", async () => {
  for (const [when, created] of [["before", 0], ["after", 1]] as const) {
    await withAmc({}, async (client, amc) => {
      amc.script({
        operation: "createExecution",
        fault: { kind: "hang", when },
      });
      const controller = new AbortController();
      const { promise, resolve } = Promise.withResolvers<void>();
      amc.observe(() => resolve());
      const create = client.send(
        "POST",
        "/workflowExecutions",
        {
          workflowId: "weekly",
          timeWindowType: "EXPLICIT",
          timeWindowStart: "2024-01-20T00:00:00",
          timeWindowEnd: "2024-01-27T00:00:00",
        },
        client.headers(),
        controller.signal,
      );
      await promise;
      // A second request is answered while the first one hangs.
      await client.list({ workflowId: "weekly" });
      assert.equal(amc.requests("createExecution")[0].status, null);
      assert.equal(amc.ledger().length, created);
      controller.abort();
      await assert.rejects(create, { name: "AbortError" });
    });
  }
});

Deno.test("a slow answer comes after its execution, and in the end", async () => {
  await withAmc({}, async (client, amc) => {
    const fault = { kind: "slow", seconds: 0.05 } as const;
    amc.script({ operation: "createExecution", fault });
    const slow = client.create();
    assert.equal((await slow).status, 200);
    assert.deepEqual(amc.requests("createExecution")[0].faults, ["slow"]);
  });
});

Deno.test("a create answer lacks its id or has a malformed one, though the execution exists", async () => {
  const missing = await createUnder({ kind: "missing_execution_id" });
  assert.equal(missing.answer?.status, 200);
  assert.equal("workflowExecutionId" in missing.answer!.json, false);
  assert.equal(missing.answer?.json.workflowId, "weekly");
  assert.deepEqual(missing.answered, ["200 missing_execution_id"]);
  for (const value of ["not-an-id", 17, null, ""]) {
    const bad = await createUnder({ kind: "malformed_execution_id", value });
    assert.equal(bad.answer?.json.workflowExecutionId, value);
    assert.equal(bad.created, 1);
  }
});

Deno.test("one answer is wrapped", async () => {
  const { answer } = await createUnder({ kind: "wrapped" });
  assert.deepEqual(Object.keys(answer!.json), ["workflowExecution"]);
});

Deno.test("an unknown status is shown in one answer, or for as long as a run lasts", async () => {
  await withAmc({}, async (client, amc) => {
    amc.script({
      operation: "createExecution",
      fault: { kind: "run", runningStatus: "OPTIMIZING" },
    });
    const { json } = await client.create();
    const status = async () =>
      (await client.get(json.workflowExecutionId)).json.status;
    amc.clock.advance(20);
    assert.equal(await status(), "OPTIMIZING");
    amc.clock.advance(100);
    assert.equal(await status(), "SUCCEEDED");
    amc.script({ operation: "getExecution", fault: { kind: "show_status" } });
    assert.equal(await status(), "OPTIMIZING");
    assert.equal(await status(), "SUCCEEDED");
  });
});

Deno.test("single executions get their own lags, outcome, duration and result", async () => {
  await withAmc({}, async (client, amc) => {
    const operation = "createExecution";
    amc.script({ operation, fault: { kind: "list_lag", seconds: 50 } });
    amc.script({
      operation,
      fault: { kind: "get_lag", seconds: 30, status: 404 },
    });
    amc.script({
      operation,
      fault: { kind: "run", pendingSeconds: 0, runSeconds: "forever" },
    });
    amc.script({
      operation,
      skip: 1,
      fault: { kind: "outcome", status: "REJECTED", reason: "Bad SQL." },
    });
    amc.script({ operation, skip: 2, fault: { kind: "result", rows: 1 } });
    const first = (await client.create()).json.workflowExecutionId;
    assert.equal((await client.get(first)).status, 404);
    assert.deepEqual(await client.statuses(), []);
    await client.create();
    const third = (await client.create()).json.workflowExecutionId;
    amc.clock.advance(100_000);
    const ends = ["RUNNING", "REJECTED", "SUCCEEDED"];
    assert.deepEqual(await client.statuses(), ends);
    const [link] = await client.links(third);
    const text = await (await fetch(link)).text();
    assert.equal(text.trim().split("\n").length, 2);
  });
});

Deno.test("a link answers as an expired one, a result as unavailable, a token as an invalid grant", async () => {
  await withAmc({}, async (client, amc) => {
    const { json } = await client.create();
    const id = json.workflowExecutionId;
    const [link] = await client.links(id);
    amc.script({ operation: "download", fault: { kind: "expired_link" } });
    const expired = await fetch(link);
    assert.equal(expired.status, 403);
    assert.match(await expired.text(), /Request has expired/);
    amc.script({ operation: "downloadUrls", fault: { kind: "unavailable" } });
    const path = `/workflowExecutions/${id}/downloadUrls`;
    assert.match((await client.send("GET", path)).text, /is unavailable for/);
    amc.script({ operation: "token", fault: { kind: "oauth_error" } });
    assert.equal((await client.login()).json.error, "invalid_grant");
    assert.equal((await client.login()).status, 200);
  });
});

Deno.test("a fault narrows to one window, skips, repeats, and can go on for ever", async () => {
  await withAmc({}, async (client, amc) => {
    const fault = { kind: "status", status: 500 } as const;
    const operation = "createExecution";
    amc.script({
      operation,
      times: 2,
      skip: 1,
      where: { windowStart: "2024-01-13T00:00:00" },
      fault,
    });
    const other = { timeWindowStart: "2024-01-13T00:00:00" };
    const seen: number[] = [];
    for (const change of [{}, other, other, other, {}, other]) {
      seen.push((await client.create(change)).status);
    }
    assert.deepEqual(seen, [200, 200, 500, 500, 200, 200]);
    amc.script({ operation: "any", times: "always", fault });
    assert.equal((await client.create()).status, 500);
    assert.equal(await client.statuses().catch(() => null), null);
    amc.clearScript();
    assert.equal((await client.create()).status, 200);
  });
});

Deno.test("a script that is no fault is refused", async () => {
  await withAmc({}, (_client, amc) => {
    const bad = { operation: "createExecution", fault: { kind: "sneeze" } };
    assert.throws(() => amc.script(bad as unknown as ScriptedFaultInput));
    return Promise.resolve();
  });
});
