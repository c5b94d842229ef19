import assert from "node:assert/strict";
import type { ScriptedFaultInput } from "../../local/amc/mod.ts";
import {
  type AmcClient,
  createAmcClient,
  createTokenSource,
} from "../../supabase/functions/_shared/amc/mod.ts";
import type { InstanceRow } from "../../supabase/functions/_shared/collector/instance.ts";
import {
  collect,
  type Harness,
  windowStartOf,
  withHarness,
} from "./support/harness.ts";
import { openWorker } from "./support/own_worker.ts";
import {
  assertOneCreateEach,
  column,
  finishAll,
  letAllowancesPass,
  letTimePass,
  weeksOf,
} from "./support/weeks.ts";

type FaultInput = ScriptedFaultInput["fault"];

/** Ways in which the answer of a create that AMC accepted does not arrive. */
const LOST: Record<string, FaultInput> = {
  "the connection is dropped after the create": {
    kind: "drop",
    point: "after",
  },
  "the answer breaks off": { kind: "drop", point: "body" },
  "500": { kind: "status", status: 500, when: "after" },
  "504 of the gateway": {
    kind: "status",
    status: 504,
    when: "after",
    body: "message",
  },
  "502 with a page of HTML": {
    kind: "status",
    status: 502,
    when: "after",
    body: "html",
  },
  "408": { kind: "status", status: 408, when: "after" },
  "409": { kind: "status", status: 409, when: "after" },
  "a redirect to the same address": { kind: "redirect", when: "after" },
  "no id": { kind: "missing_execution_id" },
  "a malformed id": { kind: "malformed_execution_id", value: "not an id" },
};

Deno.test("executions whose answers were lost in every way are adopted, and none is created again", async () => {
  await withHarness({}, async (harness) => {
    const faults = Object.values(LOST);
    const { weeks } = await collect(harness, faults.length);
    faults.forEach((fault, index) =>
      harness.simulator.script({
        operation: "createExecution",
        where: { windowStart: windowStartOf(weeks[index]) },
        fault,
      })
    );
    await using worker = openWorker(harness);
    await worker.tick();
    assert.equal(harness.simulator.ledger().length, weeks.length);
    // All answers of the instance were lost so far: that its list can be matched is not proved.
    const [{ matcher_proved_at }] = await harness.sql`
      select matcher_proved_at from public.amc_instances`;
    assert.equal(matcher_proved_at, null);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
    assert.deepEqual(
      await column(harness, "adopted"),
      weeks.map(() => true),
    );
    assert.deepEqual(await column(harness, "attempts"), weeks.map(() => 1));
    assert.deepEqual(await column(harness, "error_count"), weeks.map(() => 0));
  });
});

Deno.test("an execution whose create was not answered in time is adopted", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    harness.simulator.script({
      operation: "createExecution",
      fault: { kind: "hang", when: "after" },
    });
    await using worker = openWorker(harness, { client: impatient(harness) });
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
    assert.deepEqual(await column(harness, "adopted"), [true]);
  });
});

Deno.test("a lost execution that the list does not show yet is adopted once it does, and not created again", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 2);
    harness.simulator.script({
      operation: "createExecution",
      times: weeks.length,
      fault: { kind: "drop", point: "after" },
    });
    harness.simulator.script({
      operation: "createExecution",
      times: weeks.length,
      fault: { kind: "list_lag", seconds: 250 },
    });
    await using worker = openWorker(harness);
    for (let tick = 0; tick < 4; tick++) {
      await worker.tick();
      await letTimePass(harness);
    }
    assert.deepEqual(await column(harness, "attempt_state"), [
      "unknown",
      "unknown",
    ]);
    assert.equal(harness.simulator.ledger().length, 2);
    harness.simulator.clock.advance(260);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});

Deno.test("a create that never reached AMC is sent again only after every allowance, and then once", async () => {
  await withHarness({}, async (harness) => {
    const { weeks } = await collect(harness, 2);
    harness.simulator.script({
      operation: "createExecution",
      where: { windowStart: windowStartOf(weeks[0]) },
      fault: { kind: "drop", point: "before" },
    });
    await using worker = openWorker(harness);
    for (let tick = 0; tick < 4; tick++) {
      await worker.tick();
      await letTimePass(harness);
    }
    let [first, second] = await weeksOf(harness);
    assert.equal(first.attempt_state, "unknown");
    assert.equal(first.status, "running");
    assert.equal(second.status, "completed");
    assert.equal(harness.simulator.ledger().length, 1);
    await letAllowancesPass(harness);
    await worker.tick();
    [first, second] = await weeksOf(harness);
    assert.equal(first.attempts, 2, "the first attempt was abandoned");
    assert.equal(first.error_count, 0);
    await finishAll(harness, worker.tick);
    await assertOneCreateEach(harness);
  });
});

Deno.test("while no create of an instance was answered, a lost one is never given up: a person is alerted", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    harness.simulator.script({
      operation: "createExecution",
      fault: { kind: "drop", point: "before" },
    });
    await using worker = openWorker(harness);
    await worker.tick();
    await letAllowancesPass(harness);
    await worker.tick();
    await letAllowancesPass(harness);
    await worker.tick();
    assert.deepEqual(await column(harness, "attempt_state"), ["unknown"]);
    assert.deepEqual(await column(harness, "attempts"), [1]);
    assert.equal(harness.simulator.ledger().length, 0);
    const alerts = await harness.sql`
      select code from public.tracking_alerts where resolved_at is null`;
    assert.deepEqual(alerts.map(({ code }) => code), ["unknown_outcome"]);
  });
});

Deno.test("a list that could not be read whole gives no attempt up, nor does one that could not be read", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, 1);
    harness.simulator.script({
      operation: "createExecution",
      fault: { kind: "drop", point: "before" },
    });
    let creates = 0;
    await using worker = openWorker(harness, {
      client: (client) => ({
        ...client,
        createExecution: (...args) => {
          creates++;
          return client.createExecution(...args);
        },
        listExecutions: async (query) => {
          const listing = await client.listExecutions(query);
          return { ...listing, complete: creates === 0 };
        },
      }),
    });
    await worker.tick();
    await harness
      .sql`update public.amc_instances set matcher_proved_at = now()`;
    await letAllowancesPass(harness);
    await worker.tick();
    assert.deepEqual(await column(harness, "attempt_state"), ["unknown"]);
    await using blind = openWorker(harness);
    harness.simulator.script({
      operation: "listExecutions",
      times: "always",
      fault: { kind: "status", status: 403, details: "Unauthorized request." },
    });
    await letAllowancesPass(harness);
    await blind.tick();
    assert.deepEqual(await column(harness, "attempt_state"), ["unknown"]);
    assert.equal(creates, 1);
    harness.simulator.clearScript();
    await letAllowancesPass(harness);
    await finishAll(harness, blind.tick);
    await assertOneCreateEach(harness);
  });
});

/** A client as the worker's, but with a timeout of 0.3 s for creates. */
function impatient({ simulator }: Harness) {
  const { clientId, clientSecret, refreshToken } = simulator.credential;
  return (_: AmcClient, row: InstanceRow) =>
    createAmcClient({
      instance: {
        instanceId: row.instance_id,
        entityId: row.entity_id,
        marketplaceId: row.marketplace_id,
        region: "NA",
      },
      tokens: createTokenSource({
        credential: { clientId, clientSecret, refreshToken },
        region: "NA",
        tokenUrl: simulator.tokenUrl,
      }),
      apiUrl: simulator.url,
      resultHosts: [simulator.resultHost],
      timeouts: { create: 300 },
    });
}
