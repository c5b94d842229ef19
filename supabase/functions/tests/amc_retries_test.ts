import assert from "node:assert/strict";
import {
  AmcError,
  ThrottledError,
  UnavailableError,
} from "../_shared/amc/errors.ts";
import {
  clientOf,
  CREATED,
  EXECUTION_ID,
  html,
  json,
  manualTimers,
  refusal,
  serve,
} from "./support/amc.ts";

for (
  const [what, answer] of [
    ["500", () => html(500)],
    ["504", () => json({ message: "Endpoint request timed out" }, 504)],
    ["429 without Retry-After", () => html(429)],
    ["408", () => html(408)],
    ["broken JSON", () => new Response("{")],
  ] as [string, () => Response][]
) {
  Deno.test(`a read that meets ${what} is tried again with backoff and full jitter`, async () => {
    await using server = serve((_, nth) => nth < 3 ? answer() : json(CREATED));
    const { client, waits } = clientOf(server);
    await client.getExecution(EXECUTION_ID);
    assert.deepEqual(waits, [250, 500, 1_000]);
  });

  Deno.test(`a read that meets only ${what} ends after four tries`, async () => {
    await using server = serve(answer);
    const { client } = clientOf(server);
    const failure = await client.getExecution(EXECUTION_ID).catch((e) => e);
    assert(failure instanceof AmcError);
    assert.equal(
      failure.code,
      what.startsWith("429") ? "throttled" : "unavailable",
    );
    assert.equal(server.asked.length, 4);
  });
}

Deno.test("a wait that a 503 asks for is kept", async () => {
  await using server = serve((_, nth) =>
    nth === 0 ? refusal(503, "Slow.", { "retry-after": "5" }) : json(CREATED)
  );
  const { client, waits } = clientOf(server);
  await client.getExecution(EXECUTION_ID);
  assert.deepEqual(waits, [5_250]);
});

Deno.test("a wait that AMC asks for is kept; one beyond the bound is handed to the caller at once", async () => {
  await using short = serve((_, nth) =>
    nth === 0 ? refusal(429, "Slow.", { "retry-after": "5" }) : json(CREATED)
  );
  const { client, waits } = clientOf(short);
  await client.getExecution(EXECUTION_ID);
  assert.deepEqual(waits, [5_250]);

  await using long = serve(() =>
    refusal(429, "Slow.", {
      "date": "Wed, 25 Sep 2024 03:00:00 GMT",
      "retry-after": "Wed, 25 Sep 2024 03:02:00 GMT",
    })
  );
  const failure = await clientOf(long).client.getExecution(EXECUTION_ID)
    .catch((e) => e);
  assert(failure instanceof ThrottledError);
  assert.equal(failure.retryAfterSeconds, 120);
  assert.equal(long.asked.length, 1);
});

Deno.test("retries end when their time is over", async () => {
  await using server = serve(() => html(503));
  let now = 0;
  const { client } = clientOf(server, {
    now: () => now,
    wait: () => {
      now += 20_000;
      return Promise.resolve();
    },
  });
  await assert.rejects(client.getExecution(EXECUTION_ID), UnavailableError);
  assert.equal(server.asked.length, 3);
});

Deno.test("a read without an answer is given up after 30 seconds and tried again", async () => {
  const timers = manualTimers();
  let calls = 0;
  const { client } = clientOf({ url: "https://amc.test", host: "" }, {
    startTimer: timers.startTimer,
    fetch: (_, init) => {
      if (calls++ > 0) return Promise.resolve(json(CREATED));
      queueMicrotask(() => timers.fire(30_000));
      return new Promise((_, reject) =>
        init!.signal!.addEventListener("abort", () => reject(new Error("x")))
      );
    },
  });
  await client.getExecution(EXECUTION_ID);
  assert.equal(calls, 2);
  assert.deepEqual(timers.running(), []);
});

Deno.test("a caller's signal ends the retries", async () => {
  await using server = serve(() => html(500));
  const caller = new AbortController();
  const { client } = clientOf(server, {
    wait: () => {
      caller.abort();
      return Promise.reject(new Error("aborted"));
    },
  });
  await assert.rejects(
    client.getExecution(EXECUTION_ID, { signal: caller.signal }),
    { code: "aborted" },
  );
  assert.equal(server.asked.length, 1);
});
