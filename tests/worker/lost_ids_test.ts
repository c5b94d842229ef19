import assert from "node:assert/strict";
import { collect, withHarness } from "./support/harness.ts";
import { control } from "./support/control.ts";
import { holdAt } from "./support/held_worker.ts";
import { openWorker } from "./support/own_worker.ts";
import { letTurnCome, loseIds } from "./support/lost_ids.ts";
import { column, letTimePass } from "./support/weeks.ts";

const WEEKS = 6;

Deno.test("lost ids come back from AMC's list, whenever the worker that searches is killed", async () => {
  await withHarness({}, async (harness) => {
    const { simulator } = harness;
    const ids = await loseIds(harness, WEEKS);
    const asked = {
      action: "backfill_execution_ids",
      instance_id: "amcr1aaaa1a",
    };
    const planned = await control(harness, { ...asked, dry_run: true });
    assert.equal(planned.answer.outcome, "planned");
    assert.equal(planned.answer.weeks, WEEKS);
    const listed = () => simulator.requests("listExecutions").length;
    const before = listed();
    assert.equal((await control(harness, asked)).answer.outcome, "applied");

    let calls = 0;
    let left = 3;
    const killed = () => {
      if (left-- > 0) throw new Error("killed");
      return Promise.resolve();
    };
    await using worker = openWorker(harness, {
      // Two entries a page, so that there are several.
      client: (client) => ({
        ...client,
        listPage: (query) => (calls++, client.listPage({ ...query, limit: 2 })),
      }),
      parts: {
        checkpoint: (place) =>
          place === "after_search_page" ? killed() : Promise.resolve(),
      },
    });
    for (let ticks = 0; ticks < 12; ticks++) {
      await worker.tick();
      await letTurnCome(harness);
      await letTimePass(harness);
    }
    assert.deepEqual(await column(harness, "execution_id"), ids);
    assert.ok(calls >= WEEKS / 2 + 3, "each page that was lost is read again");
    const searched = listed() - before;
    assert.ok(
      searched <= WEEKS / 2 + 3 + 1,
      `no more calls than that: ${searched}`,
    );
    const { data: [state] } = await harness.owner.from("id_backfill_states")
      .select().throwOnError();
    assert.equal(state.matched, WEEKS);
    assert.equal(state.progress, 1);
  });
});

Deno.test("frozen at after_search_page: a worker that wakes after another has searched changes nothing", async () => {
  await withHarness({}, async (harness) => {
    const ids = await loseIds(harness, WEEKS);
    await control(harness, {
      action: "backfill_execution_ids",
      instance_id: "amcr1aaaa1a",
    });
    await using frozen = await holdAt(harness, {
      point: "after_search_page",
      times: 1,
    });
    await using other = openWorker(harness);
    await letTurnCome(harness);
    await other.tick();
    const found = async () => [
      await column(harness, "execution_id"),
      (await harness.owner.from("id_backfill_states").select().throwOnError())
        .data,
    ];
    const before = await found();
    assert.deepEqual(before[0], ids);
    await frozen.wake();
    assert.deepEqual(await found(), before);
  });
});

Deno.test("a search calls AMC only once a tick has nothing more to collect, and no more often than it may", async () => {
  await withHarness({}, async (harness) => {
    const { sql } = harness;
    await loseIds(harness, WEEKS);
    await sql`update amc_history.allowances set backfill_pages = 3`;
    const calls: string[] = [];
    await using worker = openWorker(harness, {
      client: (client) => ({
        ...client,
        createExecution: (request, how) => {
          calls.push("create");
          return client.createExecution(request, how);
        },
        listExecutions: (query) => {
          calls.push("list");
          return client.listExecutions(query);
        },
        listPage: (query) => {
          calls.push("search");
          return client.listPage({ ...query, limit: 1 });
        },
      }),
    });
    await control(harness, {
      action: "backfill_execution_ids",
      instance_id: "amcr1aaaa1a",
    });
    await collect(harness, 8, { time_zone: "Europe/Paris" });
    await letTimePass(harness);
    await worker.tick();
    const searched = calls.indexOf("search");
    const before = calls.slice(0, searched);
    assert.equal(before.filter((call) => call === "create").length, 8);
    assert.deepEqual(calls.slice(searched), ["search", "search", "search"]);
    await worker.tick();
    assert.equal(calls.filter((call) => call === "search").length, 3);
    await letTurnCome(harness);
    await worker.tick();
    assert.equal(calls.filter((call) => call === "search").length, 6);
  });
});
