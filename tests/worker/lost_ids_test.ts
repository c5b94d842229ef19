import assert from "node:assert/strict";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { control } from "./support/control.ts";
import { openWorker } from "./support/own_worker.ts";
import { column, finishAll, letTimePass, weeksOf } from "./support/weeks.ts";

const WEEKS = 6;

/** AMC has run every week, and another system reports them without execution ids. @returns the executions, by window */
async function loseIds(harness: Harness): Promise<(string | null)[]> {
  const { sql, service } = harness;
  await collect(harness, WEEKS);
  await using worker = openWorker(harness);
  await finishAll(harness, worker.tick);
  const ids = await column(harness, "execution_id");
  await sql`delete from public.report_data_collections`;
  const { collection_id } = await collect(harness, WEEKS);
  for (const { id } of await weeksOf(harness)) {
    const { data } = await service.rpc("update_week_status", {
      collection_id,
      week_id: id,
      status: "completed",
    });
    assert.equal(data.outcome, "applied");
  }
  assert.deepEqual(await column(harness, "execution_id"), ids.map(() => null));
  return ids;
}

/** Makes the turn of each search due. */
async function letTurnCome({ sql }: Harness): Promise<void> {
  await sql`update public.id_backfills set due_at = now(), leased_until = null`;
}

Deno.test("lost ids come back from AMC's list, whenever the worker that searches is killed", async () => {
  await withHarness({}, async (harness) => {
    const { simulator } = harness;
    const ids = await loseIds(harness);
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

Deno.test("a collection needs as many ticks beside a search as without one", async () => {
  await withHarness({}, async (harness) => {
    await loseIds(harness);
    await using worker = openWorker(harness);
    let ticks = 0;
    const collectAll = async (more: Record<string, unknown>) => {
      const before = ticks;
      await collect(harness, 12, more);
      await finishAll(harness, () => (ticks++, worker.tick()));
      return ticks - before;
    };
    const without = await collectAll({ time_zone: "Europe/Berlin" });
    await control(harness, {
      action: "backfill_execution_ids",
      instance_id: "amcr1aaaa1a",
    });
    const beside = await collectAll({ time_zone: "Europe/Paris" });
    assert.ok(beside <= 1.05 * without, `${beside} and ${without} ticks`);
    assert.ok(
      (await column(harness, "execution_id")).every((id) => id !== null),
    );
  });
});
