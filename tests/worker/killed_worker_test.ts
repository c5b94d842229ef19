import assert from "node:assert/strict";
import { collect, type Harness, withHarness } from "./support/harness.ts";
import { killAt, tickOfFunction } from "./support/function_worker.ts";
import { failpointNames } from "./support/failpoints.ts";
import {
  assertOneCreateEach,
  column,
  finishAll,
  letAllowancesPass,
  letTimePass,
} from "./support/weeks.ts";

const WEEKS = 2;

/** Points before which nothing was POSTed. */
const NOT_POSTED = ["after_claim", "before_post"];

/** Points after which the ids are stored: another worker goes on from there. */
const STORED = ["after_record", "before_copy", "after_copy", "after_segment"];

for (const point of NOT_POSTED) {
  Deno.test(`died at ${point}: the weeks are POSTed once, and not before every allowance is over`, async () => {
    await withHarness({}, async (harness) => {
      await collect(harness, WEEKS);
      await killAt(harness, point, point === "before_post" ? WEEKS : 1);
      for (let tick = 0; tick < 3; tick++) {
        await letTimePass(harness);
        await tickOfFunction(harness);
      }
      assert.deepEqual(harness.simulator.ledger(), []);
      assert.deepEqual(await column(harness, "attempt_state"), [
        "unknown",
        "unknown",
      ]);
      assert.deepEqual(await column(harness, "status"), ["running", "running"]);
      assert.deepEqual(await column(harness, "execution_id"), [null, null]);
      assert.deepEqual(await column(harness, "error_count"), [0, 0]);
      await proveMatcher(harness);
      await letAllowancesPass(harness);
      await finishAll(harness, () => tickOfFunction(harness));
      await assertOneCreateEach(harness);
      assert.deepEqual(await column(harness, "attempts"), [2, 2]);
    });
  });
}

Deno.test("executions of a worker that died before it stored their ids are adopted from the list", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, WEEKS);
    await killAt(harness, "after_post", WEEKS);
    assert.equal(harness.simulator.ledger().length, WEEKS);
    assert.deepEqual(await column(harness, "execution_id"), [null, null]);
    await letTimePass(harness);
    await finishAll(harness, () => tickOfFunction(harness));
    await assertOneCreateEach(harness);
    assert.deepEqual(await column(harness, "adopted"), [true, true]);
    assert.deepEqual(await column(harness, "attempts"), [1, 1]);
  });
});

for (const point of STORED) {
  Deno.test(`weeks of a worker that died at ${point} are completed by another`, async () => {
    await withHarness({}, async (harness) => {
      await collect(harness, WEEKS);
      await killAt(harness, point, WEEKS);
      assert.equal(harness.simulator.ledger().length, WEEKS);
      const ids = await column(harness, "execution_id");
      assert.ok(ids.every((id) => id !== null), "the ids are stored");
      assert.deepEqual(await visibleRows(harness), 0);
      await letTimePass(harness);
      await finishAll(harness, () => tickOfFunction(harness));
      await assertOneCreateEach(harness);
      assert.deepEqual(await column(harness, "execution_id"), ids);
      assert.deepEqual(await column(harness, "attempts"), [1, 1]);
      assert.deepEqual(await column(harness, "adopted"), [false, false]);
      const told = (await column(harness, "data")).map(({ rows }) => rows);
      assert.equal(await visibleRows(harness), told[0] + told[1]);
      assert.equal(await leftOver(harness), 0, "rows of loads that died");
    });
  });
}

Deno.test("a listing that died with its worker is read again by another", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, WEEKS);
    await killAt(harness, "after_list", 1);
    await letTimePass(harness);
    await finishAll(harness, () => tickOfFunction(harness));
    await assertOneCreateEach(harness);
  });
});

Deno.test("a result that is in when its worker dies is not loaded again", async () => {
  await withHarness({}, async (harness) => {
    await collect(harness, WEEKS);
    await killAt(harness, "before_complete", WEEKS);
    assert.deepEqual(await column(harness, "status"), ["running", "running"]);
    assert.deepEqual(await visibleRows(harness), 0);
    const { download } = harness.simulator.requestCounts();
    await letTimePass(harness);
    await finishAll(harness, () => tickOfFunction(harness));
    await assertOneCreateEach(harness);
    assert.equal(harness.simulator.requestCounts().download, download);
    assert.ok(await visibleRows(harness) > 0);
  });
});

Deno.test("every named point of the worker has a test of a worker that died there", async () => {
  const others = ["after_post", "after_list", "before_complete"];
  const inLostIds = "after_search_page";
  assert.deepEqual(
    [...NOT_POSTED, ...STORED, ...others, inLostIds].sort(),
    await failpointNames(),
  );
});

/** As after a create of the instance whose answer came. */
async function proveMatcher({ sql }: Harness): Promise<void> {
  await sql`update public.amc_instances set matcher_proved_at = now()`;
}

/** Rows that the workflow's view shows; none if there is no view yet. */
async function visibleRows({ sql }: Harness): Promise<number> {
  const [view] = await sql`
    select quote_ident('results_' || table_name) as name from amc_history.result_tables`;
  if (!view) return 0;
  const [{ rows }] = await sql.unsafe(
    `select count(*)::integer as rows from public.${view.name}`,
  );
  return rows;
}

/** Rows in the workflow's table that belong to no load that is there, and that the job does not delete. */
async function leftOver({ sql }: Harness): Promise<number> {
  await sql`select amc_history.delete_dropped_rows()`;
  const [{ name }] = await sql`
    select quote_ident(table_name) as name from amc_history.result_tables`;
  const [{ rows }] = await sql.unsafe(
    `select count(*)::integer as rows from amc_results.${name} r
     where not exists (select from public.result_loads l where l.id = r.load_id and l.complete)`,
  );
  return rows;
}
