import assert from "node:assert/strict";
import type { ScriptedFaultInput } from "../../local/amc/mod.ts";
import {
  type AmcClient,
  createAmcClient,
  createTokenSource,
} from "../../supabase/functions/_shared/amc/mod.ts";
import type { InstanceRow } from "../../supabase/functions/_shared/collector/collector.ts";
import {
  type Bench,
  collect,
  windowStartOf,
  withBench,
} from "./support/bench.ts";
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

Deno.test("executions whose answers were lost in every way are adopted from the list, and none is created again", async () => {
  await withBench({}, async (bench) => {
    const faults = Object.values(LOST);
    const { weeks } = await collect(bench, faults.length);
    faults.forEach((fault, index) =>
      bench.simulator.script({
        operation: "createExecution",
        where: { windowStart: windowStartOf(weeks[index]) },
        fault,
      })
    );
    await using worker = openWorker(bench);
    await worker.tick();
    assert.equal(bench.simulator.ledger().length, weeks.length);
    // All answers of the instance were lost so far: that its list can be matched is not proved.
    const [{ matcher_proved_at }] = await bench.sql`
      select matcher_proved_at from public.amc_instances`;
    assert.equal(matcher_proved_at, null);
    await finishAll(bench, worker.tick);
    await assertOneCreateEach(bench);
    assert.deepEqual(
      await column(bench, "adopted"),
      weeks.map(() => true),
    );
    assert.deepEqual(await column(bench, "attempts"), weeks.map(() => 1));
    assert.deepEqual(await column(bench, "error_count"), weeks.map(() => 0));
  });
});

Deno.test("an execution whose create was not answered in time is adopted", async () => {
  await withBench({}, async (bench) => {
    await collect(bench, 1);
    bench.simulator.script({
      operation: "createExecution",
      fault: { kind: "hang", when: "after" },
    });
    await using worker = openWorker(bench, { client: impatient(bench) });
    await finishAll(bench, worker.tick);
    await assertOneCreateEach(bench);
    assert.deepEqual(await column(bench, "adopted"), [true]);
  });
});

Deno.test("a lost execution that the list does not show yet is not created again, and is adopted once it is shown", async () => {
  await withBench({}, async (bench) => {
    const { weeks } = await collect(bench, 2);
    bench.simulator.script({
      operation: "createExecution",
      times: weeks.length,
      fault: { kind: "drop", point: "after" },
    });
    bench.simulator.script({
      operation: "createExecution",
      times: weeks.length,
      fault: { kind: "list_lag", seconds: 250 },
    });
    await using worker = openWorker(bench);
    for (let tick = 0; tick < 4; tick++) {
      await worker.tick();
      await letTimePass(bench);
    }
    assert.deepEqual(await column(bench, "attempt_state"), [
      "unknown",
      "unknown",
    ]);
    assert.equal(bench.simulator.ledger().length, 2);
    bench.simulator.clock.advance(260);
    await finishAll(bench, worker.tick);
    await assertOneCreateEach(bench);
  });
});

Deno.test("a create that never reached AMC is sent again only after every allowance, and then once", async () => {
  await withBench({}, async (bench) => {
    const { weeks } = await collect(bench, 2);
    bench.simulator.script({
      operation: "createExecution",
      where: { windowStart: windowStartOf(weeks[0]) },
      fault: { kind: "drop", point: "before" },
    });
    await using worker = openWorker(bench);
    for (let tick = 0; tick < 4; tick++) {
      await worker.tick();
      await letTimePass(bench);
    }
    let [first, second] = await weeksOf(bench);
    assert.equal(first.attempt_state, "unknown");
    assert.equal(first.status, "running");
    assert.equal(second.status, "completed");
    assert.equal(bench.simulator.ledger().length, 1);
    await letAllowancesPass(bench);
    await worker.tick();
    [first, second] = await weeksOf(bench);
    assert.equal(first.attempts, 2, "the first attempt was abandoned");
    assert.equal(first.error_count, 0);
    await finishAll(bench, worker.tick);
    await assertOneCreateEach(bench);
  });
});

Deno.test("while no create of an instance was answered, a lost one is never given up: a person is alerted", async () => {
  await withBench({}, async (bench) => {
    await collect(bench, 1);
    bench.simulator.script({
      operation: "createExecution",
      fault: { kind: "drop", point: "before" },
    });
    await using worker = openWorker(bench);
    await worker.tick();
    await letAllowancesPass(bench);
    await worker.tick();
    await letAllowancesPass(bench);
    await worker.tick();
    assert.deepEqual(await column(bench, "attempt_state"), ["unknown"]);
    assert.deepEqual(await column(bench, "attempts"), [1]);
    assert.equal(bench.simulator.ledger().length, 0);
    const alerts = await bench.sql`
      select code from public.tracking_alerts where resolved_at is null`;
    assert.deepEqual(alerts.map(({ code }) => code), ["unknown_outcome"]);
  });
});

Deno.test("a list that could not be read whole gives no attempt up, nor does one that could not be read", async () => {
  await withBench({}, async (bench) => {
    await collect(bench, 1);
    bench.simulator.script({
      operation: "createExecution",
      fault: { kind: "drop", point: "before" },
    });
    let creates = 0;
    await using worker = openWorker(bench, {
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
    await bench.sql`update public.amc_instances set matcher_proved_at = now()`;
    await letAllowancesPass(bench);
    await worker.tick();
    assert.deepEqual(await column(bench, "attempt_state"), ["unknown"]);
    await using blind = openWorker(bench);
    bench.simulator.script({
      operation: "listExecutions",
      times: "always",
      fault: { kind: "status", status: 403, details: "Unauthorized request." },
    });
    await letAllowancesPass(bench);
    await blind.tick();
    assert.deepEqual(await column(bench, "attempt_state"), ["unknown"]);
    assert.equal(creates, 1);
    bench.simulator.clearScript();
    await letAllowancesPass(bench);
    await finishAll(bench, blind.tick);
    await assertOneCreateEach(bench);
  });
});

/** A client as the worker's, that waits 0.3 s for the answer to a create. */
function impatient({ simulator }: Bench) {
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
