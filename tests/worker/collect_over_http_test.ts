import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { tickOfFunction, wakeUp } from "./support/function_worker.ts";
import { assertOneCreateEach, finishAll } from "./support/weeks.ts";

function call(
  { platform }: Harness,
  headers: Record<string, string>,
  method = "POST",
): Promise<Response> {
  return fetch(`${platform.apiUrl}/functions/v1/collect`, { method, headers });
}

Deno.test("collect takes the cron key alone: no other key, no user, nobody", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    const { platform, owner } = harness;
    const { data: { session } } = await owner.auth.getSession();
    const bearer = { Authorization: `Bearer ${session!.access_token}` };
    const callers: Record<string, Record<string, string>> = {
      nobody: {},
      "the publishable key": { apikey: platform.publishableKey },
      "the default secret key": { apikey: platform.secretKeys.default },
      "a user": { apikey: platform.publishableKey, ...bearer },
      "a user with the default secret key": {
        apikey: platform.secretKeys.default,
        ...bearer,
      },
      "a key of the right form": { apikey: `sb_secret_${"x".repeat(32)}` },
      "the cron key as a bearer token": {
        Authorization: `Bearer ${platform.secretKeys.cron}`,
      },
    };
    for (const [who, headers] of Object.entries(callers)) {
      for (const method of ["POST", "GET"]) {
        const answer = await call(harness, headers, method);
        assert.equal(answer.status, 401, `${method} by ${who}`);
        const text = await answer.text();
        assert.ok(!text.includes(platform.secretKeys.cron));
      }
    }
    assert.ok(!harness.lines.some(({ event }) => event === "tick_ended"));
    assert.deepEqual(harness.simulator.requests(), []);
  });
});

Deno.test("collect with the cron key takes POST and nothing else", async () => {
  await withHarness({}, async (harness) => {
    const headers = { apikey: harness.platform.secretKeys.cron };
    for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
      const answer = await call(harness, headers, method);
      assert.equal(answer.status, 405, method);
      assert.equal((await answer.json()).error.code, "method_not_allowed");
    }
  });
});

Deno.test("collect answers before its work is done, and says when it is at work already", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    let release = () => {};
    const held = new Promise<void>((done) => release = done);
    let arrived = false;
    harness.simulator.observe(async () => {
      arrived = true;
      await held;
    });
    const first = await wakeUp(harness);
    assert.equal(first.status, 202);
    assert.deepEqual(await first.json(), { accepted: true, busy: false });
    await eventually("a request to AMC", () => Promise.resolve(arrived));
    const second = await wakeUp(harness);
    assert.equal(second.status, 202);
    assert.deepEqual(await second.json(), { accepted: true, busy: true });
    release();
    await finishAll(harness, () => tickOfFunction(harness));
    await assertOneCreateEach(harness);
  });
});

Deno.test("many wake-ups at once do the work of one", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 12);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => wakeUp(harness)),
    );
    assert.deepEqual(answers.map(({ status }) => status), Array(8).fill(202));
    await Promise.all(answers.map((answer) => answer.body?.cancel()));
    await finishAll(harness, () => tickOfFunction(harness));
    await assertOneCreateEach(harness);
  });
});
