import assert from "node:assert/strict";
import { connectInstance } from "../../local/demo/setup.ts";
import {
  collect,
  type Harness,
  windowStartOf,
  withHarness,
} from "./support/harness.ts";
import { heldUp } from "./support/held_up.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  assertOneCreateEach,
  column,
  finishAll,
  letAllowancesPass,
  letTimePass,
  weeksOf,
} from "./support/weeks.ts";

Deno.test("a 429 pauses the instance as long as AMC asked, counts no error, and the create is settled later", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 12);
    harness.simulator.script({
      operation: "createExecution",
      where: { windowStart: windowStartOf(weeks[3]) },
      fault: { kind: "status", status: 429, retryAfter: 120 },
    });
    await using worker = openWorker(harness);
    const before = await clockOf(harness);
    await worker.tick();
    const { paused_until, pause_reason } = await pauseOf(harness);
    assert.equal(pause_reason, "throttled");
    await assertPausedFor(harness, before, paused_until, [120, 120]);
    const asked = harness.simulator.requests().length;
    await worker.tick();
    assert.equal(
      harness.simulator.requests().length,
      asked,
      "AMC is left alone",
    );
    const rows = await weeksOf(harness);
    assert.equal(rows[3].attempt_state, "unknown");
    assert.equal(rows[3].status, "running");
    assert.deepEqual(
      rows.map(({ error_count }) => error_count),
      weeks.map(() => 0),
    );
    assert.equal(rows[11].attempts, 0, "no new week is begun");
    await letTimePass(harness);
    await worker.tick();
    assert.equal(
      (await weeksOf(harness))[3].attempts,
      1,
      "not tried again yet",
    );
    await letAllowancesPass(harness);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});

Deno.test("a Retry-After that is a date is held against AMC's own clock", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    harness.simulator.clock.skewSeconds = -3000;
    harness.simulator.script({
      operation: "createExecution",
      fault: {
        kind: "status",
        status: 429,
        retryAfter: 200,
        retryAfterForm: "date",
      },
    });
    await using worker = openWorker(harness);
    const before = await clockOf(harness);
    await worker.tick();
    const { paused_until } = await pauseOf(harness);
    // Dates have whole seconds.
    await assertPausedFor(harness, before, paused_until, [199, 201]);
  });
});

Deno.test("AMC's limit of active executions makes weeks wait, without an error and without a second create", async () => {
  await withHarness({
    simulator: {
      limits: { aboveActive: "422", active: 3 },
      execution: { pendingSeconds: 0, runSeconds: 3600 },
    },
  }, async (harness) => {
    await collect(harness, 5);
    await using worker = openWorker(harness);
    await worker.tick();
    assert.equal(harness.simulator.ledger().length, 3);
    const rows = await weeksOf(harness);
    const waiting = rows.filter(({ attempt_outcome }) =>
      attempt_outcome === "quota"
    );
    assert.equal(waiting.length, 2);
    for (const { status, error_count, due_at } of waiting) {
      assert.equal(status, "running");
      assert.equal(error_count, 0);
      assert.ok(due_at !== null, "it is due again");
    }
    assert.equal((await pauseOf(harness)).pause_reason, "quota");
    harness.simulator.change({ execution: { runSeconds: 0 } });
    harness.simulator.clock.advance(3600);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});

/** The pause after the first refusal of the credential is over. */
async function refusedAMinuteAgo(harness: Harness): Promise<void> {
  await harness.sql`
    update public.amc_instances set credential_refused_at = credential_refused_at - interval '1 minute',
      credential_try_at = amc_history.clock_now(), paused_until = amc_history.clock_now()`;
}

Deno.test("a credential that Amazon refuses once is tried again before anything stops", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 2);
    harness.simulator.revoke();
    await using worker = openWorker(harness);
    await worker.tick();
    const { paused_until, pause_reason } = await pauseOf(harness);
    assert.notEqual(paused_until, Infinity);
    assert.equal(pause_reason, "invalid_grant");
    assert.deepEqual(await openAlerts(harness), []);
    harness.simulator.revoke(undefined, false);
    await refusedAMinuteAgo(harness);
    await finishAll(harness, worker.tick);
    const [{ outcome, tries }] = await harness.sql`
      select credential_outcome as outcome, count(credential_try_at) over () as tries from public.amc_instances`;
    assert.deepEqual([outcome, Number(tries)], ["accepted", 0]);
    await assertOneCreateEach(harness);
  });
});

Deno.test("a new credential is tried by one token request though nothing is due", async () => {
  await withHarness({}, async (harness) => {
    await using worker = openWorker(harness);
    await worker.tick();
    await worker.tick();
    assert.deepEqual(
      harness.simulator.requests().map(({ operation }) => operation),
      ["token"],
    );
    const [{ outcome }] = await harness
      .sql`select credential_outcome as outcome from public.amc_instances`;
    assert.equal(outcome, "accepted");
  });
});

Deno.test("a credential that is refused twice stops its instance with an alert until a person reconnects; nothing is POSTed", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 2);
    harness.simulator.revoke();
    await using worker = openWorker(harness);
    await worker.tick();
    await refusedAMinuteAgo(harness);
    await worker.tick();
    assert.deepEqual(harness.simulator.ledger(), []);
    assert.equal(harness.simulator.requests("createExecution").length, 0);
    const { paused_until, pause_reason } = await pauseOf(harness);
    assert.equal(paused_until, Infinity);
    assert.equal(pause_reason, "invalid_grant");
    assert.deepEqual(await openAlerts(harness), ["reconnect_needed"]);
    assert.deepEqual(await column(harness, "error_count"), [0, 0]);
    assert.ok(
      (await column(harness, "due_at")).every((due) => due !== null),
      "the weeks are due again",
    );
    const asked = harness.simulator.requests().length;
    await letTimePass(harness);
    await worker.tick();
    assert.equal(
      harness.simulator.requests().length,
      asked,
      "nothing is asked",
    );
    harness.simulator.revoke(undefined, false);
    await connectInstance(harness.platform, harness.simulator, {
      email: "owner@example.com",
    });
    // A worker that has not the old credential in memory.
    await using another = openWorker(harness);
    await finishAll(harness, another.tick);
    await assertOneCreateEach(harness);
    assert.deepEqual(await openAlerts(harness), []);
  });
});

Deno.test("a worker that hears of the old credential's refusal after the reconnection stops nothing", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 2);
    harness.simulator.revoke();
    const slow = openWorker(harness);
    const rpc = slow.collector.rpc;
    slow.collector.rpc = async (name, args) => {
      if (name === "report_credential_failure") {
        harness.simulator.revoke(undefined, false);
        await connectInstance(harness.platform, harness.simulator, {
          email: "owner@example.com",
        });
      }
      return await rpc(name, args);
    };
    await using worker = slow;
    await worker.tick();
    assert.ok(
      worker.lines.some(({ event, stopped }) =>
        event === "credential_refused" && stopped === 0
      ),
    );
    assert.equal((await pauseOf(harness)).paused_until, null);
    assert.deepEqual(await openAlerts(harness), []);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});

Deno.test("a create refused with 401 alerts a person, and is not sent again before the list could show it", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 2);
    harness.simulator.script({
      operation: "createExecution",
      where: { windowStart: windowStartOf(weeks[0]) },
      fault: { kind: "status", status: 401 },
    });
    await using worker = openWorker(harness);
    await worker.tick();
    const [refused] = await weeksOf(harness);
    assert.equal(refused.attempt_state, "unknown");
    assert.equal(refused.error_count, 0);
    assert.equal((await pauseOf(harness)).pause_reason, "unauthorized");
    assert.deepEqual(await heldUp(harness), ["instance unauthorized"]);
    await letTimePass(harness);
    await worker.tick();
    assert.equal(harness.simulator.requests("createExecution").length, 2);
    await letAllowancesPass(harness);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});

/** Until when the instance is paused, in seconds since the epoch. */
async function pauseOf({ sql }: Harness) {
  const [row] = await sql<
    { paused_until: number | null; pause_reason: string | null }[]
  >`
    select extract(epoch from paused_until)::float8 as paused_until, pause_reason
    from public.amc_instances`;
  return row;
}

/** The database's clock, in seconds since the epoch. */
async function clockOf({ sql }: Harness): Promise<number> {
  const [{ seconds }] = await sql`
    select extract(epoch from clock_timestamp())::float8 as seconds`;
  return seconds;
}

/** Asserts how long a pause lasts that began after a time, however slow the machine is. */
async function assertPausedFor(
  harness: Harness,
  since: number,
  until: number | null,
  [shortest, longest]: [number, number],
): Promise<void> {
  assert.ok(until !== null && Number.isFinite(until), `until ${until}`);
  const after = await clockOf(harness);
  assert.ok(until - since >= shortest, `at most ${until - since} s`);
  assert.ok(until - after <= longest, `at least ${until - after} s`);
}

async function openAlerts({ sql }: Harness): Promise<string[]> {
  const rows = await sql`
    select code from public.tracking_alerts where resolved_at is null order by code`;
  return rows.map(({ code }) => code);
}

Deno.test("a throttled listing pauses the instance, and nothing is created meanwhile", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    harness.simulator.script({
      operation: "listExecutions",
      fault: { kind: "status", status: 429, retryAfter: 600 },
      times: "always",
    });
    await using worker = openWorker(harness);
    await worker.tick();
    assert.equal((await pauseOf(harness)).pause_reason, "throttled");
    assert.equal(harness.simulator.requests("createExecution").length, 0);
  });
});
